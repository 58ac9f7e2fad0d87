package org.p2psim.dmabuf.importer;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.p2psim.dmabuf.Attachment;
import org.p2psim.dmabuf.DmaBuf;
import org.p2psim.dmabuf.Importer;
import org.p2psim.dmabuf.Reply;
import org.p2psim.dmabuf.SgTable;
import org.p2psim.platform.Errno;

/**
 * An RDMA memory region over a dma-buf ({@code ibv_reg_dmabuf_mr()}, drivers/infiniband/core/umem_dmabuf.c). While it
 * is registered it holds a reference of the buffer, an attachment and a mapping.
 */
public final class MemoryRegion {
    private static final long PAGE_SIZE = 4096;

    private final Request request;
    private final Attachment attachment;
    private boolean registered = true;

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
    }

    /** Something that registration did on its way. */
    public record Step(String what, String detail) {}

    private MemoryRegion(Request request, Attachment attachment) {
        this.request = request;
        this.attachment = attachment;
    }

    /**
     * Registers: the kernel's checks in its order, then reference, attach, pin and map. A refusal undoes what was done.
     *
     * @param steps told what was done
     */
    public static Reply<MemoryRegion> register(
            Request request, DmaBuf dmaBuf, Importer importer, Consumer<Step> steps) {
        return checked(request).then(ok -> dmaBuf.get()).then(held -> {
            Reply<MemoryRegion> reply = sized(request, held).then(ok -> mapped(request, held, importer, steps));
            if (reply instanceof Reply.Refused<MemoryRegion>) {
                held.put();
            }
            return reply;
        });
    }

    private static Reply<Request> checked(Request request) {
        if ((request.offset() & (PAGE_SIZE - 1)) != (request.iova() & (PAGE_SIZE - 1))) {
            return Reply.refused(Errno.EINVAL, "offset and iova differ within the page");
        }
        boolean writesRemotely = request.access().contains(AccessFlag.REMOTE_WRITE)
                || request.access().contains(AccessFlag.REMOTE_ATOMIC);
        if (writesRemotely && !request.access().contains(AccessFlag.LOCAL_WRITE)) {
            return Reply.refused(Errno.EINVAL, "remote-write and remote-atomic need local-write as well");
        }
        if (Long.compareUnsigned(request.offset() + request.length(), request.offset()) < 0) {
            return Reply.refused(Errno.EINVAL, "offset and length wrap around");
        }
        return Reply.done(request);
    }

    private static Reply<DmaBuf> sized(Request request, DmaBuf dmaBuf) {
        if (Long.compareUnsigned(dmaBuf.size(), request.offset() + request.length()) < 0) {
            return Reply.refused(
                    Errno.EINVAL,
                    "%s has 0x%x bytes, fewer than offset and length together".formatted(dmaBuf.name(), dmaBuf.size()));
        }
        if (request.length() == 0) {
            return Reply.refused(Errno.EINVAL, "the region has no pages");
        }
        return Reply.done(dmaBuf);
    }

    private static Reply<MemoryRegion> mapped(Request request, DmaBuf dmaBuf, Importer importer, Consumer<Step> steps) {
        return dmaBuf.attach(importer).then(attachment -> {
            steps.accept(new Step("attach", attachment.peer2peer() ? "peer2peer kept" : "peer2peer cleared"));
            Reply<SgTable> table = attachment.map();
            if (table instanceof Reply.Refused<SgTable>) {
                dmaBuf.detach(attachment);
            }
            return table.then(done -> {
                steps.accept(new Step(
                        "map",
                        "%d entr%s"
                                .formatted(done.entries().size(), done.entries().size() == 1 ? "y" : "ies")));
                return Reply.done(new MemoryRegion(request, attachment));
            });
        });
    }

    public Request request() {
        return request;
    }

    public Attachment attachment() {
        return attachment;
    }

    public boolean isRegistered() {
        return registered;
    }

    /** Unmaps, detaches and drops the reference. The NIC must have stopped using the region. */
    public void deregister() {
        if (!registered) {
            throw new IllegalStateException(request.name() + " is not registered");
        }
        registered = false;
        attachment.unmap();
        attachment.dmaBuf().detach(attachment);
        attachment.dmaBuf().put();
    }

    /**
     * Why the NIC refuses a peer's access, if it does: outside of the region, without the right, or no region. The
     * peer's work request then completes with {@code IBV_WC_REM_ACCESS_ERR}.
     */
    public Optional<String> accessError(AccessFlag right, long offset, long size) {
        if (registered && !request.access().contains(right)) {
            return Optional.of("%s does not give %s".formatted(request.name(), right));
        }
        return rangeError(offset, size);
    }

    /** Why the NIC refuses to read a part of the region for itself, if it does; that takes no right. */
    public Optional<String> rangeError(long offset, long size) {
        if (!registered) {
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

    /** The segments of the table for a part of the region that {@link #accessError} allows. */
    public ImmutableList<SgTable.Entry> segments(long offset, long size) {
        return attachment.mapping().orElseThrow().slice(request.offset() + offset, size);
    }
}
