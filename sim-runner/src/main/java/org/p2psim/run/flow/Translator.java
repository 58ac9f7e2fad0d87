package org.p2psim.run.flow;

import org.p2psim.address.Bdf;
import org.p2psim.topology.Bar;
import org.p2psim.topology.PciFunction;

/** An IOMMU, as the requests of one DMA meet it: one that waits for a page walk holds up those behind it. */
final class Translator implements Station {
    private static final long FOUR_GIB = 1L << 32;

    private final Iotlb iotlb;
    private final Bdf requester;
    private final boolean targetAbove4GiB;
    /** When the tail of the TLP before is through. */
    private long free;

    Translator(Iotlb iotlb, PciFunction initiator, PciFunction target) {
        this.iotlb = iotlb;
        this.requester = initiator.address();
        this.targetAbove4GiB = target.bars().stream()
                .map(Bar::range)
                .anyMatch(range -> Long.compareUnsigned(range.base(), FOUR_GIB) >= 0);
    }

    @Override
    public long pass(Tlp tlp, long now) {
        tlp.above4GiB = targetAbove4GiB;
        long head = Math.max(free, now + iotlb.translate(requester, tlp.address()));
        free = head + tlp.tail;
        return head;
    }
}
