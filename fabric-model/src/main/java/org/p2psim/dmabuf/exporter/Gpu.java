package org.p2psim.dmabuf.exporter;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.Sets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.p2psim.address.AddressRange;
import org.p2psim.address.Bdf;
import org.p2psim.dmabuf.Attachment;
import org.p2psim.dmabuf.Bug;
import org.p2psim.dmabuf.DmaBuf;
import org.p2psim.dmabuf.DmaMap;
import org.p2psim.dmabuf.Fence;
import org.p2psim.dmabuf.FenceUsage;
import org.p2psim.dmabuf.Importer;
import org.p2psim.dmabuf.Journal;
import org.p2psim.dmabuf.Kernel;
import org.p2psim.dmabuf.Reply;
import org.p2psim.dmabuf.SgTable;
import org.p2psim.dmabuf.Wait;
import org.p2psim.dmabuf.exporter.GpuBuffer.Flag;
import org.p2psim.dmabuf.exporter.GpuBuffer.Place;
import org.p2psim.p2p.P2pdma;
import org.p2psim.p2p.Verdict;
import org.p2psim.platform.Errno;

/**
 * A GPU and its memory manager (TTM): VRAM of which the BAR shows the first part, and system memory. A move holds the
 * buffer's reservation, adds a KERNEL fence for the copy, and tells every importer; the old memory is free for others
 * once the copy is over.
 */
public final class Gpu {
    private final Bdf function;
    private final AddressRange window;
    private final GpuPlaces places;
    private final P2pdma p2pdma;
    private final DmaMap dmaMap;
    private final GpuProfile profile;
    private final Kernel kernel;
    private final List<GpuBuffer> buffers = new ArrayList<>();
    private final List<GpuBuffer> freedPinned = new ArrayList<>();
    private final List<Move> begun = new ArrayList<>();
    private final List<Fence> copies = new ArrayList<>();
    private long uses;

    /** @param copy what is to be signalled when the buffer's memory has been copied */
    public record Move(Fence copy, GpuBuffer buffer) {}

    /**
     * @param window the BAR with the visible VRAM, in the deciding kernel's physical addresses
     * @param vram all of the VRAM, bytes, no less than the window shows
     * @param systemMemory where buffers in system memory lie, physical
     */
    public Gpu(
            Bdf function,
            AddressRange window,
            long vram,
            AddressRange systemMemory,
            P2pdma p2pdma,
            DmaMap dmaMap,
            GpuProfile profile,
            Kernel kernel) {
        this.function = function;
        this.window = window;
        this.places = new GpuPlaces(window.size(), vram, systemMemory);
        this.p2pdma = p2pdma;
        this.dmaMap = dmaMap;
        this.profile = profile;
        this.kernel = kernel;
    }

    Kernel kernel() {
        return kernel;
    }

    GpuProfile profile() {
        return profile;
    }

    DmaMap dmaMap() {
        return dmaMap;
    }

    /** The BAR with the visible VRAM. */
    public AddressRange window() {
        return window;
    }

    Verdict verdict(Importer importer) {
        return p2pdma.verdict(function, importer.function());
    }

    /** A buffer of whole pages; in VRAM if it prefers that, outside of the visible part as long as there is room. */
    public Reply<GpuBuffer> create(String name, long bytes, Set<Flag> said) {
        long size = (bytes + Kernel.PAGE_SIZE - 1) & -Kernel.PAGE_SIZE;
        Set<Flag> flags = said.contains(Flag.VRAM_ONLY) ? Sets.union(said, Set.of(Flag.PREFERS_VRAM)) : said;
        Optional<AddressRange> vram = flags.contains(Flag.PREFERS_VRAM)
                ? places.vram(size, flags.contains(Flag.CPU_VISIBLE))
                : Optional.empty();
        if (vram.isPresent()) {
            return added(name, size, flags, places.of(vram.get()), vram.get());
        }
        if (flags.contains(Flag.VRAM_ONLY)) {
            return Reply.refused(Errno.ENOMEM, name + " does not fit the VRAM");
        }
        Optional<AddressRange> system = places.take(Place.GTT, size);
        return system.isPresent()
                ? added(name, size, flags, Place.GTT, system.get())
                : Reply.refused(Errno.ENOMEM, name + " does not fit the system memory");
    }

