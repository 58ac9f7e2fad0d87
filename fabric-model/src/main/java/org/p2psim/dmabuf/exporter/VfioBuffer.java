package org.p2psim.dmabuf.exporter;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.p2psim.address.AddressRange;
import org.p2psim.dmabuf.Attachment;
import org.p2psim.dmabuf.Bug;
import org.p2psim.dmabuf.DmaBuf;
import org.p2psim.dmabuf.DmaMap;
import org.p2psim.dmabuf.Exporter;
import org.p2psim.dmabuf.ExporterOp;
import org.p2psim.dmabuf.FenceUsage;
import org.p2psim.dmabuf.Importer;
import org.p2psim.dmabuf.Journal;
import org.p2psim.dmabuf.Kernel;
import org.p2psim.dmabuf.Lock;
import org.p2psim.dmabuf.Reply;
import org.p2psim.dmabuf.SgTable;
import org.p2psim.dmabuf.Wait;
import org.p2psim.dmabuf.sgtable.PhysVec;
import org.p2psim.dmabuf.sgtable.PhysVecSgTable;
import org.p2psim.dmabuf.sgtable.VfioRfcSgTable;
import org.p2psim.p2p.MapType;
import org.p2psim.platform.Errno;
import org.p2psim.unit.Bytes;

/** One dma-buf of a vfio-pci device ({@code struct vfio_pci_dma_buf}): its slices of a BAR, and whether it is revoked. */
final class VfioBuffer implements Exporter {
    private final VfioPci device;
    private final Kernel kernel;
    private final VfioProfile profile;
    private final ImmutableList<AddressRange> memory;
    /** DMA addresses that were made for each table that is out. */
    private final Map<SgTable, List<Long>> mapped = new IdentityHashMap<>();

    private boolean revoked;
    private boolean orphan;

    /** @param memory what its tables show */
    VfioBuffer(VfioPci device, ImmutableList<AddressRange> memory) {
        this.device = device;
        this.kernel = device.kernel();
        this.profile = device.profile();
        this.memory = memory;
    }

    /** It joins the device's list; {@code memory_lock} is held. */
    void listed() {
        revoked = kernel.has(Bug.REVOKED_INVERTED) == device.isMemoryEnabled();
    }

    /** Whether mapping is refused now. */
    boolean isClosedToMaps() {
        return kernel.has(Bug.REVOKED_INVERTED) != revoked;
    }

    boolean isMarkedRevoked() {
        return revoked;
    }

    /** Whether the device was closed: then nothing opens it again. */
    boolean isOrphan() {
        return orphan;
    }

    @Override
    public ImmutableSet<ExporterOp> ops() {
        return profile.pinRefusal().isEmpty() || kernel.has(Bug.PIN_OP_FORGOTTEN)
                ? ImmutableSet.of(ExporterOp.ATTACH, ExporterOp.MAP, ExporterOp.UNMAP, ExporterOp.RELEASE)
                : ImmutableSet.of(
                        ExporterOp.ATTACH,
                        ExporterOp.PIN,
                        ExporterOp.UNPIN,
                        ExporterOp.MAP,
                        ExporterOp.UNMAP,
                        ExporterOp.RELEASE);
    }

    @Override
    public Reply<Boolean> attach(Attachment attachment) {
        return profile == VfioProfile.RFC ? attachAsPosted(attachment) : attachAsMerged(attachment);
    }

    /** A missing route clears the flag; the device pointer is used though close may have cleared it. */
    private Reply<Boolean> attachAsPosted(Attachment attachment) {
        return orphan
                ? afterClose(attachment)
                : Reply.done(attachment.peer2peer()
                        && device.verdict(attachment.importer()).supported());
    }

    private <T> Reply<T> afterClose(Attachment attachment) {
        if (kernel.has(Bug.DEVICE_USED_AFTER_CLOSE)) {
            kernel.note(Journal.Action.CRASH, attachment.name(), "the device is closed: null pointer");
        }
        return Reply.refused(Errno.ENODEV, "the device was closed");
    }

