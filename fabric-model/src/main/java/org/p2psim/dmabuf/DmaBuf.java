package org.p2psim.dmabuf;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import org.p2psim.platform.Errno;

/**
 * An exported buffer. The exporting process's file descriptor holds the first reference; each attached importer holds
 * another one, so the buffer lives until the last of them lets go.
 */
public final class DmaBuf {
    private final String name;
    private final long size;
    private final Exporter exporter;
    private final DmaBufCore core;
    private final List<Attachment> attachments = new ArrayList<>();
    private boolean descriptorOpen = true;
    private int references = 1;

    /**
     * A buffer with one reference, its descriptor's.
     *
     * @param size bytes, unsigned, fixed for life
     */
    public DmaBuf(String name, long size, Exporter exporter, DmaBufCore core) {
        this.name = name;
        this.size = size;
        this.exporter = exporter;
        this.core = core;
    }

    public String name() {
        return name;
    }

    public long size() {
        return size;
    }

    public Exporter exporter() {
        return exporter;
    }

    public int references() {
        return references;
    }

    public boolean isReleased() {
        return references == 0;
    }

    /** Whether anybody, user space or an importer, is left to let go of it. */
    public boolean isHeld() {
        return descriptorOpen || !attachments.isEmpty();
    }

    public ImmutableList<Attachment> attachments() {
        return ImmutableList.copyOf(attachments);
    }

    /** {@code dma_buf_get()} by descriptor: refused once the descriptor is closed. */
    public Reply<DmaBuf> get() {
        if (!descriptorOpen) {
            return Reply.refused(Errno.EBADF, "the descriptor of " + name + " is closed");
        }
        references++;
        return Reply.done(this);
    }

    /** {@code dma_buf_put()}; the last one releases the buffer. */
    public void put() {
        if (references == 0) {
            throw new IllegalStateException(name + " is already released");
        }
        references--;
        if (references == 0) {
            exporter.release(this);
        }
    }

    /** The exporting process closes its descriptor. */
    public Reply<DmaBuf> close() {
        if (!descriptorOpen) {
            return Reply.refused(Errno.EBADF, "the descriptor of " + name + " is closed already");
        }
        descriptorOpen = false;
        put();
        return Reply.done(this);
    }

    /** {@code dma_buf_attach()} or {@code dma_buf_dynamic_attach()}, by how the importer's driver attaches. */
    public Reply<Attachment> attach(Importer importer) {
        boolean asked = importer.dynamic() && importer.allowPeer2peer();
        return exporter.attach(this, importer, asked).then(peer2peer -> {
            Attachment attachment = new Attachment(this, importer, peer2peer);
            if (core == DmaBufCore.CACHES_TABLE_AT_ATTACH && importer.dynamic() != exporter.isDynamic()) {
                return attachment.cacheTable().then(table -> added(attachment));
            }
            return added(attachment);
        });
    }

    private Reply<Attachment> added(Attachment attachment) {
        attachments.add(0, attachment);
        return Reply.done(attachment);
    }

    /** {@code dma_buf_detach()}. */
    public void detach(Attachment attachment) {
        if (!attachments.remove(attachment)) {
            throw new IllegalStateException(attachment.importer().name() + " is not attached to " + name);
        }
        attachment.dropTable();
    }
}
