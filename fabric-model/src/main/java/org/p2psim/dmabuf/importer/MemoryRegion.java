package org.p2psim.dmabuf.importer;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.p2psim.dmabuf.Attachment;
import org.p2psim.dmabuf.Bug;
import org.p2psim.dmabuf.DmaBuf;
import org.p2psim.dmabuf.FenceUsage;
import org.p2psim.dmabuf.Importer;
import org.p2psim.dmabuf.InFlight;
import org.p2psim.dmabuf.Journal;
import org.p2psim.dmabuf.Kernel;
import org.p2psim.dmabuf.Lock;
import org.p2psim.dmabuf.MoveNotify;
import org.p2psim.dmabuf.Reply;
import org.p2psim.dmabuf.SgTable;
import org.p2psim.platform.Errno;

/**
 * An RDMA memory region over a dma-buf ({@code ibv_reg_dmabuf_mr()}, drivers/infiniband/core/umem_dmabuf.c). While it
 * is registered it holds a reference of the buffer and an attachment; while it is active also a mapping, whose addresses
 * its NIC has.
 */
public final class MemoryRegion {
    /** What the NIC does with an access through the region. */
    public enum State {
        /** Being registered. */
        INIT,
        /** The NIC has the addresses. */
        ACTIVE,
        /** The NIC has no addresses and faults: the driver maps again. */
        ZAPPED,
        /** Dead until it is deregistered; the number of its key stays taken. */
        REVOKED,
        GONE
    }

    private final RdmaNic nic;
    private final RdmaFlavour flavour;
    private final Request request;
    private final InFlight dma;
    private final Lock ownLock;
    private @Nullable Attachment attachment;
    private @Nullable SgTable translation;
    private State state = State.INIT;
    private int key;

    /**
     * What the user asks for.
     *
     * @param offset of the region in the dma-buf, bytes, unsigned
     * @param length bytes, unsigned
     * @param iova address that peers use for its first byte
     */
    public record Request(String name, long offset, long length, long iova, Set<AccessFlag> access) {
        public Request {
            access = ImmutableSet.copyOf(access);
        }

        /**
         * What the driver leaves of a table: the pages that the region touches ({@code ib_umem_dmabuf_map_pages()}). Of
         * one that is too short, what there is.
         */
        public SgTable trimmed(SgTable table) {
            long start = offset & -Kernel.PAGE_SIZE;
            long end = (offset + length + Kernel.PAGE_SIZE - 1) & -Kernel.PAGE_SIZE;
            long last = Math.min(end, table.length());
            return start == 0 && last == table.length() || start >= last
                    ? table
                    : new SgTable(table.slice(start, last - start));
        }

        /** What is checked before the descriptor is looked at. */
        Reply<Request> checked() {
            if ((offset & (Kernel.PAGE_SIZE - 1)) != (iova & (Kernel.PAGE_SIZE - 1))) {
                return Reply.refused(Errno.EINVAL, "offset and iova differ within the page");
            }
            boolean writesRemotely =
                    access.contains(AccessFlag.REMOTE_WRITE) || access.contains(AccessFlag.REMOTE_ATOMIC);
            if (writesRemotely && !access.contains(AccessFlag.LOCAL_WRITE)) {
                return Reply.refused(Errno.EINVAL, "remote-write and remote-atomic need local-write as well");
            }
            if (Long.compareUnsigned(offset + length, offset) < 0) {
                return Reply.refused(Errno.EINVAL, "offset and length wrap around");
            }
            return Reply.done(this);
        }

        Reply<Request> checkedAgainst(DmaBuf dmaBuf) {
            if (Long.compareUnsigned(dmaBuf.size(), offset + length) < 0) {
                return Reply.refused(
                        Errno.EINVAL,
                        "%s has 0x%x bytes, fewer than offset and length together"
                                .formatted(dmaBuf.name(), dmaBuf.size()));
            }
            return length == 0 ? Reply.refused(Errno.EINVAL, "the region has no pages") : Reply.done(this);
        }
    }

    /** Something that registration did on its way. */
    public record Step(String what, String detail) {}

    MemoryRegion(RdmaNic nic, RdmaFlavour flavour, Request request) {
        this.nic = nic;
        this.flavour = flavour;
        this.request = request;
        this.dma = new InFlight(request.name());
        this.ownLock = nic.newRegionLock(request.name());
    }

