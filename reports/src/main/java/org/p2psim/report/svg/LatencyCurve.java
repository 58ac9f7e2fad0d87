package org.p2psim.report.svg;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.p2psim.outcome.Latency;
import org.p2psim.outcome.TransferOutcome;
import org.p2psim.unit.Ticks;

/** Latency over percentile, one line per transfer; percentiles are spaced by their nines, as HDR histograms are read. */
public final class LatencyCurve {
    private static final double WIDTH = 860;
    private static final double LEFT = 84;
    private static final double RIGHT = 540;
    private static final double TOP = 30;
    private static final double BOTTOM = 300;
    private static final double LABEL_STEP = 28;
    private static final int MOST_CURVES = 6;
    private static final double LINEAR_UP_TO = 20;
    /** Room for the greatest value, right of the last nine. */
    private static final double MAX_COLUMN = 0.6;

    private static final double[] PERCENTILES = {0, 50, 90, 99, 99.9, 99.99, 99.999};

    private record Curve(int series, String name, Latency latency) {}

    private final SvgWriter svg;
    private final List<Curve> curves = new ArrayList<>();
    private final int leftOut;
    private final double nines;
    private final boolean logarithmic;
    private final double low;
    private final double high;

    private LatencyCurve(String idPrefix, List<TransferOutcome> transfers) {
        this.svg = new SvgWriter(idPrefix);
        List<TransferOutcome> measured =
                transfers.stream().filter(t -> t.latency().count() > 0).toList();
        for (TransferOutcome transfer : measured.subList(0, Math.min(MOST_CURVES, measured.size()))) {
            curves.add(new Curve(curves.size() + 1, transfer.name(), transfer.latency()));
        }
        this.leftOut = measured.size() - curves.size();
        long count = curves.stream().mapToLong(c -> c.latency().count()).max().orElse(1);
        this.nines = Math.min(5, Math.max(1, Math.ceil(Math.log10(count) - 1e-9)));
        long min = curves.stream().mapToLong(c -> c.latency().min()).min().orElse(0);
        long max = Math.max(
                1, curves.stream().mapToLong(c -> c.latency().max()).max().orElse(1));
        this.logarithmic = min > 0 && max / (double) min > LINEAR_UP_TO;
        this.low = logarithmic ? Math.pow(10, Math.floor(Math.log10(nanoseconds(min)))) : 0;
        this.high = logarithmic ? Math.pow(10, Math.ceil(Math.log10(nanoseconds(max)))) : step(max) * steps(max);
    }

    /**
     * Draws the latency of each transfer that has any.
     *
     * @param idPrefix unique on the page
     */
    public static String render(String idPrefix, List<TransferOutcome> transfers) {
        return new LatencyCurve(idPrefix, transfers).draw();
    }

    private String draw() {
        if (curves.isEmpty()) {
            svg.text("quiet", 12, 22, "No memory request was measured.");
            return svg.finish("Latency by percentile", "No memory request was measured.", WIDTH, 34);
        }
        drawAxes();
        curves.forEach(this::drawCurve);
        drawLabels();
        if (leftOut > 0) {
            svg.text("small quiet", RIGHT + 16, BOTTOM, leftOut + " more are not drawn");
        }
        StringBuilder told = new StringBuilder();
        for (Curve curve : curves) {
            told.append(Label.brief(curve.name()))
                    .append(": ")
                    .append(figures(curve.latency()))
                    .append(". ");
        }
        return svg.finish("Latency by percentile", told.toString().strip(), WIDTH, BOTTOM + 46);
    }

    private void drawAxes() {
        svg.text("small quiet", 12, TOP - 14, "latency" + (logarithmic ? ", logarithmic" : ""));
        for (double value : logarithmic ? decades() : even()) {
            double y = y(value);
            svg.line("grid", LEFT, y, RIGHT, y);
            svg.text("small end", LEFT - 8, y + 3.6, Ticks.format(Math.round(value * Ticks.PER_NANOSECOND)));
        }
        for (double percentile : PERCENTILES) {
            if (ninesOf(percentile) <= nines + 1e-9) {
                double x = x(percentile);
                svg.line("grid", x, TOP, x, BOTTOM);
                svg.text(
                        "small middle",
                        x,
                        BOTTOM + 17,
                        BigDecimal.valueOf(percentile).stripTrailingZeros().toPlainString());
            }
        }
        svg.line("grid", RIGHT, TOP, RIGHT, BOTTOM);
        svg.text("small middle", RIGHT, BOTTOM + 17, "max");
        svg.line("axis", LEFT, BOTTOM, RIGHT, BOTTOM);
        svg.line("axis", LEFT, TOP, LEFT, BOTTOM);
        svg.text("small quiet middle", (LEFT + RIGHT) / 2, BOTTOM + 36, "percentile, each nine equally wide");
    }