    private Reply<Boolean> attachAsMerged(Attachment attachment) {
        if (!attachment.peer2peer()) {
            return Reply.refused(Errno.EOPNOTSUPP, "the importer does not take memory of a peer");
        }
        if (revoked) {
            return Reply.refused(Errno.ENODEV, "it is revoked");
        }
        if (profile.waits() && !attachment.isRevocable()) {
            return Reply.refused(Errno.EOPNOTSUPP, "the importer cannot be revoked");
        }
        return Reply.done(true);
    }

    @Override
    public Reply<Attachment> pin(Attachment attachment) {
        return Reply.refused(profile.pinRefusal().orElseThrow(), "vfio-pci does not pin: access may end");
    }

    @Override
    public void unpin(Attachment attachment) {
        kernel.note(Journal.Action.WARNING, attachment.name(), "unpinned though pin is always refused");
    }

    @Override
    public Reply<SgTable> map(Attachment attachment) {
        if (profile == VfioProfile.RFC && !attachment.peer2peer()) {
            return Reply.refused(Errno.EPERM, "the peer-to-peer flag is clear");
        }
        if (isClosedToMaps()) {
            return Reply.refused(Errno.ENODEV, "it is revoked");
        }
        if (orphan && profile == VfioProfile.RFC) {
            return afterClose(attachment);
        }
        List<Long> made = new ArrayList<>();
        return table(attachment.importer(), new Made(device.dmaMap(), made)).then(table -> {
            mapped.put(table, made);
            return Reply.done(table);
        });
    }

    private Reply<SgTable> table(Importer importer, DmaMap dmaMap) {
        if (profile == VfioProfile.RFC) {
            long segment = kernel.has(Bug.SEGMENT_SIZE_TAKEN_RAW)
                    ? importer.maxSegmentSize()
                    : importer.maxSegmentSize() & -Kernel.PAGE_SIZE;
            if (segment == 0) {
                return Reply.refused(Errno.EINVAL, "the importer's largest segment is less than a page");
            }
            Importer cut = new Importer(
                    importer.name(), importer.function(), importer.dynamic(), importer.allowPeer2peer(), segment);
            long start = memory.isEmpty() ? 0 : memory.get(0).base();
            long size = memory.isEmpty() ? 0 : memory.get(0).size();
            return VfioRfcSgTable.build(start, size, cut, dmaMap);
        }
        MapType mapType = device.verdict(importer).mapType();
        boolean together = mapType == MapType.THRU_HOST_BRIDGE && memory.size() > 1;
        PhysVec ranges = new PhysVec(memory, 0);
        return builder(ranges)
                .build(
                        ranges,
                        mapType,
                        together ? dmaMap.mapTogether(importer, memory) : OptionalLong.empty(),
                        Kernel.PAGE_SIZE,
                        importer,
                        dmaMap);
    }

    /** Both make the same of less than 4 GiB. */
    private PhysVecSgTable builder(PhysVec ranges) {
        return ranges.total() >= 4 * Bytes.GIB && kernel.has(Bug.CUT_AT_UINT_MAX)
                ? PhysVecSgTable.UINT_MAX_CUTS
                : PhysVecSgTable.WHOLE_PAGE_CUTS;
    }

    /** Remembers what the DMA API made, which is what has to be given back. */
    private record Made(DmaMap dmaMap, List<Long> addresses) implements DmaMap {
        @Override
        public long map(Importer importer, long physical, long length) {
            long address = dmaMap.map(importer, physical, length);
            addresses.add(address);
            return address;
        }

        @Override
        public OptionalLong mapTogether(Importer importer, List<AddressRange> physical) {
            OptionalLong address = dmaMap.mapTogether(importer, physical);
            address.ifPresent(addresses::add);
            return address;
        }

        @Override
        public void unmap(Importer importer, long dmaAddress) {
            dmaMap.unmap(importer, dmaAddress);
        }
    }

