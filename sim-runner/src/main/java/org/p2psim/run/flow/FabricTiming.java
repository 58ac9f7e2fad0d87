package org.p2psim.run.flow;

import java.util.Optional;
import org.p2psim.transaction.Credits;
import org.p2psim.unit.Bytes;
import org.p2psim.unit.Ticks;

/**
 * What a fabric's own description leaves open.
 *
 * @param iotlbEntries translations that an IOMMU keeps
 * @param iotlbPage bytes that one of them covers, a power of two
 * @param iotlbMiss what a translation costs that it does not keep, ticks
 * @param iotlbWalkInterval between the beginnings of two page walks at least, ticks
 * @param mps Max_Payload_Size that the machine's ports are set to, bytes: how late Acks and UpdateFCs may be
 * @param creditLoop how long the buffer of a port lets its link be busy before the first credit is back, ticks
 * @param credits of every port of a link, in place of what follows from {@code creditLoop}; enough for a TLP of
 *     {@code mps}. Completion credits of endpoints stay infinite
 */
public record FabricTiming(
        int iotlbEntries,
        long iotlbPage,
        long iotlbMiss,
        long iotlbWalkInterval,
        int mps,
        long creditLoop,
        Optional<Credits> credits) {
    /**
     * IOTLB: 64 entries, 280 ns for a miss and 19 million walks a second explain the measurements of pcie-bench
     * (Neugebauer et al., SIGCOMM 2018); pages of 2 MiB. Credits for 500 ns: a port is built to keep its link busy
     * across a switch and a root complex.
     */
    public static final FabricTiming DEFAULT = new FabricTiming(
            64,
            2 * Bytes.MIB,
            Ticks.ofNanoseconds(280),
            Ticks.PER_SECOND / 19_000_000,
            256,
            Ticks.ofNanoseconds(500),
            Optional.empty());

    public FabricTiming {
        if (Long.bitCount(iotlbPage) != 1 || iotlbEntries < 1) {
            throw new IllegalArgumentException(
                    "an IOTLB of %d entries with pages of %d bytes".formatted(iotlbEntries, iotlbPage));
        }
        credits.ifPresent(each -> each.requireMinimum(mps));
    }
}
