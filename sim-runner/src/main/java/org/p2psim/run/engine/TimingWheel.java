package org.p2psim.run.engine;

/**
 * The queue of events: by time, and those of one time by key. Events of equal time and key all stay. What happens
 * within the bucket of the first event is kept in order, what happens within the horizon in a ring of unordered
 * buckets, and what happens later in a heap. So most events are never compared with more than a few others. As long as
 * few events are pending all of them are kept in order.
 */
final class TimingWheel {
    private static final int FIRST_TUNING = 256;
    private static final int TUNING_INTERVAL = 1 << 14;
    /** Up to so many are all kept in order; half as many again are not. */
    private static final int FEW = 80;

    private static final long ALL = Long.MAX_VALUE;

    private final NearEvents near = new NearEvents();
    private final KeyHeap far = new KeyHeap();
    private WheelSize wheelSize = WheelSize.INITIAL;
    private Buckets buckets = new Buckets(WheelSize.BUCKETS_MIN, 64);
    private int shift = wheelSize.shift();
    /** In bucket widths. What is due up to this is near, and nothing in the buckets or far is. */
    private long nearTick = ALL;

    private long lastRemoved;
    private long tunedAt;
    private int interval = FIRST_TUNING;
    private int untilTuning = interval;

    int size() {
        return near.size() + buckets.size() + far.size();
    }

    void clear() {
        near.clear();
        buckets.clear();
        far.clear();
        nearTick = ALL;
        lastRemoved = 0;
        tunedAt = 0;
    }

    /** Adds an event; neither number may be negative. */
    void add(long time, long key) {
        long tick = time >>> shift;
        long ahead = tick - nearTick;
        if (ahead <= 0) {
            near.add(time, key);
        } else if (ahead < buckets.count()) {
            buckets.add((int) tick & buckets.count() - 1, time, key);
        } else {
            far.add(time, key);
        }
    }

    /** Of the first event; {@link Long#MAX_VALUE} if there is none. */
    long firstTime() {
        if (near.isEmpty() && !bringNear()) {
            return Long.MAX_VALUE;
        }
        return near.firstTime();
    }

    /** Of the first event; only after {@link #firstTime()} told that there is one. */
    long firstKey() {
        return near.firstKey();
    }

    /** Removes the first event and returns its key; only after {@link #firstTime()} told that there is one. */
    long removeFirst() {
        lastRemoved = near.firstTime();
        long key = near.firstKey();
        near.removeFirst();
        if (--untilTuning == 0) {
            tune();
        }
        return key;
    }

    private boolean bringNear() {
        if (buckets.size() != 0) {
            int first = (int) nearTick + 1 & buckets.count() - 1;
            int bucket = buckets.next(first);
            long tick = nearTick + 1 + (bucket - first & buckets.count() - 1);
            // Nothing far is earlier: it was beyond the horizon when the horizon was last moved.
            nearTick = tick;
            buckets.moveTo(near, bucket);
        } else if (far.size() != 0) {
            nearTick = far.firstTime() >>> shift;
        } else {
            return false;
        }
        if (far.size() != 0) {
            bringWithinHorizon();
        }
        return true;
    }

    private void bringWithinHorizon() {
        long horizon = nearTick + buckets.count();
        while (far.size() != 0 && far.firstTime() >>> shift < horizon) {
            long time = far.firstTime();
            long key = far.firstKey();
            far.removeFirst();
            add(time, key);
        }
    }

    private void tune() {
        double gap = (double) (lastRemoved - tunedAt) / interval;
        WheelSize fitting = gap > 0 ? WheelSize.fitting(gap, size()) : wheelSize;
        boolean few = size() <= (nearTick == ALL ? FEW + FEW / 2 : FEW);
        boolean crowded = near.isCrowded() && nearTick > lastRemoved >>> shift;
        if (few && nearTick != ALL) {
            rebuild(wheelSize, ALL);
        } else if (!few && fitting.isFarFrom(wheelSize)) {
            rebuild(fitting, lastRemoved >>> fitting.shift());
        } else if (crowded || (!few && nearTick == ALL)) {
            rebuild(wheelSize, lastRemoved >>> shift);
        }
        tunedAt = lastRemoved;
        // At least as many as a move has to move.
        interval = Math.max(Math.min(2 * interval, TUNING_INTERVAL), size());
        untilTuning = interval;
    }

    private void rebuild(WheelSize fitting, long newNearTick) {
        long[] all = toArray();
        near.clear();
        far.clear();
        if (fitting.buckets() == buckets.count()) {
            buckets.clear();
        } else {
            buckets = new Buckets(fitting.buckets(), all.length / 2);
        }
        wheelSize = fitting;
        shift = fitting.shift();
        nearTick = newNearTick;
        for (int i = 0; i < all.length; i += 2) {
            add(all[i], all[i + 1]);
        }
    }

    /** Whether there was such an event; if there were many, one of them is gone. */
    boolean remove(long time, long key) {
        long tick = time >>> shift;
        long ahead = tick - nearTick;
        if (ahead <= 0) {
            return near.remove(time, key);
        }
        return ahead < buckets.count()
                ? buckets.remove((int) tick & buckets.count() - 1, time, key)
                : far.remove(time, key);
    }

    /** Time and key of all events, side by side, in no order. */
    long[] toArray() {
        long[] all = new long[2 * size()];
        far.copyTo(all, buckets.copyTo(all, near.copyTo(all, 0)));
        return all;
    }
}
