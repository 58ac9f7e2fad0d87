package org.p2psim.dmabuf.exporter;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.p2psim.address.AddressRange;
import org.p2psim.dmabuf.Attachment;
import org.p2psim.dmabuf.DmaBuf;
import org.p2psim.dmabuf.Exporter;
import org.p2psim.dmabuf.ExporterOp;
import org.p2psim.dmabuf.Fence;
import org.p2psim.dmabuf.Journal;
import org.p2psim.dmabuf.Reply;
import org.p2psim.dmabuf.Reservation;
import org.p2psim.dmabuf.SgTable;
import org.p2psim.platform.Errno;

/**
 * A buffer object of a GPU. It lives in VRAM or in system memory and may move at any time unless it is pinned; its
 * reservation is that of its dma-buf.
 */
public final class GpuBuffer implements Exporter {
    private static final ImmutableSet<ExporterOp> OPS = ImmutableSet.copyOf(Arrays.stream(ExporterOp.values())
            .filter(op -> op != ExporterOp.DETACH && op != ExporterOp.END_CPU_ACCESS)
            .toList());

    /** Where a buffer lies. */
    public enum Place {
        /** The part of VRAM that the BAR shows. */
        VISIBLE_VRAM,
        /** VRAM behind the BAR: no peer reaches it. */
        HIDDEN_VRAM,
        /** System memory. */
        GTT
    }

    /** What user space said about a buffer. */
    public enum Flag {
        PREFERS_VRAM,
        /** In the part of VRAM that the BAR shows, to begin with. */
        CPU_VISIBLE,
        /** Cannot live in system memory. */
        VRAM_ONLY,
        USER_POINTER,
        PER_VM
    }

    private final Gpu gpu;
    private final String name;
    private final long size;
    private final ImmutableSet<Flag> flags;
    private final Reservation reservation;
    /** DMA addresses that were made for each table that is out. */
    private final Map<SgTable, ImmutableList<Long>> mapped = new IdentityHashMap<>();

    private Place place;
    private AddressRange block;
    private Optional<DmaBuf> dmaBuf = Optional.empty();
    private Optional<Fence> copy = Optional.empty();
    private Optional<AddressRange> leaving = Optional.empty();
    private boolean closed;
    private final GpuPins pins;
    private long lastUse;

    GpuBuffer(Gpu gpu, String name, long size, Set<Flag> flags, Place place, AddressRange block) {
        this.gpu = gpu;
        this.name = name;
        this.size = size;
        this.flags = ImmutableSet.copyOf(flags);
        this.reservation = new Reservation(gpu.kernel(), name);
        this.place = place;
        this.block = block;
        this.pins = new GpuPins(size);
    }

    public String name() {
        return name;
    }

    public long size() {
        return size;
    }

    public boolean is(Flag flag) {
        return flags.contains(flag);
    }

    public Place place() {
        return place;
    }

    /** VRAM by offset, system memory by physical address. */
    public AddressRange block() {
        return block;
    }

    public boolean isPinned() {
        return pins.any();
    }

    /** Whether it still lies where each of those who pinned it did so. */
    public boolean staysPinned() {
        return pins.allAt(block);
    }

    /** What its driver counts as pinned for it and should not, or does not count and should, in words (I-36). */
    public Optional<String> miscounted() {
        return gpu.profile().countsPins() ? pins.miscounted(dmaBuf) : Optional.empty();
    }

    /** The copy of its newest move; to be signalled when it is over. */
    public Optional<Fence> copy() {
        return copy;
    }

    public Optional<DmaBuf> dmaBuf() {
        return dmaBuf;
    }

    Reservation reservation() {
        return reservation;
    }

    long lastUse() {
        return lastUse;
    }

    void used(long now) {
        lastUse = now;
    }

    void exported(DmaBuf made) {
        dmaBuf = Optional.of(made);
    }

    /** Its user has let go of its handle. */
    void closed() {
        closed = true;
    }

    void moving(Fence fence, Place to, AddressRange newBlock) {
        leaving = place == Place.HIDDEN_VRAM ? Optional.empty() : Optional.of(memory());
        copy = Optional.of(fence);
        place = to;
        block = newBlock;
    }

    /** The copy begins: what lands where the buffer was is lost from here on. */
    void left() {
        leaving = Optional.empty();
    }

    @Override
    public boolean showsPeerMemory() {
        return place != Place.GTT;
    }

    @Override
    public ImmutableList<AddressRange> leaving(DmaBuf shown) {
        return leaving.map(ImmutableList::of).orElse(ImmutableList.of());
    }

    @Override
    public ImmutableSet<ExporterOp> ops() {
        return OPS;
    }

