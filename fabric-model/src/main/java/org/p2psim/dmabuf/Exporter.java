package org.p2psim.dmabuf;

/** The callbacks of a driver that exports dma-bufs ({@code struct dma_buf_ops}). */
public interface Exporter {
    /**
     * A device wants to attach. The exporter may clear the attachment's peer-to-peer flag, or refuse.
     *
     * @return the flag that the attachment keeps
     */
    Reply<Boolean> attach(DmaBuf dmaBuf, Importer importer, boolean peer2peer);

    /** An attached device asks for the addresses. */
    Reply<SgTable> map(DmaBuf dmaBuf, Attachment attachment);

    /** An attached device gives the addresses back. */
    void unmap(DmaBuf dmaBuf, Attachment attachment, SgTable table);

    /** The last reference is gone. */
    void release(DmaBuf dmaBuf);

    /** True if the exporter has a pin callback: then it may move the buffer, and is what the core calls dynamic. */
    boolean isDynamic();
}
