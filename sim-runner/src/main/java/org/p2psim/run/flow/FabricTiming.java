package org.p2psim.run.flow;

import org.p2psim.unit.Bytes;
import org.p2psim.unit.Ticks;

/**
 * What a fabric's own description leaves open.
 *
 * @param iotlbEntries translations that an IOMMU keeps
 * @param iotlbPage bytes that one of them covers, a power of two
 * @param iotlbMiss what a translation costs that it does not keep, ticks
 * @param postedBytesPerHop bytes of posted writes that everything that a TLP passes has room for
 */
public record FabricTiming(int iotlbEntries, long iotlbPage, long iotlbMiss, long postedBytesPerHop) {
    /**
     * IOTLB: 64 entries and 280 ns for a miss explain the measurements of pcie-bench (Neugebauer et al., SIGCOMM
     * 2018); pages of 2 MiB. Posted writes: 1024 data credits of 16 bytes, as cocotbext-pcie's ports advertise.
     */
    public static final FabricTiming DEFAULT =
            new FabricTiming(64, 2 * Bytes.MIB, Ticks.ofNanoseconds(280), 16 * Bytes.KIB);

    public FabricTiming {
        if (Long.bitCount(iotlbPage) != 1 || iotlbEntries < 1) {
            throw new IllegalArgumentException(
                    "an IOTLB of %d entries with pages of %d bytes".formatted(iotlbEntries, iotlbPage));
        }
    }
}
