package org.p2psim.run.flow;

import com.google.common.collect.Lists;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.function.LongPredicate;
import org.p2psim.address.Bdf;
import org.p2psim.timing.IommuTiming;

/** The IOTLB of one IOMMU: it keeps the translations that were used last. Page walks overlap, up to a rate. */
final class Iotlb {
    private final IommuTiming timing;
    private final int pageShift;
    /** Walks under way, and when each is through: in that order, unless some have waited for their region. */
    private final Map<Translation, Long> walks = new LinkedHashMap<>();

    /** Least recently used first; and how many uses there had been by then. */
    private final Map<Translation, Long> kept = new LinkedHashMap<>(16, 0.75f, true);

    private long uses;
    /** Uses before the period that is looked at began. */
    private long usesBefore;

    private Translation last = new Translation(new Bdf(0, 0, 0, 0), -1);
    private long lastReady;
    private long nextWalk;
    /** Where walks exclude each other: when the last one is through, and when each walker is. */
    private final Map<Long, Long> regions = new HashMap<>();

    private final PriorityQueue<Long> walkers = new PriorityQueue<>();

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
            lastReady = kept.computeIfPresent(last, (translation, use) -> ++uses) != null ? now : walk(now, write);
        }
        return Math.max(now, lastReady);
    }

    /** Walks that are through bring their translations, which take the places of those that were used longest ago. */
    private void fill(long now) {
        Iterator<Map.Entry<Translation, Long>> walking = walks.entrySet().iterator();
        while (walking.hasNext()) {
            Map.Entry<Translation, Long> walk = walking.next();
            if (walk.getValue() > now) {
                if (!hasRegions()) {
                    return;
                }
                continue;
            }
            kept.put(walk.getKey(), ++uses);
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
        long interval = write ? timing.writeWalkInterval() : timing.walkInterval();
        long start = hasRegions() ? startInRegion(now, interval) : Math.max(now, nextWalk);
        nextWalk = start + interval;
        walks.put(last, start + timing.miss());
        return start + timing.miss();
    }

    /** A walk that waits for another of its region keeps its walker, and holds up those of other regions only so. */
    private long startInRegion(long now, long interval) {
        long walker = walkers.size() < timing.walkers() ? now : Math.max(now, walkers.remove());
        long region = (last.page() << pageShift) / timing.region();
        long start = Math.max(walker, regions.getOrDefault(region, 0L));
        regions.put(region, start + interval);
        walkers.add(start + interval);
        return start;
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

    void beginPeriod() {
        usesBefore = uses;
    }

    void shift(long ticks, long periods, State state) {
        nextWalk += ticks;
        lastReady += ticks;
        last = moved(last, periods, periods, state);
        repeatUses(periods, state);
        Map<Translation, Long> underWay = new LinkedHashMap<>(walks);
        walks.clear();
        underWay.forEach((translation, ready) -> walks.put(moved(translation, periods, periods, state), ready + ticks));
    }

    /** What was used in the period is used again in each that is skipped, where its flows are by then. */
    private void repeatUses(long periods, State state) {
        List<Translation> inPeriod = newestFirst(kept, use -> use > usesBefore);
        Set<Translation> newestFirst = new LinkedHashSet<>();
        int before = -1;
        for (long n = periods; n > 0 && newestFirst.size() < timing.entries() && newestFirst.size() > before; n--) {
            before = newestFirst.size();
            for (Translation translation : inPeriod) {
                newestFirst.add(moved(translation, n, periods, state));
            }
        }
        newestFirst.addAll(newestFirst(kept, use -> true));
        kept.clear();
        List<Translation> left = newestFirst.stream().limit(timing.entries()).toList();
        Lists.reverse(left).forEach(translation -> kept.put(translation, ++uses));
    }

    private static List<Translation> newestFirst(Map<Translation, Long> kept, LongPredicate which) {
        List<Translation> oldestFirst = new ArrayList<>();
        kept.forEach((translation, use) -> {
            if (which.test(use)) {
                oldestFirst.add(translation);
            }
        });
        return Lists.reverse(oldestFirst);
    }

    /** Where its flows have gone on to after some of the periods that are skipped. */
    private Translation moved(Translation translation, long after, long periods, State state) {
        List<Flow> flows = state.flowsOf(translation.requester());
        long step = flows.isEmpty() ? 0 : flows.get(0).addressStep() / periods;
        return new Translation(translation.requester(), translation.page() + (after * step >> pageShift));
    }
}
