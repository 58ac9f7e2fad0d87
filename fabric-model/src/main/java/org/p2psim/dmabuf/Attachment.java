package org.p2psim.dmabuf;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.p2psim.platform.Errno;

/**
 * A device attached to a dma-buf. Made by {@link DmaBuf#attach}; ends with {@link DmaBuf#detach}. It is dynamic if its
 * driver attached with callbacks, static otherwise.
 */
public final class Attachment {
    /** In its name: between the dma-buf's and the importer's, in which it does not occur. */
    static final String SEPARATOR = "/";

    /** In the journal, of one without a callback. */
    public static final String NEVER_NOTIFIED = "never notified";

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
    private boolean pinnedForTable;
    private @Nullable SgTable cached;
    private @Nullable Direction cachedDirection;
    private @Nullable SgTable mapped;
    private Direction direction = Direction.BIDIRECTIONAL;
    private boolean stale;
    private long mappings;

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
        return pins > 0 || pinnedForTable;
    }

    /** The table that the importer holds, if it has mapped. */
    public Optional<SgTable> mapping() {
        return Optional.ofNullable(mapped);
    }

    /** What the importer said that its device does with the table, if it has mapped. */
    public Optional<Direction> direction() {
        return mapping().map(table -> direction);
    }

    /** How often it has been mapped: tells a mapping from one before it. */
    public long mappings() {
        return mappings;
    }

    public MappingState mappingState() {
        if (mapped == null) {
            return MappingState.NONE;
        }
        return stale ? MappingState.STALE : MappingState.VALID;
    }

    /** Whether the exporter has a table out for it: the importer's, or one that the core keeps. */
    public boolean isMappedAtExporter() {
        return mapped != null || cached != null;
    }

    void markStale() {
        stale = mapped != null;
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
        kernel().note(Journal.Action.UNPIN, name(), pins < 0 ? "more often than it was pinned" : "");
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
        return lock().around(() -> {
            unmap();
            return Reply.done(this);
        });
    }

    /** {@code dma_buf_map_attachment()}, the reservation held. */
    public Reply<SgTable> map() {
        return map(Direction.BIDIRECTIONAL);
    }

    /**
     * {@code dma_buf_map_attachment()}. Since 6.16 static importers are pinned here and wait for KERNEL fences, interruptibly; dynamic
     * importers must wait themselves.
     */
    public Reply<SgTable> map(Direction asked) {
        checkLock("dma_buf_map_attachment");
        if (mapped != null) {
            throw new IllegalStateException(name() + " is mapped twice");
        }
        if (cached != null) {
            return cachedDirection == Direction.BIDIRECTIONAL || cachedDirection == asked
                    ? handedOut(cached, asked)
                    : Reply.refused(Errno.EBUSY, "the cached table is " + cachedDirection);
        }
        Reply<SgTable> made = pinnedForTable(pinsOnMap()).then(ready -> exporterMap());
        if (!kernel().core().cachesTables() && !importer.dynamic()) {
            made = made.then(table -> dmaBuf.reservation()
                    .whenSignalledOrInterrupted(FenceUsage.KERNEL, () -> Reply.done(table))
                    .undo(() -> {
                        dmaBuf.exporter().unmap(this, table);
                        unpinForTable();
                        return Reply.done(this);
                    }));
        } else if (kernel().core().cachesTables() && dmaBuf.exporter().cachesTables()) {
            made = made.then(table -> {
                cached = table;
                cachedDirection = asked;
                return Reply.done(table);
            });
        }
        return made.then(table -> handedOut(table, asked));
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
                    pinnedForTable = true;
                    return Reply.done(this);
                });
    }

    private Reply<SgTable> exporterMap() {
        return dmaBuf.exporter().map(this).undo(() -> {
            unpinForTable();
            return Reply.done(this);
        });
    }

    private void unpinForTable() {
        if (pinnedForTable) {
            pinnedForTable = false;
            dmaBuf.exporter().unpin(this);
        }
    }

    private Reply<SgTable> handedOut(SgTable table, Direction asked) {
        mapped = table;
        direction = asked;
        stale = false;
        mappings++;
        kernel().note(
                        Journal.Action.MAP,
                        name(),
                        "%d entries".formatted(table.entries().size()));
        return Reply.done(table);
    }

    /** {@code dma_buf_unmap_attachment()}; a table that the core keeps stays mapped until detach. */
    public void unmap() {
        SgTable table = mapping().orElseThrow(() -> new IllegalStateException(importer.name() + " has nothing mapped"));
        checkLock("dma_buf_unmap_attachment");
        mapped = null;
        stale = false;
        kernel().note(Journal.Action.UNMAP, name(), "");
        if (cached == null) {
            dmaBuf.exporter().unmap(this, table);
            unpinForTable();
        }
    }

    /** Gives the table back that the core kept. */
    void dropTable() {
        if (cached != null) {
            dmaBuf.exporter().unmap(this, cached);
            cached = null;
            unpinForTable();
        }
    }

    /** Makes the table that the core keeps from attach until detach, and pins what may move. */
    Reply<Attachment> cacheTable() {
        return pinnedForTable(dmaBuf.exporter().isDynamic())
                .then(ready -> exporterMap())
                .then(table -> {
                    cached = table;
                    cachedDirection = Direction.BIDIRECTIONAL;
                    return Reply.done(this);
                });
    }
}
