package org.p2psim.outcome;

import com.google.common.collect.ImmutableList;
import java.util.List;

/**
 * A distribution of times, from an HDR histogram of three significant digits; least and greatest are exact.
 *
 * @param points the percentile curve, ascending; empty if nothing was counted
 */
public record Latency(long count, long min, long max, List<Point> points) {
    public static final Latency NONE = new Latency(0, 0, 0, List.of());

    public Latency {
        points = ImmutableList.copyOf(points);
    }

    /** So many percent took at most so many ticks. */
    public record Point(double percentile, long ticks) {}

    /** The time that {@code percentile} percent did not exceed, ticks; 0 if nothing was counted. */
    public long at(double percentile) {
        for (Point point : points) {
            if (point.percentile() >= percentile) {
                return point.ticks();
            }
        }
        return max;
    }
}
