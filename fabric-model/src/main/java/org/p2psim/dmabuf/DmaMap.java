package org.p2psim.dmabuf;

/**
 * {@code dma_map_resource()} of the kernel that decides: from a physical address of a peer's BAR to what the importing
 * device must put into its requests. Never asks for the map type (kernel/dma/mapping.c).
 */
public interface DmaMap {
    /** All bits set, {@code DMA_MAPPING_ERROR}. */
    long FAILED = ~0L;

    /** The DMA address for {@code length} bytes at a physical address, or {@link #FAILED}. */
    long map(Importer importer, long physical, long length);

    void unmap(Importer importer, long dmaAddress);
}
