package org.p2psim.report.svg;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSortedSet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import org.p2psim.unit.Ticks;

/**
 * Simulated time on a horizontal axis. Linear if all instants stay apart that way; otherwise compressed: between two
 * neighbouring instants the distance grows with the logarithm of the time between them, so that what happens within
 * nanoseconds stays readable beside milliseconds.
 */
final class TimeScale {
    private static final double APART = 9;
    private static final int MOST_COMPRESSED = 2_000;

    /**
     * A mark on the axis.
     *
     * @param label empty if there is no room for it
     * @param row of the label, below each other
     */
    record Mark(double x, String label, int row) {}

    private final double left;
    private final double right;
    private final long end;
    private final boolean compressed;
    private final boolean roomy;
    private final TreeMap<Long, Double> places = new TreeMap<>();

    private TimeScale(ImmutableSortedSet<Long> instants, double left, double right) {
        this.left = left;
        this.right = right;
        this.end = Math.max(1, instants.last());
        long shortest = shortestGap(instants);
        boolean crowded = (right - left) * shortest / end < APART;
        this.roomy = !crowded;
        this.compressed = crowded && instants.size() <= MOST_COMPRESSED;
        if (compressed) {
            placeCompressed(instants.asList(), shortest);
        }
    }

    /** From time 0 to the last of the instants, which are not negative. */
    static TimeScale of(Collection<Long> instants, double left, double right) {
        return new TimeScale(
                ImmutableSortedSet.<Long>naturalOrder().add(0L).addAll(instants).build(), left, right);
    }

    /** From time 0 to {@code end}, always linear. */
    static TimeScale linear(long end, double left, double right) {
        return new TimeScale(ImmutableSortedSet.of(0L, Math.max(1, end)), left, right);
    }

    private static long shortestGap(ImmutableSortedSet<Long> instants) {
        long shortest = Long.MAX_VALUE;
        long before = -1;
        for (long instant : instants) {
            if (before >= 0) {
                shortest = Math.min(shortest, instant - before);
            }
            before = instant;
        }
        return shortest;
    }

    private void placeCompressed(ImmutableList<Long> instants, long shortest) {
        double total = 0;
        for (int i = 1; i < instants.size(); i++) {
            total += weight(instants.get(i) - instants.get(i - 1), shortest);
        }
        double at = 0;
        places.put(instants.get(0), left);
        for (int i = 1; i < instants.size(); i++) {
            at += weight(instants.get(i) - instants.get(i - 1), shortest);
            places.put(instants.get(i), left + (right - left) * at / total);
        }
    }

    private static double weight(long gap, long shortest) {
        return 1 + Math.log10((double) gap / shortest);
    }

    boolean compressed() {
        return compressed;
    }

    double x(long instant) {
        if (!compressed) {
            return left + (right - left) * instant / end;
        }
        return places.floorEntry(instant).getValue();
    }

    /** Whether it is linear, and no two instants lie so near that their marks touch. */
    boolean isRoomy() {
        return roomy;
    }

    double width() {
        return right - left;
    }

    /** Which of so many equal parts of the axis an instant is in. */
    int bin(long instant, int bins) {
        return (int) Math.max(0, Math.min(bins - 1, (x(instant) - left) * bins / width()));
    }

    /**
     * Round times on a linear axis; the instants themselves on a compressed one, their labels in two
     * rows. Where the digits of two are the same, the second says how much later it is.
     */
    List<Mark> marks() {
        List<Mark> marks = new ArrayList<>();
        double[] free = new double[compressed ? 2 : 1];
        Arrays.fill(free, Double.NEGATIVE_INFINITY);
        String absolute = "";
        long since = 0;
        for (long instant : compressed ? places.keySet() : round()) {
            boolean same = Ticks.format(instant).equals(absolute);
            String label = same ? "+" + Ticks.format(instant - since) : Ticks.format(instant);
            double half = Label.width(label, 10.5) / 2;
            int row = 0;
            while (row < free.length && x(instant) - half <= free[row]) {
                row++;
            }
            if (row == free.length) {
                marks.add(new Mark(x(instant), "", 0));
            } else {
                marks.add(new Mark(x(instant), label, row));
                absolute = Ticks.format(instant);
                since = same ? since : instant;
                free[row] = x(instant) + half + 6;
            }
        }
        return marks;
    }

    private List<Long> round() {
        long step = unit();
        int[] factors = {2, 5, 10};
        long decade = step;
        for (int i = 0; end / step > 8; i++) {
            step = decade * factors[i % 3];
            decade = i % 3 == 2 ? step : decade;
        }
        List<Long> times = new ArrayList<>();
        for (long time = 0; time <= end; time += step) {
            times.add(time);
        }
        return times;
    }

    /** A power of ten of nanoseconds well below the end; a picosecond for the shortest runs. */
    private long unit() {
        long unit = Ticks.PER_PICOSECOND;
        while (unit <= end / 1000) {
            unit *= 10;
        }
        return unit;
    }

    /** The height of the axis with its labels. */
    double labels() {
        return 8 + 13 * (1 + marks().stream().mapToInt(Mark::row).max().orElse(0));
    }

    /**
     * Draws the axis below {@code y}, with thin lines up to {@code top}.
     *
     * @return the y below its labels
     */
    double draw(SvgWriter svg, double top, double y) {
        svg.line("axis", left, y, right, y);
        for (Mark mark : marks()) {
            svg.line("grid", mark.x(), top, mark.x(), y);
            svg.line("axis", mark.x(), y, mark.x(), y + (mark.label().isEmpty() ? 3 : 5 + 12 * mark.row()));
            if (!mark.label().isEmpty()) {
                svg.text("small middle", mark.x(), y + 17 + 13 * mark.row(), mark.label());
            }
        }
        return y + labels();
    }
}
