package org.p2psim.report.svg;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import org.p2psim.outcome.LandingOutcome;
import org.p2psim.outcome.ObjectOutcome;
import org.p2psim.unit.Ticks;

/** A lane at its place in the picture. */
final class DrawnLane {
    private static final double PADDING = 5;
    private static final double BAND = 15;
    private static final double LANDINGS = 12;
    private static final double LEAST = 24;
    private static final double LEAST_WITH_KIND = 38;
    private static final double BINS_HEIGHT = 36;
    private static final double INDENT = 11;
    private static final double NAME_SIZE = 12;

    private final TimelineLane lane;
    private final TimeScale scale;
    private final LaneRows rows;
    private final double top;
    private final boolean binned;
    private final boolean target;

    /** @param target whether DMA of other lanes lands in it */
    DrawnLane(TimelineLane lane, TimeScale scale, double top, double rightEdge, boolean binned, boolean target) {
        this.lane = lane;
        this.scale = scale;
        this.top = top;
        this.binned = binned;
        this.target = target;
        this.rows = LaneRows.of(binned ? List.of() : lane.items(), scale, TimelinePicture.LEFT - 4, rightEdge);
    }

    record Place(double x, double y) {}

    TimelineLane lane() {
        return lane;
    }

    double top() {
        return top;
    }

    double bottom() {
        return top + height();
    }

    double height() {
        double body = binned ? BINS_HEIGHT : rows.rows() * LaneRows.ROW;
        return Math.max(lane.kind().isEmpty() ? LEAST : LEAST_WITH_KIND, 2 * PADDING + body + below());
    }

    /** What is below the items: the band, and room for what lands. */
    private double below() {
        return (lane.states().isEmpty() ? 0 : BAND + 2) + (target ? LANDINGS : 0);
    }

    /** Where landings are marked. */
    double landingsMiddle() {
        return itemsBottom() + LANDINGS / 2;
    }

    private double itemsBottom() {
        return bottom() - PADDING - below();
    }

    private double rowMiddle(int row) {
        return itemsBottom() - (rows.rows() - row) * LaneRows.ROW + LaneRows.ROW / 2;
    }

    /** The middle of the row of the item with this description; the lane's middle if there is none. */
    double rowOf(String told) {
        return rows.placed().stream()
                .filter(placed -> placed.item().told().equals(told))
                .mapToDouble(placed -> rowMiddle(placed.row()))
                .findFirst()
                .orElse(top + height() / 2);
    }

    Place markOf(int event, double x) {
        return new Place(
                x,
                rows.placed().stream()
                        .filter(placed -> placed.item().event() == event)
                        .mapToDouble(placed -> rowMiddle(placed.row()))
                        .findFirst()
                        .orElse(top + height() / 2));
    }

    double landingRow(LandingOutcome landing) {
        return rows.placed().stream()
                .filter(placed -> placed.item().mark() == TimelineItem.Mark.of(landing.fate())
                        && placed.item().start() == landing.issued()
                        && placed.item().end() == landing.until())
                .mapToDouble(placed -> rowMiddle(placed.row()))
                .findFirst()
                .orElse(top + height() / 2);
    }

    void drawName(SvgWriter svg) {
        double x = 12 + INDENT * lane.depth();
        double room = TimelinePicture.LEFT - 14 - x;
        double middle = top + height() / 2;
        boolean kind = !lane.kind().isEmpty();
        svg.fitted("strong", x, middle + (kind ? -2 : 4), Label.name(lane.name()), room, NAME_SIZE);
        if (kind) {
            svg.text("small quiet", x, middle + 12, lane.kind());
        }
    }

    void draw(SvgWriter svg, TimelineShapes shapes, int bins) {
        lane.states().forEach(state -> drawState(shapes, state));
        if (binned) {
            drawBins(svg, bins);
            return;
        }
        for (LaneRows.Placed placed : rows.placed()) {
            svg.line(
                    "stem",
                    placed.x(),
                    rowMiddle(placed.row()),
                    placed.x(),
                    lane.states().isEmpty() ? itemsBottom() : bottom() - PADDING - BAND);
        }
        rows.placed().forEach(placed -> drawItem(svg, shapes, placed));
    }

    private void drawState(TimelineShapes shapes, ObjectOutcome.State state) {
        double from = scale.x(state.start());
        String broken = state.broken().isEmpty() ? "" : " ! " + String.join(", ", state.broken()) + " broken";
        String name = Label.name(state.name()) + broken;
        shapes.band(
                state,
                new Box(from, bottom() - PADDING - BAND, Math.max(1.5, scale.x(state.end()) - from), BAND),
                name,
                "%s to %s %s: %s"
                        .formatted(
                                Ticks.format(state.start()), Ticks.format(state.end()), Label.name(lane.name()), name));
    }

    private void drawItem(SvgWriter svg, TimelineShapes shapes, LaneRows.Placed placed) {
        TimelineItem item = placed.item();
        double y = rowMiddle(placed.row());
        if (item.event() == TimelineItem.NO_EVENT) {
            svg.begin("g", "class", "mark");
        } else {
            svg.begin("g", "class", "mark", "id", svg.id("event-" + item.event()));
        }
        svg.title(item.told());
        if (item.instant()) {
            shapes.mark(item.mark(), placed.x(), y);
        } else {
            shapes.bar(item.mark(), placed.x(), placed.right(), y);
        }
        if (placed.textOnLine()) {
            shapes.ground(
                    placed.textX(),
                    Label.width(placed.text(), LaneRows.textSize(item.mark().alarms())),
                    y);
        }
        if (!placed.text().isEmpty()) {
            svg.text(
                    "small halo" + (item.mark().alarms() ? " alarm strong" : ""),
                    placed.textX(),
                    y + 3.6,
                    placed.text());
        }
        svg.end();
    }

    private void drawBins(SvgWriter svg, int bins) {
        TreeMap<Integer, List<TimelineItem>> inBins = new TreeMap<>();
        for (TimelineItem item : lane.items()) {
            inBins.computeIfAbsent(scale.bin(item.start(), bins), bin -> new ArrayList<>())
                    .add(item);
        }
        int most = inBins.values().stream().mapToInt(List::size).max().orElse(1);
        double width = scale.width() / bins;
        inBins.forEach((bin, items) -> {
            TimelineItem.Mark worst = items.stream()
                    .map(TimelineItem::mark)
                    .max(Comparator.comparing(TimelineItem.Mark::alarms).thenComparing(Comparator.naturalOrder()))
                    .orElseThrow();
            double height = Math.max(2, (BINS_HEIGHT - 10) * items.size() / most);
            double x = TimelinePicture.LEFT + bin * width;
            double y = itemsBottom() - height;
            svg.begin("g", "class", "bin").title(items.size() + " marks, gravest: " + worst.word());
            svg.rect(worst.alarms() ? "violation" : "done", new Box(x + 0.5, y, width - 1, height), 0);
            if (worst.alarms()) {
                svg.text(
                        "small alarm strong middle",
                        x + width / 2,
                        y - 2,
                        worst == TimelineItem.Mark.VIOLATION ? "!" : "×");
            }
            svg.end();
        });
    }
}
