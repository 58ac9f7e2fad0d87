package org.p2psim.dmabuf;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import org.p2psim.address.AddressRange;

/**
 * The callbacks of a driver that exports dma-bufs ({@code struct dma_buf_ops}). Attach, detach, release and CPU access
 * are called without the buffer's reservation and may take it; pin, unpin, map, unmap, vmap and vunmap with it.
 */
public interface Exporter {
    /** Which callbacks there are; the others are never called. */
    ImmutableSet<ExporterOp> ops();

    /**
     * A device wants to attach. The exporter may clear the attachment's peer-to-peer flag, or refuse.
     *
     * @param attachment not in the buffer's list yet
     * @return the flag that the attachment keeps
     */
    Reply<Boolean> attach(Attachment attachment);

    /** An attached device asks for the addresses. */
    Reply<SgTable> map(Attachment attachment);

    /** An attached device gives the addresses back. */
    void unmap(Attachment attachment, SgTable table);

    /** The last reference is gone, and all attachments. */
    Reply<DmaBuf> release(DmaBuf dmaBuf);

    /** The memory that a buffer shows now, in the deciding kernel's physical addresses, in its order. */
    ImmutableList<AddressRange> ranges(DmaBuf dmaBuf);

    /** Whether that is memory of a device now, which only peer-to-peer DMA reaches, and not of the host. */
    default boolean showsPeerMemory() {
        return true;
    }

    /**
     * Memory that a buffer has left, in physical addresses, as long as what lands there is still copied to where it went.
     */
    default ImmutableList<AddressRange> leaving(DmaBuf dmaBuf) {
        return ImmutableList.of();
    }

    /** True if it asks the core to keep the first table until detach ({@code cache_sgt_mapping}; gone in 6.16). */
    default boolean cachesTables() {
        return false;
    }

    /** The backing must not move from here on. */
    default Reply<Attachment> pin(Attachment attachment) {
        throw missing(ExporterOp.PIN);
    }

    /** The backing may move again. */
    default void unpin(Attachment attachment) {
        throw missing(ExporterOp.UNPIN);
    }

    default void detach(Attachment attachment) {
        throw missing(ExporterOp.DETACH);
    }

    default Reply<DmaBuf> beginCpuAccess(DmaBuf dmaBuf, boolean write) {
        throw missing(ExporterOp.BEGIN_CPU_ACCESS);
    }

    default Reply<DmaBuf> endCpuAccess(DmaBuf dmaBuf) {
        throw missing(ExporterOp.END_CPU_ACCESS);
    }

    default Reply<DmaBuf> mmap(DmaBuf dmaBuf) {
        throw missing(ExporterOp.MMAP);
    }

    default Reply<DmaBuf> vmap(DmaBuf dmaBuf) {
        throw missing(ExporterOp.VMAP);
    }

    default void vunmap(DmaBuf dmaBuf) {
        throw missing(ExporterOp.VUNMAP);
    }

    /** True if the exporter has a pin callback: then it may move the buffer, and is what the core calls dynamic. */
    default boolean isDynamic() {
        return ops().contains(ExporterOp.PIN);
    }

    private static IllegalStateException missing(ExporterOp op) {
        return new IllegalStateException("the exporter has no callback " + op);
    }
}
