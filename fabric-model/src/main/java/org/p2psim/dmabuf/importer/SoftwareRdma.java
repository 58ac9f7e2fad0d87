package org.p2psim.dmabuf.importer;

import org.p2psim.dmabuf.Attachment;
import org.p2psim.dmabuf.DmaBuf;
import org.p2psim.dmabuf.Reply;
import org.p2psim.platform.Errno;

/**
 * RDMA in software (rxe, siw): what it calls a DMA address is one of the CPU, so that it cannot use a dma-buf's table. It
 * may map the buffer into kernel memory, and bracket its accesses.
 */
public final class SoftwareRdma {
    private final String name;

    /** Where it is refused. */
    public enum Refusal {
        /** The series of November 2020: in {@code ib_umem_dmabuf_get()}. */
        IN_UMEM,
        /** As merged: its driver has no registration of dma-bufs. */
        NO_OPERATION,
        /** As merged, for a driver that tries: in {@code dma_buf_dynamic_attach()}, since it has no DMA device. */
        IN_ATTACH
    }

    public SoftwareRdma(String name) {
        this.name = name;
    }

    /** Registers a memory region, which never works. */
    public Reply<Attachment> register(DmaBuf dmaBuf, Refusal refusal) {
        return switch (refusal) {
            case IN_UMEM -> Reply.refused(Errno.EINVAL, name + " uses virtual addresses for DMA");
            case NO_OPERATION -> Reply.refused(Errno.EOPNOTSUPP, name + " has no registration of dma-bufs");
            case IN_ATTACH ->
                dmaBuf.get().then(held -> {
                    Reply<Attachment> refused = held.attachWithoutDevice(name);
                    held.put();
                    return refused;
                });
        };
    }

    /** Reads or writes through the CPU: mapped into kernel memory, bracketed, and unmapped again. */
    public Reply<DmaBuf> access(DmaBuf dmaBuf, boolean write) {
        return dmaBuf.reservation()
                .lock()
                .around(dmaBuf.cpuAccess()::vmap)
                .then(mapped -> dmaBuf.cpuAccess().begin(write))
                .then(begun -> dmaBuf.cpuAccess().end())
                .then(ended -> dmaBuf.reservation().lock().around(() -> {
                    dmaBuf.cpuAccess().vunmap();
                    return Reply.done(dmaBuf);
                }));
    }
}
