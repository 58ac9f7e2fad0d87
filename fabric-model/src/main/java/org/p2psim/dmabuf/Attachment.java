package org.p2psim.dmabuf;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.p2psim.address.AddressRange;
import org.p2psim.platform.Errno;

/**
 * A device attached to a dma-buf. Made by {@link DmaBuf#attach}; ends with {@link DmaBuf#detach}. It is dynamic if its
 * driver attached with callbacks, static otherwise.
 */
public final class Attachment {
    /** In its name: between the dma-buf's and the importer's, in which it does not occur. */
    static final String SEPARATOR = "/";

    /** What the importer's table is worth. */
    public enum MappingState {
        NONE,
        VALID,
        /** The importer was notified and has not unmapped: it may still be using the old memory. */
        STALE
    }

    private final DmaBuf dmaBuf;
    private final Importer importer;
    private int number = 1;
    private final Optional<MoveNotify> moveNotify;
    private boolean peer2peer;
    private int pins;
    /** How many of its tables the core has pinned. */
    private int tablePins;

    private @Nullable SgTable cached;
    private @Nullable Direction cachedDirection;
    /** The oldest first. */
    private final List<Mapping> held = new ArrayList<>();

    /** What the importer's device has the addresses of though the core has taken the table back at detach. */
    private @Nullable SgTable takenBack;

    private long mappings;

    /** A table that was handed to the importer; what it is worth changes when the importer is notified. */
    private static final class Mapping {
        private final SgTable table;
        private final Direction direction;
        private final long number;
        private final ImmutableList<AddressRange> shown;
        /** The copies of moves that were not over. */
        private final ImmutableList<Fence> moves;

        private boolean stale;

        Mapping(SgTable table, Direction direction, long number, DmaBuf dmaBuf) {
            this.table = table;
            this.direction = direction;
            this.number = number;
            this.shown = dmaBuf.exporter().ranges(dmaBuf);
            this.moves = dmaBuf.reservation().pending(FenceUsage.KERNEL);
        }
    }

    Attachment(DmaBuf dmaBuf, Importer importer, Optional<MoveNotify> moveNotify) {
        this.dmaBuf = dmaBuf;
        this.importer = importer;
        this.moveNotify = moveNotify;
        this.peer2peer = importer.dynamic() && importer.allowPeer2peer();
    }

    public DmaBuf dmaBuf() {
        return dmaBuf;
    }

    public Importer importer() {
        return importer;
    }

    /** As journals and reports call it: {@code buf0/nic0}, and {@code buf0/nic0#2} for the importer's next one. */
    public String name() {
        return dmaBuf.name() + SEPARATOR + importer.name() + (number == 1 ? "" : "#" + number);
    }

    /** Whether the device may be given addresses of a peer; settled at attach, never again. */
    public boolean peer2peer() {
        return peer2peer;
    }

    /** @param nth of this importer's attachments of the buffer */
    void accepted(boolean peer2peerKept, int nth) {
        peer2peer = peer2peerKept;
        number = nth;
    }

    public Optional<MoveNotify> moveNotify() {
        return moveNotify;
    }

    /** {@code dma_buf_attach_revocable()}: the importer has callbacks, and one for notifications. */
    public boolean isRevocable() {
        return importer.dynamic() && moveNotify.isPresent();
    }

    /** How often it is pinned; below 0 only by a {@link Bug}. */
    public int pins() {
        return pins;
    }

    /** Whether anybody keeps the memory where it is for this attachment, also the core on its behalf. */
    public boolean isPinned() {
        return pins > 0 || tablePins > 0;
    }

    /** The table that the importer holds, if it has mapped; of several the newest. */
    public Optional<SgTable> mapping() {
        return newest().map(mapping -> mapping.table);
    }

    /**
     * The table whose addresses the importer's device has: what it has mapped, or had not unmapped when it was detached.
     */
    public Optional<SgTable> inDevice() {
        return mapping().or(() -> Optional.ofNullable(takenBack));
    }

    private Optional<Mapping> newest() {
        return held.isEmpty() ? Optional.empty() : Optional.of(held.get(held.size() - 1));
    }

    /** The memory that the buffer showed when the newest mapping was handed out; what it shows now if there is none. */
    public ImmutableList<AddressRange> shownWhenMapped() {
        return newest().map(mapping -> mapping.shown)
                .orElseGet(() -> dmaBuf.exporter().ranges(dmaBuf));
    }

    /** Whether a move that was under way when the newest mapping was handed out has not come to its end. */
    public boolean isBeingMovedTo() {
        return newest().filter(mapping -> mapping.moves.stream().anyMatch(move -> !move.isSignalled()))
                .isPresent();
    }

