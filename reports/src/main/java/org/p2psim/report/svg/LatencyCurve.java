package org.p2psim.report.svg;

import java.util.ArrayList;
import java.util.List;
import org.p2psim.outcome.Latency;
import org.p2psim.unit.Ticks;

/** Percentile curves: the axis counts nines, so that the tail is as wide as the middle; latency is logarithmic. */
public final class LatencyCurve {
    private static final double WIDTH = 620;
    private static final double HEIGHT = 240;
    private static final double LEFT = 66;
    private static final double RIGHT = 16;
    private static final double TOP = 14;
    private static final double BOTTOM = 40;
    private static final String[] PERCENTS = {"0", "90", "99", "99.9", "99.99", "99.999", "99.9999"};

    private final double nines;
    private final double least;
    private final double most;

    private LatencyCurve(List<Series> series) {
        double deepest = series.stream()
                .flatMap(s -> s.latency().points().stream())
                .filter(point -> point.percentile() < 100)
                .mapToDouble(point -> nines(point.percentile()))
                .max()
                .orElse(1);
        this.nines = Math.min(PERCENTS.length - 1, Math.max(1, Math.ceil(deepest + 0.01)));
        double min = series.stream()
                .mapToDouble(s -> Math.max(1, s.latency().min()))
                .min()
                .orElse(1);
        double max = series.stream()
                .mapToDouble(s -> Math.max(1, s.latency().max()))
                .max()
                .orElse(1);
        this.least = Math.log10(min) - 0.05;
        this.most = Math.max(Math.log10(max) + 0.05, least + 0.3);
    }

    /** A named curve. */
    public record Series(String name, Latency latency) {}

    /** Draws the curves that have points, each with a dash and a number of its own. */
    public static String draw(String id, String title, List<Series> series) {
        List<Series> counted =
                series.stream().filter(s -> !s.latency().points().isEmpty()).toList();
        return new LatencyCurve(counted).drawn(id, title, counted);
    }

    private String drawn(String id, String title, List<Series> series) {
        Svg svg = Svg.picture(id, "curve", WIDTH, HEIGHT, title, "The numbers are in the table before the picture.");
        axes(svg);
        for (int i = 0; i < series.size(); i++) {
            List<String> points = new ArrayList<>();
            for (Latency.Point point : series.get(i).latency().points()) {
                double y = y(point.ticks());
                points.add(Svg.number(x(point.percentile())) + " " + Svg.number(y));
            }
            svg.open("g", "id", id + "-s" + (i + 1), "class", "series s" + (i % 6 + 1));
            svg.leaf("title", series.get(i).name());
            svg.empty("path", "d", "M" + String.join("L", points));
            Latency.Point last = series.get(i)
                    .latency()
                    .points()
                    .get(series.get(i).latency().points().size() - 1);
            svg.leaf(
                    "text",
                    Integer.toString(i + 1),
                    "x",
                    Math.min(WIDTH - 6, x(last.percentile()) + 6),
                    "y",
                    y(last.ticks()) + 4,
                    "text-anchor",
                    "middle");
            svg.close();
        }
        return svg.done();
    }

    private void axes(Svg svg) {
        double bottom = HEIGHT - BOTTOM;
        for (int i = 0; i <= nines; i++) {
            double x = LEFT + i / nines * (WIDTH - LEFT - RIGHT);
            svg.line(x, TOP, x, bottom, "grid");
            svg.leaf("text", PERCENTS[i] + " %", "x", x, "y", bottom + 15, "text-anchor", "middle");
        }
        double half = x(50);
        svg.line(half, TOP, half, bottom, "grid");
        svg.leaf("text", "50 %", "x", half, "y", bottom + 15, "text-anchor", "middle");
        svg.leaf(
                "text",
                "percentile",
                "x",
                (LEFT + WIDTH - RIGHT) / 2,
                "y",
                HEIGHT - 6,
                "text-anchor",
                "middle",
                "class",
                "axis");
        for (int decade = (int) Math.floor(least); decade <= Math.ceil(most); decade++) {
            for (int step : new int[] {1, 2, 5}) {
                double ticks = step * Math.pow(10, decade) * 1.6;
                double at = Math.log10(ticks);
                if (at >= least && at <= most) {
                    double y = y(Math.round(ticks));
                    svg.line(LEFT, y, WIDTH - RIGHT, y, "grid");
                    svg.leaf("text", Ticks.format(Math.round(ticks)), "x", LEFT - 6, "y", y + 4, "text-anchor", "end");
                }
            }
        }
        svg.line(LEFT, bottom, WIDTH - RIGHT, bottom, "axis");
        svg.line(LEFT, TOP, LEFT, bottom, "axis");
    }

    private double x(double percentile) {
        double at = percentile >= 100 ? nines : Math.min(nines, nines(percentile));
        return LEFT + at / nines * (WIDTH - LEFT - RIGHT);
    }

    private double y(long ticks) {
        double share = (Math.log10(Math.max(1, ticks)) - least) / (most - least);
        return HEIGHT - BOTTOM - share * (HEIGHT - BOTTOM - TOP);
    }

    private static double nines(double percentile) {
        return -Math.log10(1 - percentile / 100);
    }
}
