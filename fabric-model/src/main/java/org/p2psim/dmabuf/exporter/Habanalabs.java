package org.p2psim.dmabuf.exporter;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.p2psim.address.AddressRange;
import org.p2psim.address.Bdf;
import org.p2psim.dmabuf.Attachment;
import org.p2psim.dmabuf.Bug;
import org.p2psim.dmabuf.DmaBuf;
import org.p2psim.dmabuf.DmaMap;
import org.p2psim.dmabuf.Exporter;
import org.p2psim.dmabuf.ExporterOp;
import org.p2psim.dmabuf.Importer;
import org.p2psim.dmabuf.Journal;
import org.p2psim.dmabuf.Kernel;
import org.p2psim.dmabuf.Reply;
import org.p2psim.dmabuf.SgTable;
import org.p2psim.dmabuf.ownership.OwnedMemory;
import org.p2psim.dmabuf.sgtable.DevicePages;
import org.p2psim.dmabuf.sgtable.HabanalabsSgTable;
import org.p2psim.p2p.P2pdma;
import org.p2psim.p2p.Verdict;
import org.p2psim.platform.Errno;

/**
 * The habanalabs driver (Goya, Gaudi) as exporter of device memory. The memory is pinned and never moves, so there is
 * no pin callback, no move notification and no revocation. Checks and their order: "habanalabs: add support for
 * dma-buf exporter", v6, and drivers/accel/habanalabs/common/memory.c of later kernels.
 */
public final class Habanalabs implements Exporter {
    private static final ImmutableSet<ExporterOp> OPS =
            ImmutableSet.of(ExporterOp.ATTACH, ExporterOp.MAP, ExporterOp.UNMAP, ExporterOp.RELEASE);

    private final Bdf function;
    private final AddressRange bar;
    private final DeviceMemory memory;
    private final P2pdma p2pdma;
    private final DmaMap dmaMap;
    private final HabanalabsProfile profile;
    private final Kernel kernel;
    private final HabanalabsFile file;
    private final HabanalabsMemory handles;
    private final Map<DmaBuf, Export> exports = new HashMap<>();

    /**
     * Device memory as the driver knows it, in device addresses.
     *
     * @param base the address that the start of the memory BAR shows
     * @param user the first address that users may export
     * @param size bytes from {@code base} on
     */
    public record DeviceMemory(long base, long user, long size) {
        long end() {
            return base + size;
        }
    }

    private static final class Export {
        private final DevicePages memory;
        private final HabanalabsMemory.@Nullable Allocation allocation;
        private HabanalabsFile.@Nullable Context context;
        private boolean contextStored;

        Export(DevicePages memory, HabanalabsMemory.@Nullable Allocation allocation) {
            this.memory = memory;
            this.allocation = allocation;
        }
    }

    /**
     * The driver of one device.
     *
     * @param function its address in the tree that the deciding kernel sees
     * @param bar the memory BAR, in that kernel's physical addresses
     * @param dmaMap {@code dma_map_resource()} of the importing device
     */
    public Habanalabs(
            Bdf function,
            AddressRange bar,
            DeviceMemory memory,
            P2pdma p2pdma,
            DmaMap dmaMap,
            HabanalabsProfile profile,
            Kernel kernel) {
        this(function, bar, memory, p2pdma, dmaMap, profile, kernel, false);
    }

    /** @param scrubs whether memory is cleared between users (module parameter memory_scrub) */
    public Habanalabs(
            Bdf function,
            AddressRange bar,
            DeviceMemory memory,
            P2pdma p2pdma,
            DmaMap dmaMap,
            HabanalabsProfile profile,
            Kernel kernel,
            boolean scrubs) {
        this(function.toString(), function, bar, memory, p2pdma, dmaMap, profile, kernel, new OwnedMemory(), scrubs);
    }

    /**
     * The driver of a device whose memory others know, too.
     *
     * @param name what journals call the device
     * @param owned who owns the memory, and what it holds
     */
    public Habanalabs(
            String name,
            Bdf function,
            AddressRange bar,
            DeviceMemory memory,
            P2pdma p2pdma,
            DmaMap dmaMap,
            HabanalabsProfile profile,
            Kernel kernel,
            OwnedMemory owned,
            boolean scrubs) {
        this.function = function;
        this.bar = bar;
        this.memory = memory;
        this.p2pdma = p2pdma;
        this.dmaMap = dmaMap;
        this.profile = profile;
        this.kernel = kernel;
        this.file = new HabanalabsFile(name, bar, owned, kernel, profile.deviceLife(), scrubs);
        this.handles = new HabanalabsMemory(memory, file);
    }