    /** The user lets go of a buffer. It stays as long as a dma-buf shows it. */
    public Reply<GpuBuffer> free(GpuBuffer buffer) {
        if (buffer.dmaBuf().isPresent()) {
            buffer.closed();
        } else {
            freed(buffer);
        }
        return Reply.done(buffer);
    }

    /** {@code ttm_bo_release()}: its memory is free for others once nothing uses it any more. */
    void freed(GpuBuffer buffer) {
        buffers.remove(buffer);
        if (buffer.miscounted().isPresent()) {
            freedPinned.add(buffer);
        }
        ImmutableList<Fence> uses = buffer.reservation().pending(FenceUsage.BOOKKEEP);
        Place from = buffer.place();
        if (uses.isEmpty()) {
            places.give(from, buffer.block(), buffer.name(), uses);
        } else {
            kernel.start(
                    "release of the memory of " + buffer.name(),
                    () -> Reply.after(over(uses, "what uses " + buffer.name()), () -> {
                        places.give(from, buffer.block(), buffer.name(), uses);
                        return Reply.done(buffer);
                    }));
        }
    }

    private static Wait over(ImmutableList<Fence> fences, String what) {
        return new Wait(
                Wait.Kind.FENCES,
                what,
                () -> fences.stream().allMatch(Fence::isSignalled),
                () -> fences.stream()
                        .filter(fence -> !fence.isSignalled())
                        .map(Fence::name)
                        .toList());
    }

    private Reply<GpuBuffer> added(String name, long size, Set<Flag> flags, Place place, AddressRange block) {
        GpuBuffer buffer = new GpuBuffer(this, name, size, flags, place, block);
        buffers.add(buffer);
        touched(buffer);
        return Reply.done(buffer);
    }

    /** {@code DRM_IOCTL_PRIME_HANDLE_TO_FD}. A buffer has one dma-buf: the second time there is another descriptor of it. */
    public Reply<DmaBuf> export(GpuBuffer buffer, String dmaBuf) {
        boolean userPointer = buffer.is(Flag.USER_POINTER) && profile.driver() == GpuProfile.Driver.AMDGPU;
        if (userPointer || buffer.is(Flag.PER_VM)) {
            return Reply.refused(Errno.EPERM, buffer.name() + " cannot be shared");
        }
        Optional<DmaBuf> before = buffer.dmaBuf().filter(shown -> !shown.isReleased());
        if (before.isPresent()) {
            return before.get().installAgain();
        }
        return DmaBuf.export(dmaBuf, buffer.size(), buffer, kernel, Optional.of(buffer.reservation()))
                .then(made -> {
                    buffer.exported(made);
                    return made.installOrPut();
                });
    }

    /** Moves that have begun since this was last asked, also of buffers that nobody refers to any more. */
    public ImmutableList<Move> begun() {
        ImmutableList<Move> told = ImmutableList.copyOf(begun);
        begun.clear();
        return told;
    }

    /** Copies of moves that are under way, in the order in which they began; each is to be signalled when it is over. */
    public ImmutableList<Fence> copies() {
        copies.removeIf(Fence::isSignalled);
        return ImmutableList.copyOf(copies);
    }

    public ImmutableList<GpuBuffer> buffers() {
        return ImmutableList.copyOf(buffers);
    }

    void touched(GpuBuffer buffer) {
        uses++;
        buffer.used(uses);
    }

    /** Memory pressure: an unpinned buffer goes to system memory. */
    public Reply<GpuBuffer> evict(GpuBuffer buffer) {
        return buffer.reservation().lock().around(() -> buffer.isPinned() ? Reply.done(buffer) : toSystem(buffer));
    }

