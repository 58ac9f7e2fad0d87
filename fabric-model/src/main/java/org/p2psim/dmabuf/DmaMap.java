package org.p2psim.dmabuf;

import java.util.List;
import java.util.OptionalLong;
import org.p2psim.address.AddressRange;

/**
 * {@code dma_map_resource()} of the kernel that decides: from a physical address of a peer's BAR to what the importing
 * device must put into its requests. Never asks for the map type (kernel/dma/mapping.c).
 */
public interface DmaMap {
    /** All bits set, {@code DMA_MAPPING_ERROR}. */
    long FAILED = ~0L;

    /** The DMA address for {@code length} bytes at a physical address, or {@link #FAILED}. */
    long map(Importer importer, long physical, long length);

    /**
     * {@code dma_iova_try_alloc()} and a link for each range: I/O virtual addresses for several physical ranges, one
     * after the other in these. {@link #unmap} of the first address gives all of them back.
     *
     * @return the first of them; empty where there are none to be had, and each range is mapped by itself
     */
    default OptionalLong mapTogether(Importer importer, List<AddressRange> physical) {
        return OptionalLong.empty();
    }

    void unmap(Importer importer, long dmaAddress);
}
