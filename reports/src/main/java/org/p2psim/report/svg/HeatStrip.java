package org.p2psim.report.svg;

import com.google.common.collect.ImmutableList;
import java.util.List;
import org.p2psim.outcome.LinkUse;
import org.p2psim.unit.Ticks;

/** How busy one direction of a link was over time: a row of cells, darker for busier, saturated ones hatched. */
public final class HeatStrip {
    private static final int CELLS_MAX = 120;
    private static final double WIDTH = 360;
    private static final double HEIGHT = 14;
    private static final int LEVELS = 8;
    private static final double SATURATED = 0.98;

    private HeatStrip() {}

    /** @param end of the run, ticks: the right end of the strip */
    public static String draw(String id, LinkUse use, long end) {
        List<Double> shares = shares(use, end);
        String title = "%s, %s: mean %s, peak %s"
                .formatted(use.name(), use.direction(), percent(mean(use, end)), percent(peak(use)));
        Svg svg = Svg.picture(
                id, "heat", WIDTH, HEIGHT, title, "From 0 to " + Ticks.format(end) + ", " + shares.size() + " slices");
        svg.empty("rect", "class", "ground", "x", 0, "y", 0, "width", WIDTH, "height", HEIGHT);
        double cell = WIDTH / Math.max(1, shares.size());
        for (int level = 1; level <= LEVELS; level++) {
            StringBuilder path = new StringBuilder();
            for (int i = 0; i < shares.size(); i++) {
                if (level(shares.get(i)) == level) {
                    path.append("M%s 0h%sv%sh-%sz"
                            .formatted(Svg.number(i * cell), Svg.number(cell), Svg.number(HEIGHT), Svg.number(cell)));
                }
            }
            if (!path.isEmpty()) {
                svg.empty("path", "class", "h" + level, "d", path);
            }
        }
        StringBuilder hatch = new StringBuilder();
        for (int i = 0; i < shares.size(); i++) {
            if (shares.get(i) >= SATURATED) {
                hatch.append("M%s %sl%s -%s"
                        .formatted(Svg.number(i * cell), Svg.number(HEIGHT), Svg.number(cell), Svg.number(HEIGHT)));
            }
        }
        if (!hatch.isEmpty()) {
            svg.empty("path", "class", "saturated", "d", hatch);
        }
        return svg.done();
    }

    /** The share of the run during which the link was sending. */
    public static double mean(LinkUse use, long end) {
        return end == 0 ? 0 : Math.min(1, use.busy() / (double) end);
    }

    /** The share of the busiest slice during which the link was sending. */
    public static double peak(LinkUse use) {
        return use.busyPerSlice().stream()
                .mapToDouble(busy -> use.sliceTicks() == 0 ? 0 : Math.min(1, busy / (double) use.sliceTicks()))
                .max()
                .orElse(0);
    }

    /** A share as whole percent. */
    public static String percent(double share) {
        return Math.round(share * 100) + " %";
    }

    /** Slices, several of them as one cell where there are too many, with idle ones up to the end. */
    private static List<Double> shares(LinkUse use, long end) {
        if (use.sliceTicks() <= 0) {
            return List.of();
        }
        long slices = Math.max(use.busyPerSlice().size(), Math.min(1_000_000, end / use.sliceTicks() + 1));
        int together = (int) ((slices + CELLS_MAX - 1) / CELLS_MAX);
        ImmutableList.Builder<Double> shares = ImmutableList.builder();
        for (int i = 0; i < slices; i += together) {
            long busy = 0;
            for (int j = i; j < Math.min(i + together, use.busyPerSlice().size()); j++) {
                busy += use.busyPerSlice().get(j);
            }
            shares.add(Math.min(1, busy / ((double) use.sliceTicks() * together)));
        }
        return shares.build();
    }

    private static int level(double share) {
        return share <= 0 ? 0 : (int) Math.ceil(share * LEVELS);
    }
}
