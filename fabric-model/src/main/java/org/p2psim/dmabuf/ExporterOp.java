package org.p2psim.dmabuf;

/** The callbacks that an exporter may have ({@code struct dma_buf_ops}). */
public enum ExporterOp {
    ATTACH,
    DETACH,
    PIN,
    UNPIN,
    MAP,
    UNMAP,
    RELEASE,
    BEGIN_CPU_ACCESS,
    END_CPU_ACCESS,
    MMAP,
    VMAP,
    VUNMAP
}
