package org.p2psim.run.flow;

import com.google.common.collect.ImmutableList;
import java.util.Arrays;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;
import org.p2psim.outcome.Latency;

/** Collects times into a distribution, in constant space; a histogram is large, so that a few times do without. */
public final class LatencyRecorder {
    private static final ImmutableList<Double> PERCENTILES =
            ImmutableList.of(0.0, 10.0, 25.0, 50.0, 75.0, 90.0, 95.0, 99.0, 99.9, 99.99, 100.0);
    private static final int SIGNIFICANT_DIGITS = 3;

    private static final int FEW = 128;

    private long[] few = new long[4];
    private int fewCount;
    private @Nullable Histogram histogram;
    private long min = Long.MAX_VALUE;
    private long max;

    /** Counts one more time: {@code ticks}, 0 or more. */
    public void record(long ticks) {
        min = Math.min(min, ticks);
        max = Math.max(max, ticks);
        if (histogram != null) {
            histogram.recordValue(ticks);
        } else if (fewCount < FEW) {
            if (fewCount == few.length) {
                few = Arrays.copyOf(few, 2 * fewCount);
            }
            few[fewCount++] = ticks;
        } else {
            record(ticks, 1);
        }
    }

    /** Counts a time so many times more. */
    public void record(long ticks, long count) {
        min = Math.min(min, ticks);
        max = Math.max(max, ticks);
        if (histogram == null) {
            histogram = ofFew();
        }
        histogram.recordValueWithCount(ticks, count);
    }

    private Histogram ofFew() {
        Histogram made = new Histogram(SIGNIFICANT_DIGITS);
        for (int i = 0; i < fewCount; i++) {
            made.recordValue(few[i]);
        }
        return made;
    }

    /** What was recorded so far. */
    public Latency latency() {
        Histogram all = histogram == null ? ofFew() : histogram;
        if (all.getTotalCount() == 0) {
            return Latency.NONE;
        }
        return new Latency(
                all.getTotalCount(),
                min,
                max,
                PERCENTILES.stream()
                        .map(percentile -> new Latency.Point(percentile, at(percentile, all)))
                        .toList());
    }

    /** Ends of the curve are exact; the histogram rounds them up within its digits. */
    private long at(double percentile, Histogram all) {
        if (percentile == 0) {
            return min;
        }
        return Math.max(min, Math.min(max, all.getValueAtPercentile(percentile)));
    }
}
