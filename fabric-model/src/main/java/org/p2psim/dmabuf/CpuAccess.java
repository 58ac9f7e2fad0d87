package org.p2psim.dmabuf;

import org.p2psim.platform.Errno;

/** What the CPU does with a dma-buf: bracketed access, mapping into kernel and user memory, seek. */
public final class CpuAccess {
    private static final long SYNC_READ = 1;
    private static final long SYNC_WRITE = 2;
    private static final long SYNC_END = 4;

    /** {@code whence} of {@code llseek}. */
    public enum Whence {
        SET,
        CUR,
        END
    }

    private final DmaBuf dmaBuf;
    private int brackets;
    private int vmaps;

    CpuAccess(DmaBuf dmaBuf) {
        this.dmaBuf = dmaBuf;
    }

    /** Accesses that were begun and not ended. */
    public int brackets() {
        return brackets;
    }

    /** How often it is mapped into kernel memory. */
    public int vmaps() {
        return vmaps;
    }

    /**
     * {@code dma_buf_begin_cpu_access()}: the exporter's callback, then a reader waits for writers, a writer for readers
     * too. The wait is interruptible.
     */
    public Reply<DmaBuf> begin(boolean write) {
        dmaBuf.reservation().lock().mustNotBeHeld("dma_buf_begin_cpu_access");
        Exporter exporter = dmaBuf.exporter();
        Reply<DmaBuf> begun = exporter.ops().contains(ExporterOp.BEGIN_CPU_ACCESS)
                ? exporter.beginCpuAccess(dmaBuf, write)
                : Reply.done(dmaBuf);
        FenceUsage usage = write ? FenceUsage.READ : FenceUsage.WRITE;
        return begun.then(ok -> dmaBuf.reservation().whenSignalledOrInterrupted(usage, () -> {
            brackets++;
            note(Journal.Action.BEGIN_CPU_ACCESS, write ? "to write" : "to read");
            return Reply.done(dmaBuf);
        }));
    }

    /** {@code dma_buf_end_cpu_access()}; waits for nothing. */
    public Reply<DmaBuf> end() {
        dmaBuf.reservation().lock().mustNotBeHeld("dma_buf_end_cpu_access");
        Exporter exporter = dmaBuf.exporter();
        brackets--;
        note(Journal.Action.END_CPU_ACCESS, "");
        return exporter.ops().contains(ExporterOp.END_CPU_ACCESS) ? exporter.endCpuAccess(dmaBuf) : Reply.done(dmaBuf);
    }

    /** {@code DMA_BUF_IOCTL_SYNC} with its flags. */
    public Reply<DmaBuf> sync(long flags) {
        if ((flags & ~(SYNC_READ | SYNC_WRITE | SYNC_END)) != 0 || (flags & (SYNC_READ | SYNC_WRITE)) == 0) {
            return Reply.refused(Errno.EINVAL, "flags 0x%x".formatted(flags));
        }
        return (flags & SYNC_END) != 0 ? end() : begin((flags & SYNC_WRITE) != 0);
    }

    /** {@code dma_buf_vmap()}, the reservation held: only the first one reaches the exporter. */
    public Reply<DmaBuf> vmap() {
        dmaBuf.reservation().lock().mustBeHeld("dma_buf_vmap");
        if (!dmaBuf.exporter().ops().contains(ExporterOp.VMAP)) {
            return Reply.refused(Errno.EINVAL, "the exporter has no vmap callback");
        }
        Reply<DmaBuf> mapped =
                vmaps > 0 ? Reply.done(dmaBuf) : dmaBuf.exporter().vmap(dmaBuf);
        return mapped.then(done -> {
            if (vmaps == 0) {
                note(Journal.Action.VMAP, "");
            }
            vmaps++;
            return Reply.done(dmaBuf);
        });
    }

    /** {@code dma_buf_vunmap()}, the reservation held: only the last one reaches the exporter. */
    public void vunmap() {
        dmaBuf.reservation().lock().mustBeHeld("dma_buf_vunmap");
        if (vmaps == 0) {
            note(Journal.Action.UNBALANCED, "dma_buf_vunmap without dma_buf_vmap");
            return;
        }
        vmaps--;
        if (vmaps > 0) {
            return;
        }
        note(Journal.Action.VUNMAP, "");
        if (dmaBuf.exporter().ops().contains(ExporterOp.VUNMAP)) {
            dmaBuf.exporter().vunmap(dmaBuf);
        }
    }

    private void note(Journal.Action action, String detail) {
        dmaBuf.kernel().note(action, dmaBuf.name(), detail);
    }

    /**
     * {@code mmap()} of the descriptor.
     *
     * @param offset bytes, unsigned, whole pages
     * @param length bytes, unsigned
     */
    public Reply<DmaBuf> mmap(long offset, long length) {
        dmaBuf.reservation().lock().mustNotBeHeld("dma_buf_mmap");
        if (!dmaBuf.exporter().ops().contains(ExporterOp.MMAP)) {
            return Reply.refused(Errno.EINVAL, "the exporter has no mmap callback");
        }
        if (Long.compareUnsigned(offset, dmaBuf.size()) > 0
                || Long.compareUnsigned(length, dmaBuf.size() - offset) > 0) {
            return Reply.refused(Errno.EINVAL, "0x%x bytes at 0x%x are beyond the buffer".formatted(length, offset));
        }
        return dmaBuf.exporter().mmap(dmaBuf);
    }

    /** {@code llseek()}: tells the size, and takes no other offset than 0. */
    public Reply<Long> seek(long offset, Whence whence) {
        if (offset != 0 || whence == Whence.CUR) {
            return Reply.refused(Errno.EINVAL, "only the start and the end can be sought");
        }
        return Reply.done(whence == Whence.END ? dmaBuf.size() : 0L);
    }
}