    /**
     * Registers with a NIC of its own: dynamic if the importer attaches with callbacks.
     *
     * @param steps told what was done
     */
    public static Reply<MemoryRegion> register(
            Request request, DmaBuf dmaBuf, Importer importer, Consumer<Step> steps) {
        return new RdmaNic(importer, RdmaFlavour.DYNAMIC, dmaBuf.kernel()).register(request, dmaBuf, steps);
    }

    /** What the driver attaches with. A pinned importer's only warns; from 7.1 on it has none. */
    Optional<MoveNotify> callback() {
        if (!nic.importer().dynamic()) {
            return Optional.empty();
        }
        return switch (flavour) {
            case DYNAMIC -> Optional.of(told -> nic.regionLocked(this, () -> zapped(told)));
            case PINNED, PINNED_WITH_REVOKE ->
                kernel().core().callbackOptional() ? Optional.empty() : Optional.of(this::warned);
            case PINNED_REVOCABLE -> Optional.of(told -> nic.regionLocked(this, () -> revoked(told)));
        };
    }

    /** Pins if it must, maps, and gives the addresses to the NIC, all with the reservation held. */
    Reply<MemoryRegion> build(Attachment made, Consumer<Step> steps) {
        attachment = made;
        return lock().around(() -> pinned(made)
                        .then(ready -> loaded(steps).undo(() -> {
                            unpinAfterFailure(made);
                            return Reply.done(made);
                        })))
                .then(ready -> {
                    key = nic.keys().allocate(this);
                    return Reply.done(this);
                });
    }

    private Reply<Attachment> pinned(Attachment made) {
        return flavour.pins() ? made.pin() : Reply.done(made);
    }

    private void unpinAfterFailure(Attachment made) {
        if (flavour.pins()) {
            made.unpin();
            if (kernel().has(Bug.PINNED_UNPINNED_TWICE)) {
                made.unpin();
            }
        }
    }

    /** Maps unless a table is there already, waits for a move to end, and loads the table. The reservation is held. */
    private Reply<MemoryRegion> loaded(Consumer<Step> steps) {
        Attachment made = attachment();
        Reply<SgTable> table = made.mapping().<Reply<SgTable>>map(Reply::done).orElseGet(made::map);
        return table.then(mapped -> {
                    steps.accept(new Step(
                            "map",
                            "%d entr%s"
                                    .formatted(
                                            mapped.entries().size(),
                                            mapped.entries().size() == 1 ? "y" : "ies")));
                    return made.isBeingMovedTo() && kernel().has(Bug.NO_FENCE_WAIT)
                            ? Reply.done(mapped)
                            : made.dmaBuf().reservation().whenSignalled(FenceUsage.KERNEL, () -> Reply.done(mapped));
                })
                .then(mapped -> {
                    translation = request.trimmed(mapped);
                    state = State.ACTIVE;
                    kernel().note(
                                    Journal.Action.LOAD,
                                    name(),
                                    "%d entries".formatted(mapped.entries().size()));
                    return Reply.done(this);
                });
    }

    /** The NIC faulted: the driver maps again. A refusal leaves the region as it is. */
    public Reply<MemoryRegion> fault() {
        return nic.regionLocked(
                this,
                () -> lock().around(() -> switch (state) {
                    case ACTIVE -> Reply.done(this);
                    case ZAPPED -> loaded(step -> {});
                    case INIT, REVOKED, GONE -> Reply.refused(Errno.EINVAL, name() + " is " + state);
                }));
    }

    private Reply<Attachment> warned(Attachment told) {
        kernel().note(Journal.Action.WARNING, told.name(), "notified though its memory is pinned");
        return Reply.done(told);
    }

    private Reply<Attachment> zapped(Attachment told) {
        if (state != State.ACTIVE || kernel().has(Bug.NEVER_UNMAPS)) {
            return Reply.done(told);
        }
        zap();
        return told.whenDriverUnmaps(() -> unmapped(told));
    }

    private void zap() {
        translation = null;
        state = State.ZAPPED;
        boolean live = nic.keys().live(key).equals(Optional.of(this));
        kernel().note(live ? Journal.Action.ZAP : Journal.Action.DEAD_KEY, name(), "key " + key);
    }