    /** An unpinned buffer moves inside of its part of the VRAM. */
    public Reply<GpuBuffer> defragment(GpuBuffer buffer) {
        return buffer.reservation().lock().around(() -> {
            if (buffer.isPinned() || buffer.place() == Place.GTT) {
                return Reply.done(buffer);
            }
            Optional<AddressRange> block = places.take(buffer.place(), buffer.size());
            return block.isPresent()
                    ? move(buffer, buffer.place(), block.get())
                    : Reply.refused(Errno.ENOMEM, "there is no room to move %s to".formatted(buffer.name()));
        });
    }

    /** Its reservation is held. */
    Reply<GpuBuffer> toSystem(GpuBuffer buffer) {
        if (buffer.place() == Place.GTT) {
            return Reply.done(buffer);
        }
        if (buffer.is(Flag.VRAM_ONLY)) {
            return Reply.refused(Errno.ENOMEM, buffer.name() + " cannot live in system memory");
        }
        Optional<AddressRange> block = places.take(Place.GTT, buffer.size());
        return block.isPresent()
                ? move(buffer, Place.GTT, block.get())
                : Reply.refused(Errno.ENOMEM, buffer.name() + " does not fit the system memory");
    }

    /** Places that a peer may be sent to: what lies in one stays, others go to the window, or to system memory. */
    Reply<GpuBuffer> validate(GpuBuffer buffer) {
        return buffer.place() == Place.HIDDEN_VRAM ? toWindow(buffer) : Reply.done(buffer);
    }

    /** Into the visible VRAM, others being evicted from it; to system memory if those are all pinned or busy. */
    Reply<GpuBuffer> toWindow(GpuBuffer buffer) {
        if (buffer.place() == Place.VISIBLE_VRAM) {
            return Reply.done(buffer);
        }
        Optional<AddressRange> block = places.take(Place.VISIBLE_VRAM, buffer.size());
        if (block.isPresent()) {
            return move(buffer, Place.VISIBLE_VRAM, block.get());
        }
        Optional<GpuBuffer> victim = victim(buffer);
        if (victim.isEmpty()) {
            return toSystem(buffer);
        }
        return leaveWindow(victim.get()).then(left -> afterEviction(left, () -> toWindow(buffer)));
    }

    /** The memory of a buffer that was moved away is free when its copy is over. */
    private Reply<GpuBuffer> afterEviction(GpuBuffer left, Supplier<Reply<GpuBuffer>> next) {
        return left.reservation().whenSignalled(FenceUsage.KERNEL, next);
    }

    /** The least recently used buffer of the window that is neither pinned nor in use by somebody else. */
    private Optional<GpuBuffer> victim(GpuBuffer not) {
        return buffers.stream()
                .filter(other -> !other.equals(not))
                .filter(other -> other.place() == Place.VISIBLE_VRAM && !other.isPinned())
                .filter(other -> other.reservation().lock().holder().isEmpty())
                .min(Comparator.comparingLong(GpuBuffer::lastUse));
    }

    private Reply<GpuBuffer> leaveWindow(GpuBuffer victim) {
        return victim.reservation().lock().aroundWithTicket(() -> {
            Optional<AddressRange> block = places.take(Place.HIDDEN_VRAM, victim.size());
            return block.isPresent() ? move(victim, Place.HIDDEN_VRAM, block.get()) : toSystem(victim);
        });
    }

    private Reply<GpuBuffer> move(GpuBuffer buffer, Place to, AddressRange block) {
        AddressRange old = buffer.block();
        Place from = buffer.place();
        String moved = buffer.dmaBuf().map(DmaBuf::name).orElse(buffer.name());
        List<Fence> uses = new ArrayList<>();
        Fence copy = new Fence("copy of " + buffer.name(), () -> places.give(from, old, moved, uses));
        buffer.reservation().add(copy, FenceUsage.KERNEL);
        String way = "%s to %s".formatted(from, to);
        if (buffer.dmaBuf().isPresent()) {
            kernel.note(Journal.Action.MOVE, moved, way);
        } else {
            kernel.note(Journal.Action.MOVE, moved, Journal.Circumstance.NOT_EXPORTED, way);
        }
        buffer.moving(copy, to, block);
        begun.add(new Move(copy, buffer));
        if (buffer.dmaBuf().isEmpty()) {
            copies.add(copy);
            return Reply.done(buffer);
        }
        Fence told = new Fence("notification of the importers of " + moved);
        uses.add(told);
        return buffer.dmaBuf().get().invalidateMappings().then(all -> {
            ImmutableList<Fence> others = othersThan(copy, buffer);
            uses.addAll(others);
            told.signal();
            kernel.start("copy of " + buffer.name(), () -> afterImporters(buffer, copy, others));
            return Reply.done(buffer);
        });
    }

