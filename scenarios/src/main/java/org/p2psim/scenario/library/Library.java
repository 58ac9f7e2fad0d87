package org.p2psim.scenario.library;

import com.google.common.collect.ImmutableList;
import com.google.common.io.Resources;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** The shipped scenarios by name; each is a resource of this package. */
public final class Library {
    private static final ImmutableList<String> NAMES = ImmutableList.of(
            "gaudi-rdma",
            "peers-acs-uplink",
            "peers-iommu-pages",
            "peers-nic",
            "peers-nvme",
            "peers-root-ports",
            "peers-sixteen-gpus",
            "peers-sockets",
            "peers-three-switches",
            "peers-two-switches",
            "peers-vm",
            "same-switch-acs",
            "two-sockets",
            "vm-zen");

    private Library() {}

    /** The names, in alphabetical order. */
    public static ImmutableList<String> names() {
        return NAMES;
    }

    /**
     * The scenario file.
     *
     * @throws IllegalArgumentException if no scenario has this name
     */
    public static String text(String name) {
        if (!NAMES.contains(name)) {
            throw new IllegalArgumentException("no scenario \"%s\" ships with p2psim".formatted(name));
        }
        try {
            return Resources.toString(Resources.getResource(Library.class, name + ".yaml"), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