    @Override
    public Reply<Boolean> attach(Attachment attachment) {
        boolean reachable = attachment.peer2peer()
                && gpu.profile().driver() != GpuProfile.Driver.NOUVEAU
                && gpu.verdict(attachment.importer()).supported();
        if (!reachable && gpu.profile().driver() == GpuProfile.Driver.XE && is(Flag.VRAM_ONLY)) {
            return Reply.refused(Errno.EOPNOTSUPP, name + " cannot live in system memory, and there is no route");
        }
        return Reply.done(reachable);
    }

    @Override
    public Reply<Attachment> pin(Attachment attachment) {
        boolean vram = gpu.profile().pinsVram()
                && is(Flag.PREFERS_VRAM)
                && gpu.kernel().core().moveNotify()
                && attachment.dmaBuf().attachments().stream().allMatch(Attachment::peer2peer);
        if (isPinned() && place != (vram ? Place.VISIBLE_VRAM : Place.GTT)) {
            return Reply.refused(Errno.EINVAL, "%s is pinned in %s".formatted(name, place));
        }
        return (vram ? gpu.toWindow(this) : gpu.toSystem(this)).then(placed -> {
            pins.pinned(attachment, place, block);
            return Reply.done(attachment);
        });
    }

    @Override
    public void unpin(Attachment attachment) {
        if (!pins.isCounted()) {
            gpu.kernel().note(Journal.Action.WARNING, attachment.name(), "unpinned though nobody pins " + name);
        }
        pins.unpinned(attachment, place);
    }

    @Override
    public Reply<SgTable> map(Attachment attachment) {
        gpu.touched(this);
        return placedFor(attachment)
                .then(placed -> gpu.table(attachment.importer(), memory()).then(table -> {
                    mapped.put(
                            table,
                            table.entries().stream()
                                    .map(SgTable.Entry::address)
                                    .collect(ImmutableList.toImmutableList()));
                    return Reply.done(table);
                }));
    }

    private Reply<GpuBuffer> placedFor(Attachment attachment) {
        boolean peer2peer = attachment.peer2peer();
        if (isPinned()) {
            return gpu.mapsPinned(peer2peer, place)
                    ? Reply.done(this)
                    : Reply.refused(Errno.EBUSY, "%s is pinned in %s".formatted(name, place));
        }
        return switch (gpu.profile().driver()) {
            case AMDGPU -> peer2peer && is(Flag.PREFERS_VRAM) ? gpu.validate(this) : gpu.toSystem(this);
            case XE -> {
                if (!peer2peer) {
                    yield gpu.toSystem(this);
                }
                yield place == Place.HIDDEN_VRAM
                        ? Reply.refused(Errno.EOPNOTSUPP, name + " lies outside of the visible VRAM")
                        : Reply.done(this);
            }
            case NOUVEAU -> gpu.toSystem(this);
        };
    }

    @Override
    public void unmap(Attachment attachment, SgTable table) {
        Optional.ofNullable(mapped.remove(table))
                .ifPresent(made -> made.forEach(address -> gpu.dmaMap().unmap(attachment.importer(), address)));
    }

    /** A reader on the CPU moves the buffer to system memory if that is possible, so it notifies. */
    @Override
    public Reply<DmaBuf> beginCpuAccess(DmaBuf read, boolean write) {
        if (write || is(Flag.VRAM_ONLY)) {
            return Reply.done(read);
        }
        // whoever held the lock may have pinned it
        return reservation
                .lock()
                .around(() -> isPinned() ? Reply.done(this) : gpu.toSystem(this))
                .then(moved -> Reply.done(read));
    }

    @Override
    public Reply<DmaBuf> mmap(DmaBuf shown) {
        return Reply.done(shown);
    }

    @Override
    public Reply<DmaBuf> vmap(DmaBuf shown) {
        pins.vmapped(block);
        return Reply.done(shown);
    }

    @Override
    public void vunmap(DmaBuf shown) {
        pins.vunmapped();
    }

    @Override
    public Reply<DmaBuf> release(DmaBuf released) {
        dmaBuf = Optional.empty();
        if (closed) {
            gpu.freed(this);
        }
        return Reply.done(released);
    }

    @Override
    public ImmutableList<AddressRange> ranges(DmaBuf shown) {
        return place == Place.HIDDEN_VRAM ? ImmutableList.of() : ImmutableList.of(memory());
    }

    /** In physical addresses; only where a peer may be sent. */
    private AddressRange memory() {
        return place == Place.GTT ? block : new AddressRange(gpu.window().base() + block.base(), block.size());
    }

    /** What else shows this buffer: attachments that are mapped now. */
    List<Attachment> mappings() {
        return dmaBuf.stream()
                .flatMap(shown -> shown.attachments().stream())
                .filter(Attachment::isMappedAtExporter)
                .toList();
    }
}
