package org.p2psim.run.replay;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.p2psim.address.Bdf;
import org.p2psim.dmabuf.Attachment;
import org.p2psim.dmabuf.Importer;
import org.p2psim.dmabuf.Reply;
import org.p2psim.dmabuf.Wait;
import org.p2psim.dmabuf.importer.RdmaFlavour;
import org.p2psim.dmabuf.importer.RdmaNic;
import org.p2psim.platform.Errno;
import org.p2psim.platform.KernelRelease;
import org.p2psim.run.kernel.KernelRun;
import org.p2psim.scenario.Device;

/** The importing drivers of a machine, one for each device that the deciding kernel sees. */
public final class Importers {
    private final World world;
    private final KernelRun kernel;
    private final Map<String, RdmaNic> nics = new LinkedHashMap<>();

    Importers(World world, KernelRun kernel) {
        this.world = world;
        this.kernel = kernel;
        kernel.kernel().unmapsAfter(this::untilUnmap);
    }

    /** The importing side of a device; refused if the deciding kernel has no such device. */
    Reply<Importer> importer(String name) {
        Optional<Bdf> address = world.seenAddress(name);
        if (address.isEmpty()) {
            return Reply.refused(Errno.ENODEV, "%s is not in this machine".formatted(name));
        }
        Device device = world.device(name);
        boolean dynamic = device.importer().orElseThrow() != Device.Importer.STATIC;
        return Reply.done(new Importer(
                name, address.get(), dynamic, dynamic, device.maxSegmentSize().orElseThrow()));
    }

    /**
     * Whether a driver attaches with a callback if the timeline says each of its steps: one that pins and cannot be
     * revoked has none where it is optional.
     */
    boolean hasCallback(Importer importer) {
        boolean none = !importer.dynamic()
                || kernel.kernel().core().callbackOptional()
                        && switch (world.device(importer.name()).importer().orElseThrow()) {
                            case PINNED, PINNED_WITH_REVOKE -> true;
                            case PINNED_REVOCABLE, DYNAMIC, STATIC -> false;
                        };
        return !none;
    }

    /** The NIC of a name with its driver; refused if the deciding kernel has no such device. */
    Reply<RdmaNic> nic(String name) {
        return importer(name).then(importer -> Reply.done(nics.computeIfAbsent(name, key -> nic(importer))));
    }

    /** Those that anything was done with. */
    List<RdmaNic> nics() {
        return List.copyOf(nics.values());
    }

    private RdmaNic nic(Importer importer) {
        Device device = world.device(importer.name());
        RdmaFlavour flavour = switch (device.importer().orElseThrow()) {
            case PINNED -> RdmaFlavour.PINNED;
            case PINNED_WITH_REVOKE -> RdmaFlavour.PINNED_WITH_REVOKE;
            case PINNED_REVOCABLE -> RdmaFlavour.PINNED_REVOCABLE;
            case DYNAMIC, STATIC -> RdmaFlavour.DYNAMIC;
        };
        // what a device does is the scenario's word, unless it also says which import code the kernel has
        Optional<KernelRelease> umem = world.plan().lifetimes().umem();
        return new RdmaNic(
                importer,
                Optional.of(flavour).filter(known -> umem.isEmpty() || known.isIn(umem.get())),
                kernel.kernel());
    }

    /** iommufd attaches with a name that is no device's, and takes no time. */
    private Optional<Wait> untilUnmap(Attachment attachment) {
        return Optional.ofNullable(
                        world.plan().devices().get(attachment.importer().name()))
                .map(device -> device.unmapTime().orElse(0))
                .filter(ticks -> ticks > 0)
                .map(ticks -> untilUnmap(attachment, ticks));
    }

    private Wait untilUnmap(Attachment attachment, long ticks) {
        String driver = "the driver of " + attachment.importer().name();
        Delay delay = new Delay();
        kernel.happensAfter(
                ticks, kernel.kernel().current().cause(), driver + " unmaps " + attachment.name(), delay::end);
        return new Wait(
                Wait.Kind.UNMAP,
                driver + " to unmap " + attachment.name(),
                delay::isOver,
                () -> delay.isOver() ? List.of() : List.of(attachment.name()));
    }

    private static final class Delay {
        private boolean over;

        boolean isOver() {
            return over;
        }

        void end() {
            over = true;
        }
    }
}