    private List<Double> decades() {
        List<Double> values = new ArrayList<>();
        for (double value = low; value <= high * 1.001; value *= 10) {
            values.add(value);
        }
        return values;
    }

    private List<Double> even() {
        List<Double> values = new ArrayList<>();
        long max = Math.round(high * Ticks.PER_NANOSECOND);
        for (int i = 0; i <= steps(max); i++) {
            values.add(step(max) * i);
        }
        return values;
    }

    /** 1, 2 or 5 times a power of ten nanoseconds, so that at most six steps reach the greatest value. */
    private static double step(long max) {
        double rough = nanoseconds(max) / 6;
        double decade = Math.pow(10, Math.floor(Math.log10(rough)));
        double share = rough / decade;
        return decade * (share <= 1 ? 1 : share <= 2 ? 2 : share <= 5 ? 5 : 10);
    }

    private static int steps(long max) {
        return (int) Math.ceil(nanoseconds(max) / step(max) - 1e-9);
    }

    private static double nanoseconds(long ticks) {
        return ticks / (double) Ticks.PER_NANOSECOND;
    }

    private static double ninesOf(double percentile) {
        return -Math.log10(1 - percentile / 100);
    }

    private double x(double percentile) {
        double at = percentile >= 100 ? nines + MAX_COLUMN : ninesOf(percentile);
        return LEFT + (RIGHT - LEFT) * at / (nines + MAX_COLUMN);
    }

    private double y(double value) {
        double share = logarithmic ? Math.log10(Math.max(low, value) / low) / Math.log10(high / low) : value / high;
        return BOTTOM - (BOTTOM - TOP) * share;
    }

    private void drawCurve(Curve curve) {
        StringBuilder data = new StringBuilder();
        for (Latency.Point point : curve.latency().points()) {
            if (point.percentile() < 100 && ninesOf(point.percentile()) > nines + 1e-9) {
                continue;
            }
            data.append(data.isEmpty() ? "M" : "L")
                    .append(SvgWriter.number(x(point.percentile())))
                    .append(' ')
                    .append(SvgWriter.number(y(nanoseconds(point.ticks()))));
        }
        svg.begin("g", "id", svg.id("curve-" + curve.series()), "class", "curve-group");
        svg.title(Label.name(curve.name()) + ": " + figures(curve.latency()));
        svg.path("curve s" + curve.series() + " d" + curve.series(), data.toString());
        svg.end();
    }

    /** Each name at the end of its line, pushed apart where they would touch. */
    private void drawLabels() {
        List<Curve> byHeight = curves.stream()
                .sorted(Comparator.comparingLong((Curve c) -> c.latency().max()).reversed())
                .toList();
        double free = TOP;
        for (int i = 0; i < byHeight.size(); i++) {
            Curve curve = byHeight.get(i);
            double end = y(nanoseconds(curve.latency().max()));
            double latest = BOTTOM - LABEL_STEP * (byHeight.size() - i - 1) - 16;
            double y = Math.max(free, Math.min(end, latest));
            svg.line("grid", RIGHT, end, RIGHT + 10, y);
            svg.line("curve s" + curve.series() + " d" + curve.series(), RIGHT + 12, y, RIGHT + 40, y);
            svg.fitted("strong", RIGHT + 46, y + 4, Label.name(curve.name()), WIDTH - RIGHT - 54, 12);
            svg.fitted("small quiet", RIGHT + 46, y + 16, figures(curve.latency()), WIDTH - RIGHT - 54, 10.5);
            free = y + LABEL_STEP;
        }
    }

    private static String figures(Latency latency) {
        return "median " + Ticks.format(latency.at(50)) + ", max " + Ticks.format(latency.max());
    }
}
