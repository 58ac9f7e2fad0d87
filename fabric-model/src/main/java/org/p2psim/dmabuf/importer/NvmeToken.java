package org.p2psim.dmabuf.importer;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.p2psim.dmabuf.Attachment;
import org.p2psim.dmabuf.DmaBuf;
import org.p2psim.dmabuf.Fence;
import org.p2psim.dmabuf.FenceUsage;
import org.p2psim.dmabuf.Importer;
import org.p2psim.dmabuf.InFlight;
import org.p2psim.dmabuf.Reply;
import org.p2psim.dmabuf.SgTable;
import org.p2psim.dmabuf.Wait;
import org.p2psim.platform.Errno;

/**
 * An NVMe queue that reads and writes a dma-buf: the "dma token" of the block layer, posted in November 2025 and not
 * merged. Requests hold the mapping that they began with; when it is invalidated new requests make another, and those in
 * flight are a fence of the buffer.
 */
public final class NvmeToken {
    /** {@code NVME_CTRL_PAGE_SIZE}, bytes. */
    private static final long CONTROLLER_PAGE_SIZE = 4096;

    private final DmaBuf dmaBuf;
    private final InFlight requests;
    private @Nullable Attachment attachment;
    private Optional<Fence> retiring = Optional.empty();
    private boolean unregistered;
    private Requests current = new Requests();

    /** Requests that use one mapping, and the fence that stands for them once it is retired. */
    private static final class Requests {
        private final Set<String> inFlight = new HashSet<>();
        private Optional<Fence> retired = Optional.empty();
    }

    /** A request in flight. */
    public static final class Request {
        private final String name;
        private final Requests requests;
        private final InFlight all;
        private final SgTable table;

        private Request(String name, Requests requests, InFlight all, SgTable table) {
            this.name = name;
            this.requests = requests;
            this.all = all;
            this.table = table;
            requests.inFlight.add(name);
            all.issued();
        }

        public SgTable table() {
            return table;
        }

        /** Its DMA is over. */
        public void completed() {
            requests.inFlight.remove(name);
            all.over();
            if (requests.inFlight.isEmpty()) {
                requests.retired.ifPresent(Fence::signal);
            }
        }
    }

    private NvmeToken(DmaBuf dmaBuf) {
        this.dmaBuf = dmaBuf;
        this.requests = new InFlight("requests of " + dmaBuf.name());
    }

    /** Registers a buffer with a queue. */
    public static Reply<NvmeToken> register(DmaBuf dmaBuf, Importer nvme) {
        if (dmaBuf.size() % CONTROLLER_PAGE_SIZE != 0) {
            return Reply.refused(
                    Errno.EINVAL,
                    "the size is not a multiple of the controller's page, %d".formatted(CONTROLLER_PAGE_SIZE));
        }
        return dmaBuf.get().then(held -> {
            NvmeToken token = new NvmeToken(held);
            return held.attach(nvme, Optional.of(token::invalidated))
                    .undo(() -> {
                        held.put();
                        return Reply.done(held);
                    })
                    .then(attached -> {
                        token.attachment = attached;
                        return Reply.done(token);
                    });
        });
    }

    /** What it has attached. */
    public Attachment attachment() {
        return Optional.ofNullable(attachment).orElseThrow();
    }

    /** A request begins: with the mapping there is, or with a new one once the old one and a move are over. */
    public Reply<Request> begin(String request) {
        return Reply.after(retiredMapping(), () -> dmaBuf.reservation().lock().around(() -> begun(request)))
                .then(begun -> begun.isPresent() ? Reply.done(begun.get()) : begin(request));
    }

    /** With the reservation held; nothing if the mapping was retired while that was waited for. */
    private Reply<Optional<Request>> begun(String request) {
        if (unregistered) {
            return Reply.refused(Errno.EINVAL, "the token was unregistered");
        }
        if (!retiredMapping().isOver()) {
            return Reply.done(Optional.empty());
        }
        Reply<SgTable> table = attachment()
                .mapping()
                .<Reply<SgTable>>map(Reply::done)
                .orElseGet(() -> attachment().map());
        return table.then(mapped -> dmaBuf.reservation()
                .whenSignalled(
                        FenceUsage.KERNEL,
                        () -> Reply.done(Optional.of(new Request(request, current, requests, mapped)))));
    }

    private Wait retiredMapping() {
        return new Wait(
                Wait.Kind.UNMAP,
                "the retired mapping of " + attachment().name(),
                () -> attachment().mappingState() != Attachment.MappingState.STALE,
                () -> List.of(attachment().name()));
    }

    private Reply<Attachment> invalidated(Attachment told) {
        if (told.mapping().isEmpty()
                || retiring.filter(fence -> !fence.isSignalled()).isPresent()) {
            return Reply.done(told);
        }
        Requests old = current;
        current = new Requests();
        if (old.inFlight.isEmpty()) {
            return unmapped(told);
        }
        Fence fence = new Fence("requests of " + told.name(), () -> unmapLater(told));
        old.retired = Optional.of(fence);
        retiring = Optional.of(fence);
        dmaBuf.reservation().add(fence, FenceUsage.BOOKKEEP);
        return Reply.done(told);
    }

    /** The mapping goes when its last request has completed, in a worker of its own. */
    private void unmapLater(Attachment told) {
        dmaBuf.kernel()
                .start(
                        "unmap of " + told.name(),
                        () -> dmaBuf.reservation()
                                .lock()
                                .around(() -> told.mappingState() == Attachment.MappingState.STALE
                                        ? unmapped(told)
                                        : Reply.done(told)));
    }

    private static Reply<Attachment> unmapped(Attachment attachment) {
        return attachment.whenDriverUnmaps(() -> {
            attachment.unmap();
            return Reply.done(attachment);
        });
    }

    /** Gives everything back; no request may be in flight. */
    public Reply<DmaBuf> unregister() {
        unregistered = true;
        return dmaBuf.reservation()
                .lock()
                .around(() -> requests.whenDrained(
                        () -> attachment().mapping().isPresent() ? unmapped(attachment()) : Reply.done(attachment())))
                .then(unmapped -> dmaBuf.detach(attachment()))
                .then(detached -> {
                    dmaBuf.put();
                    return Reply.done(dmaBuf);
                });
    }
}
