package org.p2psim.run.flow;

import java.util.LinkedHashMap;
import java.util.Map;
import org.p2psim.address.Bdf;

/** The IOTLB of one IOMMU: it keeps the translations that were used last. Page walks overlap. */
final class Iotlb {
    private final FabricTiming timing;
    private final int pageShift;
    /** Least recently used first. */
    private final Map<Translation, Boolean> kept = new LinkedHashMap<>(16, 0.75f, true);

    private Translation last = new Translation(new Bdf(0, 0, 0, 0), -1);

    Iotlb(FabricTiming timing) {
        this.timing = timing;
        this.pageShift = Long.numberOfTrailingZeros(timing.iotlbPage());
    }

    private record Translation(Bdf requester, long page) {}

    /** How long it takes to translate an address, ticks. */
    long translate(Bdf requester, long address) {
        return hits(requester, address >>> pageShift) ? 0 : timing.iotlbMiss();
    }

    private boolean hits(Bdf requester, long page) {
        if (page == last.page() && requester.equals(last.requester())) {
            return true;
        }
        last = new Translation(requester, page);
        if (kept.get(last) != null) {
            return true;
        }
        kept.put(last, true);
        if (kept.size() > timing.iotlbEntries()) {
            kept.remove(kept.keySet().iterator().next());
        }
        return false;
    }
}