    /** Its device file: who uses it. */
    public HabanalabsFile file() {
        return file;
    }

    /** What users allocate of its memory, by handle. */
    public HabanalabsMemory handles() {
        return handles;
    }

    /** Device memory as the BAR shows it, physical. */
    public AddressRange shown(long deviceAddress, long size) {
        return new AddressRange(barAddress(deviceAddress), size);
    }

    /** The memory of an allocation as the BAR shows it, physical, in its order. */
    public ImmutableList<AddressRange> shown(String handle) {
        HabanalabsMemory.Allocation allocation = handles.find(handle).orElseThrow();
        return allocation.pages().stream()
                .map(page -> shown(page, allocation.pageSize()))
                .collect(ImmutableList.toImmutableList());
    }

    /** Export of device memory by device address and size, both unsigned. */
    public Reply<DmaBuf> exportByAddress(String name, long address, long size) {
        if (!isPageAligned(address)) {
            return Reply.refused(Errno.EINVAL, "address 0x%x is not a multiple of PAGE_SIZE".formatted(address));
        }
        if (Long.compareUnsigned(size, Kernel.PAGE_SIZE) < 0) {
            return Reply.refused(Errno.EINVAL, "size 0x%x is less than PAGE_SIZE".formatted(size));
        }
        if (profile.sizes() == HabanalabsProfile.Sizes.WHOLE_PAGES && !isPageAligned(size)) {
            return Reply.refused(Errno.EINVAL, "size 0x%x is not a multiple of PAGE_SIZE".formatted(size));
        }
        if (Long.compareUnsigned(address, memory.user()) < 0 || HabanalabsMemory.beyond(address, size, memory.end())) {
            return Reply.refused(
                    Errno.EINVAL,
                    "0x%x bytes at 0x%x are outside of user memory [0x%x, 0x%x)"
                            .formatted(size, address, memory.user(), memory.end()));
        }
        if (HabanalabsMemory.beyond(barAddress(address), size, bar.base() + bar.size())) {
            return Reply.refused(Errno.EINVAL, "0x%x bytes at 0x%x are beyond the memory BAR".formatted(size, address));
        }
        return exported(name, size, List.of(address), size, null);
    }

    /** Export of an allocation; its size is the allocation's. */
    public Reply<DmaBuf> exportByHandle(String name, String handle) {
        return exportByHandle(name, handle, 0);
    }

    /** @param upper what the user passes above the 32 bits of the handle */
    public Reply<DmaBuf> exportByHandle(String name, String handle, long upper) {
        Reply<HabanalabsMemory.Allocation> found =
                upper != 0 && !profile.cutsHandles() ? HabanalabsMemory.unknown(handle) : handles.live(handle);
        return found.then(allocation -> {
            allocation.count();
            return exportable(handle, allocation)
                    .undo(() -> {
                        uncount(allocation);
                        return Reply.done(handle);
                    })
                    .then(ok ->
                            exported(name, allocation.size(), allocation.pages(), allocation.pageSize(), allocation));
        });
    }

    private Reply<String> exportable(String handle, HabanalabsMemory.Allocation allocation) {
        if (!allocation.isDeviceMemory()) {
            return Reply.refused(Errno.EINVAL, "handle %s is not device memory".formatted(handle));
        }
        for (long page : allocation.pages()) {
            if (HabanalabsMemory.beyond(barAddress(page), allocation.pageSize(), bar.base() + bar.size())) {
                return Reply.refused(Errno.EINVAL, "the page at 0x%x is beyond the memory BAR".formatted(page));
            }
        }
        return Reply.done(handle);
    }

    /** The tail of an export: the buffer, its owner's context and its descriptor, which is published last or first. */
    private Reply<DmaBuf> exported(
            String name, long size, List<Long> pages, long pageSize, HabanalabsMemory.@Nullable Allocation allocation) {
        return DmaBuf.export(name, size, this, kernel, Optional.empty())
                .undo(() -> {
                    uncount(allocation);
                    return Reply.done(name);
                })
                .then(dmaBuf -> {
                    Export export =
                            new Export(DevicePages.whole(pages, pageSize, bar.base(), memory.base()), allocation);
                    exports.put(dmaBuf, export);
                    return kernel.has(Bug.DESCRIPTOR_PUBLISHED_FIRST)
                            ? publishedFirst(dmaBuf, export)
                            : publishedLast(dmaBuf, export);
                });
    }

