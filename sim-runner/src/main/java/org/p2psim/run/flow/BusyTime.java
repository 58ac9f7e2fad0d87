package org.p2psim.run.flow;

import com.google.common.primitives.Longs;
import java.util.Arrays;
import java.util.List;
import org.p2psim.unit.Ticks;

/** How long something was busy in each slice of time. There are few slices: their length doubles as time goes on. */
final class BusyTime {
    private static final int MAX_SLICES = 100;

    private final long[] slices = new long[MAX_SLICES];
    private long sliceTicks = Ticks.PER_NANOSECOND;
    private int used;
    /** In which something was counted most recently, and where it begins. */
    private int lastSlice;

    private long lastBegin;

    /** Counts the time from {@code start} on. */
    void add(long start, long ticks) {
        long end = start + ticks;
        if (start >= lastBegin && end <= lastBegin + sliceTicks) {
            slices[lastSlice] += ticks;
            used = Math.max(used, lastSlice + 1);
            return;
        }
        while (end > MAX_SLICES * sliceTicks) {
            doubleSlices();
        }
        int slice = (int) (start / sliceTicks);
        long from = start;
        while (from < end) {
            long to = Math.min(end, (slice + 1) * sliceTicks);
            slices[slice++] += to - from;
            from = to;
        }
        lastSlice = slice - 1;
        lastBegin = lastSlice * sliceTicks;
        used = Math.max(used, slice);
    }

    /**
     * Counts a time that repeats itself.
     *
     * @param start of the first one
     * @param period ticks from one start to the next, at least {@code ticks}
     */
    void addRepeated(long start, long ticks, long period, long count) {
        long end = start + (count - 1) * period + ticks;
        while (end > MAX_SLICES * sliceTicks) {
            doubleSlices();
        }
        long before = 0;
        for (int slice = (int) (start / sliceTicks); before < count * ticks; slice++) {
            long until = busyUntil((slice + 1) * sliceTicks - start, ticks, period, count);
            slices[slice] += until - before;
            before = until;
            used = Math.max(used, slice + 1);
        }
    }

    /** How much of the repeated times lies before a time from the first start on. */
    private static long busyUntil(long time, long ticks, long period, long count) {
        long whole = Math.min(count, time / period);
        return whole * ticks + (whole == count ? 0 : Math.min(ticks, time - whole * period));
    }

    private void doubleSlices() {
        for (int i = 0; i < MAX_SLICES / 2; i++) {
            slices[i] = slices[2 * i] + slices[2 * i + 1];
        }
        Arrays.fill(slices, MAX_SLICES / 2, MAX_SLICES, 0);
        sliceTicks *= 2;
        used = (used + 1) / 2;
        lastSlice /= 2;
        lastBegin = lastSlice * sliceTicks;
    }

    long sliceTicks() {
        return sliceTicks;
    }

    /** Doubles the slices until they are as long as those of something that was observed for longer. */
    void lengthenSlices(long ticks) {
        while (sliceTicks < ticks) {
            doubleSlices();
        }
    }

    List<Long> perSlice() {
        return Longs.asList(Arrays.copyOf(slices, used));
    }
}
