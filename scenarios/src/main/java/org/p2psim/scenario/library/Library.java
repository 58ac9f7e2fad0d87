package org.p2psim.scenario.library;

import com.google.common.collect.ImmutableList;
import com.google.common.io.Resources;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** The shipped scenarios by name; each is a resource of this package. */
public final class Library {
    private static final ImmutableList<String> NAMES = ImmutableList.of(
            "dma-buf-cpu-access-left-open",
            "dma-buf-poll-callback",
            "drm-master-keeps-its-owner",
            "export-without-a-descriptor",
            "gaudi-rdma",
            "gpu-evict-under-odp",
            "gpu-falls-back-to-system-memory",
            "gpu-mixed-importers",
            "gpu-move-during-fault",
            "gpu-small-bar",
            "gpu-static-importer-waits-for-copy",
            "habanalabs-6.2-reset-while-mapped",
            "habanalabs-6.7-page-in-a-gap",
            "habanalabs-exfiltration-refused",
            "habanalabs-exfiltration-undefended",
            "habanalabs-export-arguments",
            "habanalabs-happy-path",
            "habanalabs-refused-in-a-vm",
            "habanalabs-scrub-between-users",
            "habanalabs-segment-limit",
            "mlx5-dereg-meets-notify",
            "nvme-token-under-move",
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
            "rdma-data-direct-goes-away",
            "rdma-double-unpin",
            "rdma-key-reuse",
            "rdma-one-move-three-queue-pairs",
            "rdma-rnr-retries-exhausted",
            "same-switch-acs",
            "software-rdma-refused",
            "two-sockets",
            "vfio-7.1-rc-double-put",
            "vfio-beyond-4-gib",
            "vfio-close-leaves-a-shell",
            "vfio-close-meets-reset",
            "vfio-close-window",
            "vfio-hot-reset",
            "vfio-hot-reset-mixed-states",
            "vfio-hot-reset-slow-importer",
            "vfio-importer-never-unmaps",
            "vfio-iommufd-and-rdma",
            "vfio-memory-enable",
            "vfio-pin-forgotten-exfiltration",
            "vfio-pin-refused",
            "vfio-register-during-reset",
            "vfio-reset",
            "vfio-reset-under-four-importers",
            "vfio-revocable-pinned",
            "vfio-rfc-double-inversion",
            "vfio-rfc-orig-nents",
            "vfio-rfc-wrong-bar",
            "vfio-slices",
            "vfio-try-get-race",
            "vfio-unmap-times-out",
            "vm-zen",
            "vma-p2p-2019-predictable",
            "vma-p2p-2019-unplug");

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