    /** What the importer said that its device does with the table, if it has mapped. */
    public Optional<Direction> direction() {
        return newest().map(mapping -> mapping.direction);
    }

    /** Every table that the importer holds, the oldest first. From 6.16 on, and where nothing is kept, each is another. */
    public ImmutableList<SgTable> tables() {
        return held.stream().map(mapping -> mapping.table).collect(ImmutableList.toImmutableList());
    }

    /** How often it has been mapped. */
    public long mappings() {
        return mappings;
    }

    /** The number of {@link #mapping}, counted from 1 over the attachment's life; {@link #mappings} if nothing is mapped. */
    public long newestMapping() {
        return newest().map(mapping -> mapping.number).orElse(mappings);
    }

    /** Whether the importer still holds the mapping of that number. */
    public boolean holds(long mapping) {
        return held.stream().anyMatch(each -> each.number == mapping);
    }

    /** Of several tables, what the best is worth. */
    public MappingState mappingState() {
        if (held.isEmpty()) {
            return MappingState.NONE;
        }
        return held.stream().allMatch(mapping -> mapping.stale) ? MappingState.STALE : MappingState.VALID;
    }

    /** Whether the exporter has a table out for it: the importer's, or one that the core keeps. */
    public boolean isMappedAtExporter() {
        return !held.isEmpty() || cached != null;
    }

    void markStale() {
        held.forEach(mapping -> mapping.stale = true);
    }

    private Kernel kernel() {
        return dmaBuf.kernel();
    }

    private Lock lock() {
        return dmaBuf.reservation().lock();
    }

    /** {@code dma_buf_pin()}; the reservation must be held. An exporter without a pin callback never moves. */
    public Reply<Attachment> pin() {
        lock().mustBeHeld("dma_buf_pin");
        if (!importer.dynamic()) {
            kernel().note(Journal.Action.WARNING, name(), "dma_buf_pin by a static importer");
        }
        Reply<Attachment> pinned =
                dmaBuf.exporter().isDynamic() ? dmaBuf.exporter().pin(this) : Reply.done(this);
        return pinned.then(done -> {
            pins++;
            kernel().note(Journal.Action.PIN, name(), "");
            return Reply.done(this);
        });
    }

    /** {@code dma_buf_unpin()}; the reservation must be held. */
    public void unpin() {
        lock().mustBeHeld("dma_buf_unpin");
        pins--;
        if (pins < 0) {
            kernel().note(Journal.Action.UNPIN, name(), Journal.Circumstance.NOT_PINNED, "");
        } else {
            kernel().note(Journal.Action.UNPIN, name(), "");
        }
        if (dmaBuf.exporter().isDynamic()) {
            dmaBuf.exporter().unpin(this);
        }
    }

    /** {@code dma_buf_map_attachment_unlocked()}. */
    public Reply<SgTable> mapUnlocked() {
        return lock().around(() -> map(Direction.BIDIRECTIONAL));
    }

    /** {@code dma_buf_unmap_attachment_unlocked()}. */
    public Reply<Attachment> unmapUnlocked() {
        return lock().around(() -> whenDriverUnmaps(() -> {
            unmap();
            return Reply.done(this);
        }));
    }

    /** {@code dma_buf_map_attachment()}, the reservation held. */
    public Reply<SgTable> map() {
        return map(Direction.BIDIRECTIONAL);
    }

    /**
     * {@code dma_buf_map_attachment()}. Since 6.16 static importers are pinned here and wait for KERNEL fences,
     * interruptibly; dynamic importers must wait themselves. An importer may map more than once: a table that the core
     * keeps is handed out again, others are made anew, and pinned anew.
     */
    public Reply<SgTable> map(Direction asked) {
        checkLock("dma_buf_map_attachment");
        if (cached != null) {
            return cachedDirection == Direction.BIDIRECTIONAL || cachedDirection == asked
                    ? handedOut(cached, asked, ", of the table that the core keeps")
                    : Reply.refused(Errno.EBUSY, "the cached table is " + cachedDirection);
        }
        Reply<SgTable> made = pinnedForTable(pinsOnMap()).then(ready -> exporterMap(pinsOnMap()));
        if (!kernel().core().cachesTables() && !importer.dynamic()) {
            made = made.then(table -> dmaBuf.reservation()
                    .whenSignalledOrInterrupted(FenceUsage.KERNEL, () -> Reply.done(table))
                    .undo(() -> {
                        dmaBuf.exporter().unmap(this, table);
                        unpinForTable(pinsOnMap());
                        return Reply.done(this);
                    }));
        } else if (kernel().core().cachesTables() && dmaBuf.exporter().cachesTables()) {
            made = made.then(table -> {
                cached = table;
                cachedDirection = asked;
                return Reply.done(table);
            });
        }
        return made.then(table -> handedOut(table, asked, ""));
    }