    /** Once what the NIC has on the wire has come to its end. */
    private Reply<Attachment> unmapped(Attachment told) {
        if (!dma.isEmpty() && kernel().has(Bug.UNMAPS_WITH_DMA_IN_FLIGHT)) {
            told.unmap();
            return Reply.done(told);
        }
        return dma.whenDrained(() -> {
            told.unmap();
            return Reply.done(told);
        });
    }

    private Reply<Attachment> revoked(Attachment told) {
        if (state != State.ACTIVE || kernel().has(Bug.NEVER_UNMAPS)) {
            return Reply.done(told);
        }
        translation = null;
        state = State.REVOKED;
        nic.keys().invalidate(key, this);
        return told.whenDriverUnmaps(() -> unmapped(told)).then(done -> {
            told.unpin();
            return Reply.done(told);
        });
    }

    Reply<MemoryRegion> revokeByDriver() {
        return lock().around(() -> revoked(attachment())).then(done -> Reply.done(this));
    }

    /** Gives everything back, with the reservation held while the NIC forgets the key. */
    public Reply<MemoryRegion> deregister() {
        if (!isRegistered()) {
            throw new IllegalStateException(name() + " is not registered");
        }
        Attachment made = attachment();
        if (kernel().has(Bug.KEY_FREED_BEFORE_NOTIFY)) {
            nic.keys().free(key, this);
        }
        return nic.regionLocked(this, () -> lock().around(() -> taken(made)))
                .then(done -> {
                    nic.keys().free(key, this);
                    return made.dmaBuf().detach(made);
                })
                .then(done -> {
                    made.dmaBuf().put();
                    return Reply.done(this);
                });
    }

    private Reply<Attachment> taken(Attachment made) {
        boolean pinned = state == State.ACTIVE && flavour.pins();
        boolean maps = made.mapping().isPresent();
        translation = null;
        state = State.GONE;
        Reply<Attachment> unmapped = maps ? made.whenDriverUnmaps(() -> unmapped(made)) : Reply.done(made);
        return unmapped.then(done -> {
            if (pinned) {
                made.unpin();
            }
            return Reply.done(made);
        });
    }

    public String name() {
        return request.name();
    }

    public Request request() {
        return request;
    }

    public Attachment attachment() {
        return Optional.ofNullable(attachment).orElseThrow();
    }

    public State state() {
        return state;
    }

    /** The number that peers name it by; 0 before it is registered. */
    public int key() {
        return key;
    }

    public RdmaNic nic() {
        return nic;
    }

    /** DMA of its NIC through it: told by whoever runs the model. */
    public InFlight dma() {
        return dma;
    }

    /** The addresses that the NIC has; empty unless it is active. */
    public Optional<SgTable> translation() {
        return Optional.ofNullable(translation);
    }

    public boolean isRegistered() {
        return state != State.GONE && state != State.INIT;
    }

    Lock ownLock() {
        return ownLock;
    }

    private Kernel kernel() {
        return nic.kernel();
    }

    private Lock lock() {
        return attachment().dmaBuf().reservation().lock();
    }

    /**
     * Why the NIC refuses a peer's access whatever the state of the mapping: outside of the region, without the right,
     * or no region. The peer's work request then completes with {@code IBV_WC_REM_ACCESS_ERR}.
     */
    public Optional<String> accessError(AccessFlag right, long offset, long size) {
        if (isRegistered() && !request.access().contains(right)) {
            return Optional.of("%s does not give %s".formatted(request.name(), right));
        }
        return rangeError(offset, size);
    }

    /** Why the NIC refuses to read a part of the region for itself, if it does; that takes no right. */
    public Optional<String> rangeError(long offset, long size) {
        if (!isRegistered()) {
            return Optional.of("the key of %s is not valid".formatted(request.name()));
        }
        if (size == 0) {
            return Optional.of("the access has no bytes");
        }
        if (offset < 0 || size < 0 || Long.compareUnsigned(offset + size, request.length()) > 0) {
            return Optional.of("%s bytes at offset %s are outside of %s"
                    .formatted(Long.toUnsignedString(size), Long.toUnsignedString(offset), request.name()));
        }
        return Optional.empty();
    }

    /** The segments that the NIC has for a part of the region that {@link #accessError} allows. */
    public ImmutableList<SgTable.Entry> segments(long offset, long size) {
        return translation().orElseThrow().slice((request.offset() & (Kernel.PAGE_SIZE - 1)) + offset, size);
    }
}
