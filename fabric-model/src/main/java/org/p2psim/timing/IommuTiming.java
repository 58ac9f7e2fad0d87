package org.p2psim.timing;

import org.p2psim.unit.Bytes;
import org.p2psim.unit.Ticks;

/**
 * The IOMMU in front of a root bus.
 *
 * @param entries translations that the IOTLB keeps, at least 1
 * @param page bytes that one of them covers, a power of two, 4 KiB at least
 * @param miss what a translation costs that it does not keep, ticks
 * @param walkInterval ticks from the beginning of a page walk to that of the next at least: walks overlap if it is
 *     shorter than a miss
 * @param writeWalkInterval the same after a walk for a write
 * @param region bytes within which walks keep these intervals, a power of two; 0 if all walks do
 * @param walkers walks of all regions that may be in their intervals, or wait for another of their region, at least 1
 */
public record IommuTiming(
        int entries, long page, long miss, long walkInterval, long writeWalkInterval, long region, int walkers) {
    /**
     * 64 entries, 280 ns for a miss and 19 million walks a second explain the measurements of pcie-bench on Broadwell
     * (Neugebauer et al., SIGCOMM 2018); pages of 2 MiB, as huge-page buffers and large BARs have.
     */
    public static final IommuTiming DEFAULT =
            new IommuTiming(64, 2 * Bytes.MIB, Ticks.ofNanoseconds(280), intervalOf(19_000_000));

    /** Walks for reads and writes follow at the same interval. */
    public IommuTiming(int entries, long page, long miss, long walkInterval) {
        this(entries, page, miss, walkInterval, walkInterval, 0, 1);
    }

    private static final long SMALLEST_PAGE = 4 * Bytes.KIB;

    /** @throws IllegalArgumentException if a value is out of its range */
    public IommuTiming {
        Range.atLeast("entries of an IOTLB", entries, 1);
        Range.atLeast("cost of an IOTLB miss", miss, 0);
        Range.atLeast("interval of page walks", walkInterval, 0);
        Range.atLeast("interval of page walks for writes", writeWalkInterval, 0);
        Range.atLeast("page walkers", walkers, 1);
        if (Long.bitCount(page) != 1 || page < SMALLEST_PAGE) {
            throw new IllegalArgumentException(
                    "an IOMMU's page is a power of two, 4 KiB at least, not %d bytes".formatted(page));
        }
    }

    /** The interval of so many page walks a second, ticks. */
    public static long intervalOf(long walksPerSecond) {
        Range.atLeast("page walks a second", walksPerSecond, 1);
        return Ticks.PER_SECOND / walksPerSecond;
    }
}