    private void checkLock(String operation) {
        if (kernel().core().oneLockingConvention()
                || importer.dynamic()
                || dmaBuf.exporter().isDynamic()) {
            lock().mustBeHeld(operation);
        }
    }

    /** Whether the core pins on behalf of the importer when it maps. */
    private boolean pinsOnMap() {
        boolean core = importer.dynamic()
                ? !kernel().core().moveNotify()
                : !kernel().core().cachesTables();
        return core && dmaBuf.exporter().isDynamic();
    }

    private Reply<Attachment> pinnedForTable(boolean pins) {
        return !pins
                ? Reply.done(this)
                : dmaBuf.exporter().pin(this).then(done -> {
                    tablePins++;
                    kernel().note(Journal.Action.PIN, name(), Journal.Circumstance.BY_CORE, "");
                    return Reply.done(this);
                });
    }

    private Reply<SgTable> exporterMap(boolean pinned) {
        return dmaBuf.exporter().map(this).undo(() -> {
            unpinForTable(pinned);
            return Reply.done(this);
        });
    }

    private void unpinForTable(boolean pinned) {
        if (pinned) {
            tablePins--;
            kernel().note(Journal.Action.UNPIN, name(), Journal.Circumstance.BY_CORE, "");
            dmaBuf.exporter().unpin(this);
        }
    }

    private Reply<SgTable> handedOut(SgTable table, Direction asked, String whose) {
        mappings++;
        held.add(new Mapping(table, asked, mappings, dmaBuf));
        kernel().note(
                        Journal.Action.MAP,
                        name(),
                        "%d entries%s".formatted(table.entries().size(), whose));
        return Reply.done(table);
    }

    /**
     * Goes on once the importer's driver has taken the time that it needs to unmap. The reservation stays held meanwhile,
     * as {@link #unmap} asks: whoever moves or revokes the buffer waits for it.
     */
    public <T> Reply<T> whenDriverUnmaps(Supplier<Reply<T>> next) {
        checkLock("dma_buf_unmap_attachment");
        return kernel().untilUnmap(this).map(wait -> Reply.after(wait, next)).orElseGet(next);
    }

    /** Gives the newest table back. */
    public void unmap() {
        unmap(newest().orElseThrow(() -> new IllegalStateException(importer.name() + " has nothing mapped")));
    }

    /**
     * Gives one of several tables back.
     *
     * @param mapping number of one that it {@link #holds}
     */
    public void unmap(long mapping) {
        unmap(held.stream()
                .filter(each -> each.number == mapping)
                .findFirst()
                .orElseThrow(
                        () -> new IllegalStateException("%s does not hold its mapping %d".formatted(name(), mapping))));
    }

    /** {@code dma_buf_unmap_attachment()}; a table that the core keeps stays mapped until detach. */
    private void unmap(Mapping mapping) {
        checkLock("dma_buf_unmap_attachment");
        held.remove(mapping);
        kernel().note(Journal.Action.UNMAP, name(), held.isEmpty() ? "" : held.size() + " more mapping(s) left");
        if (cached == null) {
            dmaBuf.exporter().unmap(this, mapping.table);
            unpinForTable(pinsOnMap());
        }
    }

    /** At detach: gives the table back that the core kept, whether or not the importer has unmapped. */
    void dropTable() {
        if (cached != null) {
            takenBack = held.isEmpty() ? null : held.get(held.size() - 1).table;
            held.clear();
            kernel().note(Journal.Action.CORE_UNMAP, name(), "");
            dmaBuf.exporter().unmap(this, cached);
            cached = null;
            unpinForTable(tablePins > 0);
        }
    }

    /** Makes the table that the core keeps from attach until detach, and pins what may move. */
    Reply<Attachment> cacheTable() {
        boolean pins = dmaBuf.exporter().isDynamic();
        return pinnedForTable(pins).then(ready -> exporterMap(pins)).then(table -> {
            cached = table;
            cachedDirection = Direction.BIDIRECTIONAL;
            kernel().note(
                            Journal.Action.CORE_MAP,
                            name(),
                            "%d entries, kept until detach"
                                    .formatted(table.entries().size()));
            return Reply.done(this);
        });
    }
}
