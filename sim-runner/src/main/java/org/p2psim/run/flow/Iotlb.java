package org.p2psim.run.flow;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.p2psim.address.Bdf;
import org.p2psim.timing.IommuTiming;

/** The IOTLB of one IOMMU: it keeps the translations that were used last. Page walks overlap, up to a rate. */
final class Iotlb {
    private final IommuTiming timing;
    private final int pageShift;
    /** Walks under way, and when each is through: in that order. */
    private final Map<Translation, Long> walks = new LinkedHashMap<>();

    /** Least recently used first. */
    private final Map<Translation, Boolean> kept = new LinkedHashMap<>(16, 0.75f, true);

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
            fill(now);
            lastReady = kept.get(last) != null ? now : walk(now, write);
        }
        return Math.max(now, lastReady);
    }

    /** Walks that are through bring their translations, which take the places of those that were used longest ago. */
    private void fill(long now) {
        Iterator<Map.Entry<Translation, Long>> walking = walks.entrySet().iterator();
        while (walking.hasNext()) {
            Map.Entry<Translation, Long> walk = walking.next();
            if (walk.getValue() > now) {
                return;
            }
            kept.put(walk.getKey(), true);
            walking.remove();
            if (kept.size() > timing.entries()) {
                kept.remove(kept.keySet().iterator().next());
            }
        }
    }

    /** One walk for a page at a time: who asks for it meanwhile waits for that one. */
    private long walk(long now, boolean write) {
        Long underWay = walks.get(last);
        if (underWay != null) {
            return underWay;
        }
        long start = Math.max(now, nextWalk);
        if (timing.region() > 0) {
            long region = (last.page() << pageShift) / timing.region();
            start = Math.max(start, regions.getOrDefault(region, 0L));
            regions.put(region, start + timing.miss());
        }
        nextWalk = start + (write ? timing.writeWalkInterval() : timing.walkInterval());
        walks.put(last, start + timing.miss());
        return start + timing.miss();
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
        putPage(last, state);
        state.put(walks.size());
        walks.forEach((translation, ready) -> {
            putPage(translation, state);
            state.putTime(ready);
        });
        Iterator<Translation> newest = new ArrayDeque<>(kept.keySet()).descendingIterator();
        long dead = 0;
        while (newest.hasNext()) {
            Translation translation = newest.next();
            if (isNeeded(translation, state)) {
                state.put(dead);
                putPage(translation, state);
                dead = 0;
            } else {
                dead++;
            }
        }
    }

    /** As seen from all flows that may ask for it: if these go on by different steps, it is never the same again. */
    private void putPage(Translation translation, State state) {
        List<Flow> flows = state.flowsOf(translation.requester());
        if (flows.isEmpty()) {
            state.put(translation.page());
        }
        for (Flow flow : flows) {
            state.put(translation.page() - (flow.position() >>> pageShift));
        }
    }

    private boolean isNeeded(Translation translation, State state) {
        List<Flow> flows = state.flowsOf(translation.requester());
        return flows.isEmpty() || flows.stream().anyMatch(flow -> translation.page() >= flow.lowest() >>> pageShift);
    }

    void shift(long ticks, State state) {
        nextWalk += ticks;
        lastReady += ticks;
        last = moved(last, state);
        List<Translation> oldestFirst = List.copyOf(kept.keySet());
        kept.clear();
        oldestFirst.forEach(translation -> kept.put(moved(translation, state), true));
        Map<Translation, Long> underWay = new LinkedHashMap<>(walks);
        walks.clear();
        underWay.forEach((translation, ready) -> walks.put(moved(translation, state), ready + ticks));
    }

    /** Where its flows have gone on to. */
    private Translation moved(Translation translation, State state) {
        List<Flow> flows = state.flowsOf(translation.requester());
        long pages = flows.isEmpty() ? 0 : flows.get(0).addressStep() >>> pageShift;
        return new Translation(translation.requester(), translation.page() + pages);
    }
}
