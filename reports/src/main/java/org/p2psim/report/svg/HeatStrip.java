package org.p2psim.report.svg;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.p2psim.outcome.LinkUse;
import org.p2psim.unit.Bytes;

/** How busy each link was over time, one strip per link and direction. */
public final class HeatStrip {
    private static final double WIDTH = 1060;
    private static final double LEFT = 262;
    private static final double RIGHT = 850;
    private static final double TOP = 30;
    private static final double ROW = 22;
    private static final int MOST_ROWS = 40;
    private static final int MOST_CELLS = 160;
    /** Upper bounds of the shades, in percent; a cell at 0 stays blank. */
    private static final int[] SHADES = {20, 40, 60, 80, 100};

    private HeatStrip() {}

    /**
     * Draws the links, busiest first.
     *
     * @param idPrefix unique on the page; the strip of row n, from 0, gets the id {@code prefix-strip-n}
     * @param end simulated time at which the run ended, ticks
     */
    public static String render(String idPrefix, List<LinkUse> links, long end) {
        SvgWriter svg = new SvgWriter(idPrefix);
        if (links.isEmpty()) {
            svg.text("quiet", 12, 22, "No link carried anything.");
            return svg.finish("Link use over time", "No link carried anything.", WIDTH, 34);
        }
        List<LinkUse> sorted = links.stream()
                .sorted(Comparator.comparingLong(LinkUse::busy).reversed())
                .limit(MOST_ROWS)
                .toList();
        TimeScale scale = TimeScale.linear(end, LEFT, RIGHT);
        svg.text("small quiet", 12, TOP - 8, "link");
        svg.text("small quiet", RIGHT + 12, TOP - 8, "busy, mean");
        svg.text("small quiet end", WIDTH - 12, TOP - 8, "payload");
        double y = TOP;
        for (LinkUse use : sorted) {
            svg.begin("g", "id", svg.id("strip-" + sorted.indexOf(use)), "class", "strip");
            drawStrip(svg, scale, use, end, y);
            svg.end();
            y += ROW;
        }
        scale.draw(svg, y, y + 4);
        y = drawKey(svg, y + 42);
        if (links.size() > MOST_ROWS) {
            svg.text("small quiet", 12, y, (links.size() - MOST_ROWS) + " less busy strips are not drawn");
            y += 16;
        }
        return svg.finish(
                "Link use over time",
                sorted.size() + " strips, busiest first; the table of links tells the means in words.",
                WIDTH,
                y);
    }

    private static void drawStrip(SvgWriter svg, TimeScale scale, LinkUse use, long end, double y) {
        String mean = percent(end == 0 ? 0 : (double) use.busy() / end);
        String direction = direction(use.direction());
        svg.title(Label.name(use.name()) + " " + use.link() + ", " + direction + ": busy " + mean + ", "
                + Bytes.format(use.payload()) + " payload, " + Bytes.format(use.wire()) + " on the wire, " + use.tlps()
                + " TLPs, " + use.dllps() + " DLLPs"
                + (use.replays() == 0 ? "" : ", " + use.replays() + " TLPs sent again"));
        svg.fitted("", 12, y + 14, Label.name(use.name()), 136, 12);
        svg.text("small quiet", 154, y + 14, (direction.equals("up") ? "↑ " : "↓ ") + direction);
        svg.text("small quiet end", LEFT - 8, y + 14, use.link().toString());
        drawCells(svg, scale, use, end, y + 2);
        svg.rect("frame", new Box(LEFT, y + 2, RIGHT - LEFT, ROW - 5), 0);
        svg.text("", RIGHT + 12, y + 14, mean);
        svg.text("end", WIDTH - 12, y + 14, Bytes.format(use.payload()));
    }

    /** Neighbouring slices are put together until the cells are wide enough to see; equal shades are one rectangle. */
    private static void drawCells(SvgWriter svg, TimeScale scale, LinkUse use, long end, double y) {
        List<Long> slices = use.busyPerSlice();
        int together = (slices.size() + MOST_CELLS - 1) / MOST_CELLS;
        int shadeSoFar = 0;
        double from = LEFT;
        for (int i = 0; i < slices.size(); i += Math.max(1, together)) {
            long start = i * use.sliceTicks();
            int next = Math.min(slices.size(), i + together);
            long length = Math.min(end, next * use.sliceTicks()) - start;
            if (length <= 0) {
                break;
            }
            long busy =
                    slices.subList(i, next).stream().mapToLong(Long::longValue).sum();
            int shade = shade((double) busy / length);
            if (shade != shadeSoFar) {
                drawCell(svg, shadeSoFar, from, scale.x(start), y);
                shadeSoFar = shade;
                from = scale.x(start);
            }
        }
        drawCell(svg, shadeSoFar, from, scale.x(Math.min(end, slices.size() * use.sliceTicks())), y);
    }

    private static void drawCell(SvgWriter svg, int shade, double from, double to, double y) {
        if (shade > 0 && to > from) {
            svg.rect("heat h" + shade, new Box(from, y, to - from, ROW - 5), 0);
        }
    }

    private static int shade(double share) {
        if (share <= 0) {
            return 0;
        }
        for (int i = 0; i < SHADES.length; i++) {
            if (share * 100 <= SHADES[i]) {
                return i + 1;
            }
        }
        return SHADES.length;
    }

    private static double drawKey(SvgWriter svg, double y) {
        double x = 12;
        svg.text("small quiet", x, y, "share of time that the link is sending:");
        x += Label.width("share of time that the link is sending:", 10.5) + 10;
        for (int i = 0; i <= SHADES.length; i++) {
            Box box = new Box(x, y - 10, 18, 12);
            if (i > 0) {
                svg.rect("heat h" + i, box, 0);
            }
            svg.rect("frame", box, 0);
            String word = i == 0 ? "idle" : "to " + SHADES[i - 1] + " %";
            svg.text("small quiet", x + 23, y, word);
            x += 23 + Label.width(word, 10.5) + 14;
        }
        return y + 16;
    }

    private static String direction(LinkUse.Direction direction) {
        return switch (direction) {
            case UPSTREAM -> "up";
            case DOWNSTREAM -> "down";
        };
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, share < 0.0995 ? "%.1f %%" : "%.0f %%", share * 100);
    }
}