    private static ImmutableList<Fence> othersThan(Fence copy, GpuBuffer buffer) {
        return buffer.reservation().pending(FenceUsage.BOOKKEEP).stream()
                .filter(fence -> !fence.equals(copy))
                .collect(ImmutableList.toImmutableList());
    }

    /** The copy begins once importers have stopped, and those are over that could not stop at once. */
    private Reply<GpuBuffer> afterImporters(GpuBuffer buffer, Fence copy, ImmutableList<Fence> others) {
        return Reply.after(over(others, "what uses %s where it was".formatted(buffer.name())), () -> {
            copies.add(copy);
            buffer.left();
            return Reply.done(buffer);
        });
    }

    /** Buffers whose memory another one got while it was still in use: none must be (I-10). */
    public ImmutableList<String> reusedEarly() {
        return places.takenEarly();
    }

    /** Buffers whose pinned bytes the driver counts wrongly, and how: none must be (I-36). */
    public ImmutableMap<String, String> miscounted() {
        ImmutableMap.Builder<String, String> wrong = ImmutableMap.builder();
        Stream.concat(buffers.stream(), freedPinned.stream())
                .forEach(buffer -> buffer.miscounted().ifPresent(what -> wrong.put(buffer.name(), what)));
        return wrong.buildKeepingLast();
    }

    /** Whether a buffer that is pinned may be mapped where it is. */
    boolean mapsPinned(boolean peer2peer, Place place) {
        if (place != Place.VISIBLE_VRAM) {
            return place == Place.GTT;
        }
        return profile.driver() == GpuProfile.Driver.XE && peer2peer
                || profile.pinsVram() && (peer2peer || kernel.has(Bug.DYNAMIC_HANDED_PINNED_VRAM));
    }

    /** Entries no longer than the importer takes; a mapping that fails is -EBUSY, and what was made is undone. */
    Reply<SgTable> table(Importer importer, AddressRange memory) {
        List<SgTable.Entry> entries = new ArrayList<>();
        long largest = importer.maxSegmentSize() & -Kernel.PAGE_SIZE;
        if (largest == 0) {
            return Reply.refused(Errno.EINVAL, "the importer's largest segment is less than a page");
        }
        if (memory.size() / largest >= SgTable.ENTRIES_MAX) {
            return Reply.refused(Errno.ENOMEM, "the table has too many entries to allocate");
        }
        for (long offset = 0; offset < memory.size(); offset += largest) {
            long length = Math.min(largest, memory.size() - offset);
            long address = dmaMap.map(importer, memory.base() + offset, length);
            if (address == DmaMap.FAILED) {
                entries.forEach(made -> dmaMap.unmap(importer, made.address()));
                return Reply.refused(Errno.EBUSY, "the buffer could not be mapped for DMA");
            }
            entries.add(new SgTable.Entry(address, length));
        }
        return Reply.done(new SgTable(entries));
    }

    /**
     * Attachments of buffers in VRAM whose importer does not reach peers, or outside of the window: none must be mapped
     * (I-37). Whoever holds the reservation of a buffer is just moving it.
     */
    public ImmutableList<Attachment> mappedWrongly() {
        return buffers.stream()
                .filter(buffer -> buffer.place() != Place.GTT
                        && buffer.reservation().lock().holder().isEmpty())
                .flatMap(buffer -> buffer.mappings().stream()
                        .filter(attachment -> attachment.mappingState() != Attachment.MappingState.STALE)
                        .filter(attachment -> !attachment.peer2peer() || buffer.place() != Place.VISIBLE_VRAM))
                .collect(ImmutableList.toImmutableList());
    }
}
