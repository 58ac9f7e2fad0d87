package org.p2psim.run.flow;

import java.util.function.LongPredicate;
import org.p2psim.address.Bdf;
import org.p2psim.topology.Bar;
import org.p2psim.topology.PciFunction;

/** An IOMMU, as the requests of one DMA meet it: one that waits for a page walk holds up those behind it. */
final class Translator implements Station {
    private static final long FOUR_GIB = 1L << 32;

    private final Iotlb iotlb;
    private final LongPredicate translated;
    private final Bdf requester;
    private final boolean targetAbove4GiB;
    /** When the tail of the TLP before is through. */
    private long free;

    /** @param translated whether there is a translation for an address now; without one the TLP is blocked */
    Translator(Iotlb iotlb, PciFunction initiator, PciFunction target, LongPredicate translated) {
        this.iotlb = iotlb;
        this.translated = translated;
        this.requester = initiator.address();
        this.targetAbove4GiB = target.bars().stream()
                .map(Bar::range)
                .anyMatch(range -> Long.compareUnsigned(range.base(), FOUR_GIB) >= 0);
    }

    @Override
    public long pass(Tlp tlp, long now) {
        if (!translated.test(tlp.address())) {
            return BLOCKED;
        }
        tlp.above4GiB = targetAbove4GiB;
        long head = Math.max(free, now + iotlb.translate(requester, tlp.address()));
        free = head + tlp.tail;
        return head;
    }
}
