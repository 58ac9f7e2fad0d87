package org.p2psim.run.flow;

import java.util.ArrayDeque;
import java.util.HashMap;
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
    /** When each is there: in the future if its walk is under way. Least recently used first. */
    private final Map<Translation, Long> kept = new LinkedHashMap<>(16, 0.75f, true);

    private Translation last = new Translation(new Bdf(0, 0, 0, 0), -1);
    private long lastReady;
    private long nextWalk;
    /** Where walks exclude each other: when the last one is through. */
    private final Map<Long, Long> regions = new HashMap<>();

    Iotlb(IommuTiming timing) {
        this.timing = timing;
        this.pageShift = Long.numberOfTrailingZeros(timing.page());
    }

    private record Translation(Bdf requester, long page) {}

    /** When an address that comes now is translated, ticks. */
    long translated(Bdf requester, long address, long now, boolean write) {
        long page = address >>> pageShift;
        if (page != last.page() || !requester.equals(last.requester())) {
            last = new Translation(requester, page);
            Long ready = kept.get(last);
            lastReady = ready == null ? walk(now, write) : ready;
        }
        return Math.max(now, lastReady);
    }

    /** One walk for a page at a time: who asks for it meanwhile waits for that one. */
    private long walk(long now, boolean write) {
        long start = Math.max(now, nextWalk);
        if (timing.region() > 0) {
            long region = (last.page() << pageShift) / timing.region();
            start = Math.max(start, regions.getOrDefault(region, 0L));
            regions.put(region, start + timing.miss());
        }
        nextWalk = start + (write ? timing.writeWalkInterval() : timing.walkInterval());
        long ready = start + timing.miss();
        kept.put(last, ready);
        if (kept.size() > timing.entries()) {
            kept.remove(kept.keySet().iterator().next());
        }
        return ready;
    }

    /** Whether what follows depends on where walks have been. */
    boolean hasRegions() {
        return timing.region() > 0;
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
        state.putTime(lastReady);
        Iterator<Map.Entry<Translation, Long>> newest = new ArrayDeque<>(kept.entrySet()).descendingIterator();
        long dead = 0;
        while (newest.hasNext()) {
            Map.Entry<Translation, Long> entry = newest.next();
            Translation translation = entry.getKey();
            Flow flow = state.flowOf(translation.requester());
            if (isNeeded(translation, flow)) {
                state.put(dead);
                state.putTime(entry.getValue());
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
        lastReady += ticks;
        List<Map.Entry<Translation, Long>> oldestFirst = List.copyOf(kept.entrySet());
        kept.clear();
        for (Map.Entry<Translation, Long> entry : oldestFirst) {
            Translation translation = entry.getKey();
            Flow flow = state.flowOf(translation.requester());
            long pages = flow == null ? 0 : flow.skippedBytes() >>> pageShift;
            last = new Translation(translation.requester(), translation.page() + pages);
            kept.put(last, entry.getValue() + ticks);
        }
    }
}
