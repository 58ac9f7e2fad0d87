package org.p2psim.run.flow;

import com.google.common.collect.ImmutableList;
import org.HdrHistogram.Histogram;
import org.p2psim.outcome.Latency;

/** Collects times into a distribution, in constant space. */
public final class LatencyRecorder {
    private static final ImmutableList<Double> PERCENTILES =
            ImmutableList.of(0.0, 10.0, 25.0, 50.0, 75.0, 90.0, 95.0, 99.0, 99.9, 99.99, 100.0);
    private static final int SIGNIFICANT_DIGITS = 3;

    private final Histogram histogram = new Histogram(SIGNIFICANT_DIGITS);
    private long min = Long.MAX_VALUE;
    private long max;

    /** Counts one more time: {@code ticks}, 0 or more. */
    public void record(long ticks) {
        histogram.recordValue(ticks);
        min = Math.min(min, ticks);
        max = Math.max(max, ticks);
    }

    /** Counts a time so many times more. */
    public void record(long ticks, long count) {
        histogram.recordValueWithCount(ticks, count);
        min = Math.min(min, ticks);
        max = Math.max(max, ticks);
    }

    /** What was recorded so far. */
    public Latency latency() {
        if (histogram.getTotalCount() == 0) {
            return Latency.NONE;
        }
        return new Latency(
                histogram.getTotalCount(),
                min,
                max,
                PERCENTILES.stream()
                        .map(percentile -> new Latency.Point(percentile, at(percentile)))
                        .toList());
    }

    /** Ends of the curve are exact; the histogram rounds them up within its digits. */
    private long at(double percentile) {
        if (percentile == 0) {
            return min;
        }
        return Math.max(min, Math.min(max, histogram.getValueAtPercentile(percentile)));
    }
}
