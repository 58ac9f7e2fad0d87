package org.p2psim.run.flow;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
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

    long page() {
        return timing.page();
    }

    /**
     * What follows depends on the translations that are still asked for, and on how many came after each of them: those
     * that no flow comes back to are as good as any other.
     */
    void put(State state) {
        state.putTime(nextWalk);
        Iterator<Translation> newest = new ArrayDeque<>(kept.keySet()).descendingIterator();
        long dead = 0;
        while (newest.hasNext()) {
            Translation translation = newest.next();
            Flow flow = state.flowOf(translation.requester());
            if (isNeeded(translation, flow)) {
                state.put(dead);
                state.put(flow == null ? translation.page() : translation.page() - (flow.position() >>> pageShift));
                dead = 0;
            } else {
                dead++;
            }
        }
    }

    private boolean isNeeded(Translation translation, @Nullable Flow flow) {
        return flow == null || translation.page() >= flow.lowest() >>> pageShift;
    }

    void shift(long ticks, State state) {
        nextWalk += ticks;
        List<Translation> oldestFirst = List.copyOf(kept.keySet());
        kept.clear();
        for (Translation translation : oldestFirst) {
            Flow flow = state.flowOf(translation.requester());
            long pages = flow == null ? 0 : flow.skippedBytes() >>> pageShift;
            last = new Translation(translation.requester(), translation.page() + pages);
            kept.put(last, true);
        }
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
