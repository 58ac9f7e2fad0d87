package org.p2psim.run.engine;

/**
 * How a wheel is cut: buckets of 2^shift ticks each, a power of two of them. It decides how fast the wheel is, never
 * the order of events.
 */
record WheelSize(int shift, int buckets) {
    static final int BUCKETS_MIN = 1 << 12;
    static final int BUCKETS_MAX = 1 << 18;

    private static final int SHIFT_MAX = 48;

    /** For the first events, of which nothing is known yet. */
    static final WheelSize INITIAL = new WheelSize(10, BUCKETS_MIN);

    /** The steps of a steady simulation are gap times pending long on average; few are longer than this many times that. */
    private static final int REACH = 6;

    /**
     * For a simulation in which so many events are pending and one follows the other after a gap, in ticks, on
     * average: two buckets for each gap, and buckets for all but the longest steps.
     */
    static WheelSize fitting(double gap, int pending) {
        double reach = gap * pending * REACH;
        int shift = log2(gap / 2);
        if (reach > Math.scalb((double) BUCKETS_MAX, shift)) {
            shift = log2(reach / BUCKETS_MAX) + 1;
        }
        int buckets = BUCKETS_MIN;
        while (buckets < BUCKETS_MAX && Math.scalb((double) buckets, shift) < reach) {
            buckets *= 2;
        }
        return new WheelSize(shift, buckets);
    }

    private static int log2(double ticks) {
        return Math.max(0, Math.min(SHIFT_MAX, Math.getExponent(ticks)));
    }

    /** A factor of two is not worth the move, and would be undone as easily. */
    boolean isFarFrom(WheelSize other) {
        return Math.abs(shift - other.shift) > 1 || buckets > 2 * other.buckets || other.buckets > 2 * buckets;
    }
}
