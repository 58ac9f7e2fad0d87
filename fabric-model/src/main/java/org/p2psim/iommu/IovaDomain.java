package org.p2psim.iommu;

import com.google.common.collect.ImmutableList;
import java.util.Map;
import java.util.TreeMap;
import org.p2psim.address.AddressRange;

/**
 * The I/O virtual addresses of one translation domain, given out as Linux does (drivers/iommu/dma-iommu.c,
 * {@code iommu_dma_alloc_iova()}): from the top of the first 4 GiB downwards, beyond them once they are full, each
 * range aligned to its size rounded up to a power of two.
 */
public final class IovaDomain {
    private static final long PAGE = 4096;
    private static final long FIRST_4_GIB = 1L << 32;
    /** End of the addresses that a four-level page table translates. */
    private static final long APERTURE = 1L << 48;

    /** Range of addresses to the physical address of its first byte, by its base. */
    private final TreeMap<Long, Mapping> mappings = new TreeMap<>();

    private record Mapping(AddressRange range, long physical) {}

    /**
     * Maps a physical range.
     *
     * @param length bytes, from 1
     * @return the first I/O virtual address, or -1 if none is left
     */
    public long map(long physical, long length) {
        long pages = (length + PAGE - 1) / PAGE;
        long size = pages * PAGE;
        long alignment = Math.max(PAGE, Long.highestOneBit(size) == size ? size : Long.highestOneBit(size) << 1);
        if (length <= 0 || size <= 0 || alignment <= 0) {
            return -1;
        }
        for (long limit : ImmutableList.of(FIRST_4_GIB, APERTURE)) {
            long base = highestGap(limit, size, alignment);
            if (base > 0) {
                mappings.put(base, new Mapping(new AddressRange(base, size), physical));
                return base;
            }
        }
        return -1;
    }

    private long highestGap(long limit, long size, long alignment) {
        long end = limit;
        for (Map.Entry<Long, Mapping> taken :
                mappings.headMap(limit, false).descendingMap().entrySet()) {
            long base = (end - size) & -alignment;
            if (base > taken.getValue().range().last()) {
                return base;
            }
            end = taken.getKey();
        }
        return (end - size) & -alignment;
    }

    /** The physical address that an I/O virtual address stands for, or -1 if it is not mapped. */
    public long physical(long iova) {
        Map.Entry<Long, Mapping> below = mappings.floorEntry(iova);
        return below == null || !below.getValue().range().contains(iova)
                ? -1
                : below.getValue().physical() + (iova - below.getKey());
    }

    /** Forgets the mapping that begins at an address. */
    public void unmap(long iova) {
        if (mappings.remove(iova) == null) {
            throw new IllegalStateException("nothing is mapped at 0x%x".formatted(iova));
        }
    }
}
