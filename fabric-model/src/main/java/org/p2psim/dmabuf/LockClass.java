package org.p2psim.dmabuf;

/** Kinds of locks around dma-bufs, outermost first: the order in which they are meant to be taken. */
public enum LockClass {
    /** {@code vfio_device_set.lock}: devices that are reset together. */
    DEVICE_SET,
    /** vfio-pci's {@code memory_lock}, held for writing while access to a BAR ends or returns. */
    MEMORY_LOCK,
    /** A lock of a memory region that is taken before the reservation: what Vetter took RDMA to have in 2021. */
    REGION_LOCK,
    /** {@code dma_resv} of a dma-buf: a wound/wait mutex. */
    DMA_RESV,
    /** An importer's own: iommufd's area mutex, a NIC's memory keys. */
    IMPORTER_LOCK
}
