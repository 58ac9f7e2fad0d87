package org.p2psim.run.flow;

import java.util.LinkedHashMap;
import java.util.Map;
import org.p2psim.address.Bdf;
import org.p2psim.timing.IommuTiming;

/** The IOTLB of one IOMMU: it keeps the translations that were used last. Page walks overlap, up to a rate. */
final class Iotlb {
    private final IommuTiming timing;
    private final int pageShift;
    /** Least recently used first. */
    private final Map<Translation, Boolean> kept = new LinkedHashMap<>(16, 0.75f, true);

    private Translation last = new Translation(new Bdf(0, 0, 0, 0), -1);
    private long nextWalk;

    Iotlb(IommuTiming timing) {
        this.timing = timing;
        this.pageShift = Long.numberOfTrailingZeros(timing.page());
    }

    private record Translation(Bdf requester, long page) {}

    /** When an address that comes now is translated, ticks. */
    long translated(Bdf requester, long address, long now) {
        if (hits(requester, address >>> pageShift)) {
            return now;
        }
        long walk = Math.max(now, nextWalk);
        nextWalk = walk + timing.walkInterval();
        return walk + timing.miss();
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
        if (kept.size() > timing.entries()) {
            kept.remove(kept.keySet().iterator().next());
        }
        return false;
    }
}
