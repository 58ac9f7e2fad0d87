package org.p2psim.report.svg;

import java.util.List;
import org.p2psim.outcome.ObjectOutcome;

/** What the marks and bands of a timeline mean: those that occur in it. */
final class TimelineKey {
    private static final double SWATCH = 20;
    private static final double LINE = 17;

    private final SvgWriter svg;
    private final double right;
    private double x = 18;
    private double y;

    TimelineKey(SvgWriter svg, double right) {
        this.svg = svg;
        this.right = right;
    }

    /** @return the y below it */
    double draw(List<TimelineLane> lanes, boolean binned, double top) {
        y = top;
        TimelineShapes shapes = new TimelineShapes(svg);
        for (TimelineItem.Mark mark : TimelineItem.Mark.values()) {
            boolean occurs =
                    lanes.stream().flatMap(lane -> lane.items().stream()).anyMatch(item -> item.mark() == mark);
            if (occurs && !binned) {
                step(mark.word());
                if (mark == TimelineItem.Mark.WAIT
                        || mark == TimelineItem.Mark.STUCK
                        || mark == TimelineItem.Mark.TRANSFER) {
                    shapes.bar(mark, x - 6, x + 14, y - 4);
                } else {
                    shapes.mark(mark, x + 6, y - 4);
                }
                word(mark.word());
            }
        }
        for (ObjectOutcome.Use use : ObjectOutcome.Use.values()) {
            boolean occurs =
                    lanes.stream().flatMap(lane -> lane.states().stream()).anyMatch(state -> state.use() == use);
            if (occurs) {
                step(word(use));
                svg.rect("use " + TimelineShapes.styleClass(use), new Box(x - 6, y - 10, SWATCH, 11), 0);
                word(word(use));
            }
        }
        boolean broken = lanes.stream()
                .flatMap(lane -> lane.states().stream())
                .anyMatch(state -> !state.broken().isEmpty());
        if (broken) {
            String word = "a state that must not be";
            step(word);
            svg.rect("use use-idle broken", new Box(x - 6, y - 10, SWATCH, 11), 0);
            word(word);
        }
        return y + 12;
    }

    private void step(String word) {
        if (x + SWATCH + Label.width(word, LaneRows.TEXT_SIZE) > right - 20) {
            x = 18;
            y += LINE;
        }
    }

    private void word(String word) {
        svg.text("small quiet", x + SWATCH, y, word);
        x += SWATCH + Label.width(word, LaneRows.TEXT_SIZE) + 20;
    }

    private static String word(ObjectOutcome.Use use) {
        return switch (use) {
            case USABLE -> "DMA can use it";
            case IDLE -> "there, not in use";
            case CONTRADICTED -> "usable, though marked as not";
            case CHANGING -> "reset, copy, clearing";
            case DENIED -> "access taken away";
            case GONE -> "gone";
        };
    }
}