    private Reply<DmaBuf> publishedLast(DmaBuf dmaBuf, Export export) {
        takeContext(export);
        return dmaBuf.installOrPut();
    }

    /** As posted: release, which another thread or a missing descriptor brings on, finds no context. */
    private Reply<DmaBuf> publishedFirst(DmaBuf dmaBuf, Export export) {
        return dmaBuf.install()
                .undo(() -> {
                    dmaBuf.put();
                    uncount(export.allocation);
                    kernel.note(
                            Journal.Action.TOUCHED_AFTER_INSTALL,
                            dmaBuf.name(),
                            "freed a second time, its count undone twice");
                    return Reply.done(dmaBuf);
                })
                .then(installed -> {
                    if (dmaBuf.isReleased()) {
                        kernel.note(
                                Journal.Action.TOUCHED_AFTER_INSTALL,
                                dmaBuf.name(),
                                "a context is stored in freed memory");
                    }
                    takeContext(export);
                    return Reply.done(dmaBuf);
                });
    }

    private void takeContext(Export export) {
        export.contextStored = true;
        export.context = file.exported().orElse(null);
    }

    private static void uncount(HabanalabsMemory.@Nullable Allocation allocation) {
        if (allocation != null) {
            allocation.uncount();
        }
    }

    private long barAddress(long deviceAddress) {
        return bar.base() + (deviceAddress - memory.base());
    }

    private static boolean isPageAligned(long value) {
        return (value & (Kernel.PAGE_SIZE - 1)) == 0;
    }

    /** What {@code pci_p2pdma_distance()} says about an importer: this is what attach looks at. */
    public Verdict verdict(Importer importer) {
        return p2pdma.verdict(function, importer.function());
    }

    @Override
    public ImmutableList<AddressRange> ranges(DmaBuf dmaBuf) {
        DevicePages shown = export(dmaBuf).memory;
        return shown.pages().stream()
                .map(page -> new AddressRange(shown.barAddress(page), shown.pageSize()))
                .collect(ImmutableList.toImmutableList());
    }

    /** The memory BAR, in the deciding kernel's physical addresses. */
    public AddressRange bar() {
        return bar;
    }

    private Export export(DmaBuf dmaBuf) {
        return Optional.ofNullable(exports.get(dmaBuf)).orElseThrow();
    }

    /** No pin callback: the memory never moves. No callbacks for the CPU, none for mmap. */
    @Override
    public ImmutableSet<ExporterOp> ops() {
        return OPS;
    }

    /** A distance below 0 clears the peer-to-peer flag; attaching itself is never refused. */
    @Override
    public Reply<Boolean> attach(Attachment attachment) {
        return Reply.done(
                attachment.peer2peer() && verdict(attachment.importer()).supported());
    }

    @Override
    public Reply<SgTable> map(Attachment attachment) {
        if (!attachment.peer2peer()) {
            return Reply.refused(
                    Errno.EPERM,
                    attachment.importer().allowPeer2peer()
                            ? "the peer-to-peer flag was cleared at attach: pci_p2pdma_distance() is -1"
                            : "the importer does not take memory of a peer");
        }
        return sgTable().build(export(attachment.dmaBuf()).memory, Kernel.PAGE_SIZE, attachment.importer(), dmaMap);
    }

    private HabanalabsSgTable sgTable() {
        boolean corrected = profile.sgTable() == HabanalabsSgTable.R2 && !kernel.has(Bug.PAGE_CURSOR_STALE);
        return corrected ? HabanalabsSgTable.R2_FIXED : profile.sgTable();
    }

    @Override
    public void unmap(Attachment attachment, SgTable table) {
        table.entries().forEach(entry -> dmaMap.unmap(attachment.importer(), entry.address()));
    }

    @Override
    public Reply<DmaBuf> release(DmaBuf dmaBuf) {
        Export export = export(dmaBuf);
        exports.remove(dmaBuf);
        uncount(export.allocation);
        if (!export.contextStored) {
            kernel.note(
                    Journal.Action.TOUCHED_AFTER_INSTALL,
                    dmaBuf.name(),
                    "released before its context is stored: null pointer");
        } else if (export.context != null) {
            file.released(export.context);
        }
        return Reply.done(dmaBuf);
    }
}
