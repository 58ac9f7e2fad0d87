package org.p2psim.dmabuf;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A device attached to a dma-buf. Made by {@link DmaBuf#attach}; ends with {@link DmaBuf#detach}. */
public final class Attachment {
    private final DmaBuf dmaBuf;
    private final Importer importer;
    private final boolean peer2peer;
    private @Nullable SgTable cached;
    private @Nullable SgTable mapped;

    Attachment(DmaBuf dmaBuf, Importer importer, boolean peer2peer) {
        this.dmaBuf = dmaBuf;
        this.importer = importer;
        this.peer2peer = peer2peer;
    }

    public DmaBuf dmaBuf() {
        return dmaBuf;
    }

    public Importer importer() {
        return importer;
    }

    /** Whether the device may be given addresses of a peer; settled at attach, never again. */
    public boolean peer2peer() {
        return peer2peer;
    }

    /** The table that the importer holds, if it has mapped. */
    public Optional<SgTable> mapping() {
        return Optional.ofNullable(mapped);
    }

    /** {@code dma_buf_map_attachment()}. */
    public Reply<SgTable> map() {
        if (mapped != null) {
            throw new IllegalStateException(importer.name() + " maps " + dmaBuf.name() + " twice");
        }
        Reply<SgTable> reply =
                cached != null ? Reply.done(cached) : dmaBuf.exporter().map(dmaBuf, this);
        if (reply instanceof Reply.Done<SgTable> done) {
            mapped = done.value();
        }
        return reply;
    }

    /** {@code dma_buf_unmap_attachment()}; a table that the core keeps stays mapped until detach. */
    public void unmap() {
        SgTable table = mapping().orElseThrow(() -> new IllegalStateException(importer.name() + " has nothing mapped"));
        mapped = null;
        if (cached == null) {
            dmaBuf.exporter().unmap(dmaBuf, this, table);
        }
    }

    /** Gives the table back that the core kept. */
    void dropTable() {
        if (cached != null) {
            dmaBuf.exporter().unmap(dmaBuf, this, cached);
            cached = null;
        }
    }

    /** Makes the table that the core keeps until detach. */
    Reply<SgTable> cacheTable() {
        Reply<SgTable> reply = dmaBuf.exporter().map(dmaBuf, this);
        if (reply instanceof Reply.Done<SgTable> done) {
            cached = done.value();
        }
        return reply;
    }
}
