package org.p2psim.dmabuf.exporter;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.p2psim.address.AddressRange;
import org.p2psim.dmabuf.Bug;
import org.p2psim.dmabuf.Journal;
import org.p2psim.dmabuf.Kernel;
import org.p2psim.dmabuf.Reply;
import org.p2psim.dmabuf.Wait;
import org.p2psim.platform.Errno;

/**
 * A device whose file mappings peers may map: {@code p2p_map} and {@code p2p_unmap} of the VMA operations as proposed in
 * January 2019, in no release. The exporter decides at each call; the importer follows every invalidation, at any time,
 * and may map again; what worked once works again while the VMA is the same.
 */
public final class VmaP2p {
    private final String device;
    private final Kernel kernel;
    private final List<Mapping> mappings = new ArrayList<>();
    private final Set<String> predicted = new HashSet<>();
    private final List<String> unpredictable = new ArrayList<>();
    private Plug plug = Plug.PRESENT;

    /** Whether the device is there. */
    public enum Plug {
        PRESENT,
        /** Unplugged; importers have still to unmap. */
        DRAINING,
        GONE
    }

    /** A mapping of the device's file in a process. */
    public static final class Vma {
        private final String name;
        private AddressRange memory;
        private boolean shareable;
        private boolean valid = true;

        /**
         * @param memory what it shows of the device, physical
         * @param shareable whether user space has tagged the object for peers
         */
        public Vma(String name, AddressRange memory, boolean shareable) {
            this.name = name;
            this.memory = memory;
            this.shareable = shareable;
        }

        /** What it shows of the device now. */
        public AddressRange memory() {
            return memory;
        }

        /** User space changes the tag; mappings that exist stay. */
        public void share(boolean with) {
            shareable = with;
        }
    }

    /** What an importer got: pages of the device. */
    public static final class Mapping {
        private final String name;
        private final Vma vma;
        private final AddressRange pages;
        private final Consumer<Mapping> notifier;
        private boolean invalidated;
        private boolean live = true;

        private Mapping(String name, Vma vma, AddressRange pages, Consumer<Mapping> notifier) {
            this.name = name;
            this.vma = vma;
            this.pages = pages;
            this.notifier = notifier;
        }

        public AddressRange pages() {
            return pages;
        }

        /** The notifier was called: no DMA may use it any more, and it is to be unmapped. */
        public boolean isInvalidated() {
            return invalidated;
        }

        public boolean isLive() {
            return live;
        }

        @Override
        public String toString() {
            return name;
        }
    }

    public VmaP2p(String device, Kernel kernel) {
        this.device = device;
        this.kernel = kernel;
    }

    public Plug plug() {
        return plug;
    }

    /**
     * {@code p2p_map()}.
     *
     * @param notifier the importer's mmu notifier, called without locks when the mapping is invalidated
     */
    public Reply<Mapping> map(Vma vma, String importer, Consumer<Mapping> notifier) {
        if (plug != Plug.PRESENT) {
            return Reply.refused(Errno.ENODEV, device + " is unplugged");
        }
        if (!vma.valid) {
            return Reply.refused(Errno.EINVAL, vma.name + " is unmapped");
        }
        boolean worked = predicted.contains(vma.name + "/" + importer);
        if (!vma.shareable || worked && kernel.has(Bug.UNPREDICTABLE_P2P_MAP)) {
            if (worked && vma.shareable) {
                unpredictable.add(vma.name + "/" + importer);
            }
            return Reply.refused(Errno.EPERM, "the exporter does not share " + vma.name);
        }
        predicted.add(vma.name + "/" + importer);
        Mapping mapping = new Mapping(free(vma.name + "/" + importer), vma, vma.memory, notifier);
        mappings.add(mapping);
        kernel.note(Journal.Action.MAP, mapping.toString(), mapping.pages.toString());
        return Reply.done(mapping);
    }

    /** The name, with a number behind it if a mapping that lives has it. */
    private String free(String name) {
        String free = name;
        for (int number = 2; isTaken(free); number++) {
            free = name + "#" + number;
        }
        return free;
    }

    private boolean isTaken(String name) {
        return mappings.stream().anyMatch(mapping -> mapping.name.equals(name));
    }

    /** {@code p2p_unmap()}. */
    public void unmap(Mapping mapping) {
        if (!mapping.live) {
            throw new IllegalStateException(mapping + " is unmapped already");
        }
        mapping.live = false;
        mappings.remove(mapping);
        kernel.note(Journal.Action.UNMAP, mapping.toString(), "");
    }

    /** The driver zaps a VMA, which calls the notifiers of its importers. */
    public void zap(Vma vma) {
        kernel.note(Journal.Action.REVOKE, vma.name, "zapped");
        for (Mapping mapping : List.copyOf(mappings)) {
            if (mapping.vma.equals(vma) && !mapping.invalidated) {
                mapping.invalidated = true;
                kernel.note(Journal.Action.INVALIDATE, mapping.toString(), "");
                mapping.notifier.accept(mapping);
            }
        }
    }

    /** A GPU moves what a VMA shows, to main memory or inside of its BAR. */
    public void move(Vma vma, AddressRange to) {
        zap(vma);
        vma.memory = to;
    }

    /** {@code munmap()}: from here on mapping fails, as it may. */
    public void munmap(Vma vma) {
        zap(vma);
        vma.valid = false;
    }

    /** Hot unplug: zaps everything, and is not over before every importer has unmapped. */
    public Reply<VmaP2p> unplug() {
        plug = Plug.DRAINING;
        List.copyOf(mappings).forEach(mapping -> zap(mapping.vma));
        return Reply.after(
                new Wait(
                        Wait.Kind.UNMAP,
                        "p2p_unmap of " + device,
                        mappings::isEmpty,
                        () -> mappings.stream().map(Mapping::toString).toList()),
                () -> {
                    plug = Plug.GONE;
                    return Reply.done(this);
                });
    }

    /** Importers whose second mapping was refused though nothing has changed: there must be none (I-35). */
    public ImmutableList<String> unpredictable() {
        return ImmutableList.copyOf(unpredictable);
    }
}
