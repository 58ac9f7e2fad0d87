package org.p2psim.dmabuf;

/** What a fence protects ({@code enum dma_resv_usage}). Who waits for one class waits for those before it, too. */
public enum FenceUsage {
    /** Memory management: a move, clearing. Never to be ignored. */
    KERNEL,
    WRITE,
    READ,
    /** Everything, also accesses that do not take part in implicit synchronisation. */
    BOOKKEEP;

    /** Before 5.19 there was one exclusive fence and shared ones: the first two classes, and the last two, are one. */
    FenceUsage in(DmaBufCore core) {
        if (core.fenceUsage()) {
            return this;
        }
        return this == KERNEL || this == WRITE ? WRITE : BOOKKEEP;
    }
}