    @Override
    public void unmap(Attachment attachment, SgTable table) {
        Optional.ofNullable(mapped.remove(table))
                .ifPresent(made -> made.forEach(address -> device.dmaMap().unmap(attachment.importer(), address)));
        if (profile == VfioProfile.RFC && kernel.has(Bug.ORIG_NENTS_NOT_RESTORED)) {
            kernel.note(
                    Journal.Action.LEAK,
                    attachment.name(),
                    "a table of %d entries is freed as one of 0"
                            .formatted(table.entries().size()));
        }
    }

    @Override
    public Reply<DmaBuf> release(DmaBuf dmaBuf) {
        return orphan ? Reply.done(dmaBuf) : device.dmaBufList().released(dmaBuf, this);
    }

    @Override
    public ImmutableList<AddressRange> ranges(DmaBuf dmaBuf) {
        return device.dmaBufList().exportedRanges(this);
    }

    /** Access ends: nothing happens if it has ended before. */
    Reply<DmaBuf> revoke(DmaBuf dmaBuf) {
        if (revoked) {
            return Reply.done(dmaBuf);
        }
        return closedToMaps(dmaBuf).then(done -> profile.waits() ? unmapped(dmaBuf) : Reply.done(dmaBuf));
    }

    /** As first posted the wait gives up. */
    private Reply<DmaBuf> unmapped(DmaBuf dmaBuf) {
        return kernel.has(Bug.UNMAP_WAIT_TIMES_OUT) ? dmaBuf.whenUnmapped(device.newTimeout()) : dmaBuf.whenUnmapped();
    }

    private Reply<DmaBuf> closedToMaps(DmaBuf dmaBuf) {
        return dmaBuf.reservation().lock().around(() -> {
            revoked = true;
            kernel.note(Journal.Action.REVOKE, dmaBuf.name(), "");
            return notified(dmaBuf);
        });
    }

    private Reply<DmaBuf> notified(DmaBuf dmaBuf) {
        Reply<DmaBuf> told = dmaBuf.invalidateMappings();
        return !profile.waits()
                ? told
                : told.then(done -> dmaBuf.reservation().whenSignalled(FenceUsage.BOOKKEEP, () -> Reply.done(dmaBuf)));
    }

    /**
     * Access is back: importers are told so, too, and map again at their next access. Versions that wait tell them while
     * mapping is still refused.
     */
    Reply<DmaBuf> restore(DmaBuf dmaBuf) {
        if (!revoked) {
            return Reply.done(dmaBuf);
        }
        Lock lock = dmaBuf.reservation().lock();
        return profile.waits()
                ? lock.around(() -> {
                            kernel.note(Journal.Action.RESTORING, dmaBuf.name(), "");
                            return notified(dmaBuf);
                        })
                        .then(done -> lock.around(() -> openToMaps(dmaBuf)))
                : lock.around(() -> openToMaps(dmaBuf).then(done -> notified(dmaBuf)));
    }

    private Reply<DmaBuf> openToMaps(DmaBuf dmaBuf) {
        revoked = false;
        kernel.note(Journal.Action.RESTORE, dmaBuf.name(), "");
        return Reply.done(dmaBuf);
    }

    /**
     * The device is closed: revoked for ever, without a device from here on. Versions that do not wait tell the importers
     * even if it was revoked before.
     */
    Reply<DmaBuf> orphan(DmaBuf dmaBuf) {
        boolean before = revoked;
        Reply<DmaBuf> closed = profile.waits() ? revoke(dmaBuf) : closedToMaps(dmaBuf);
        return closed.then(done -> mappingsPutAgain(dmaBuf, before)).then(done -> {
            orphan = true;
            return Reply.done(dmaBuf);
        });
    }

    private Reply<DmaBuf> mappingsPutAgain(DmaBuf dmaBuf, boolean wasRevoked) {
        if (!wasRevoked || !kernel.has(Bug.MAPPINGS_PUT_TWICE)) {
            return Reply.done(dmaBuf);
        }
        return Reply.after(
                new Wait(
                        Wait.Kind.UNMAP,
                        "a mapping count of %s that was dropped before".formatted(dmaBuf.name()),
                        () -> false,
                        () -> List.of(dmaBuf.name())),
                () -> Reply.done(dmaBuf));
    }
}
