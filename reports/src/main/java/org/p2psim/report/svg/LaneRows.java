package org.p2psim.report.svg;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;

/** Puts the items of a lane into rows, so that no text lies on another or on a bar. */
final class LaneRows {
    static final double ROW = 15.5;
    static final double TEXT_SIZE = 10.5;
    /** Bold letters are wider. */
    private static final double BOLD = 1.09;

    private static final double GAP = 7;
    private static final double BESIDE = 8;
    private static final int MOST_ROWS = 9;
    private static final double WIDEST = 560;

    /**
     * Where an item is.
     *
     * @param right where its bar ends; its x if it is an instant
     * @param textX where its text begins
     * @param text empty if there was no room
     */
    record Placed(TimelineItem item, int row, double x, double right, double textX, String text) {
        /** Whether the text stands on the item's own line. */
        boolean textOnLine() {
            return !text.isEmpty() && textX > x && textX < right && item.mark().isLine();
        }
    }

    private final double leftEdge;
    private final double rightEdge;
    private final List<Placed> placed = new ArrayList<>();
    private int rows;

    private LaneRows(double leftEdge, double rightEdge) {
        this.leftEdge = leftEdge;
        this.rightEdge = rightEdge;
    }

    /** What to measure a text of the lane with. */
    static double textSize(boolean bold) {
        return bold ? TEXT_SIZE * BOLD : TEXT_SIZE;
    }

    private static double textWidth(TimelineItem item, String text) {
        return Label.width(text, textSize(item.mark().alarms()));
    }

    /** @param items by their start */
    static LaneRows of(List<TimelineItem> items, TimeScale scale, double leftEdge, double rightEdge) {
        LaneRows rows = new LaneRows(leftEdge, rightEdge);
        items.forEach(item -> rows.place(item, scale));
        return rows;
    }

    ImmutableList<Placed> placed() {
        return ImmutableList.copyOf(placed);
    }

    int rows() {
        return rows;
    }

    private void place(TimelineItem item, TimeScale scale) {
        double x = scale.x(item.start());
        double right = item.instant() ? x : Math.max(x + 3, scale.x(item.end()));
        Placed wished = withText(item, x, right);
        for (int row = 0; row < MOST_ROWS; row++) {
            if (isFree(row, wished)) {
                add(wished, row);
                return;
            }
        }
        Placed bare = new Placed(item, 0, x, right, right, "");
        int row = 0;
        while (row < MOST_ROWS - 1 && !isFree(row, bare)) {
            row++;
        }
        add(bare, row);
    }

    private void add(Placed wished, int row) {
        placed.add(new Placed(wished.item(), row, wished.x(), wished.right(), wished.textX(), wished.text()));
        rows = Math.max(rows, row + 1);
    }

    /** In its bar if it fits there, else behind it, else before it. */
    private Placed withText(TimelineItem item, double x, double right) {
        double size = textSize(item.mark().alarms());
        String text = Label.fit(item.label(), WIDEST, size);
        double width = textWidth(item, text);
        double textX;
        if (right - x > width + 2 * BESIDE) {
            textX = x + BESIDE;
        } else if (right + BESIDE + width <= rightEdge) {
            textX = right + BESIDE;
        } else if (x - BESIDE - width >= leftEdge) {
            textX = x - BESIDE - width;
        } else {
            boolean behind = rightEdge - right > x - leftEdge;
            text = Label.fit(text, Math.max(rightEdge - right, x - leftEdge) - BESIDE, size);
            textX = behind ? right + BESIDE : x - BESIDE - textWidth(item, text);
        }
        return new Placed(item, 0, x, right, textX, text);
    }

    private boolean isFree(int row, Placed wished) {
        return placed.stream()
                .filter(other -> other.row() == row)
                .allMatch(other -> from(wished) > to(other) + GAP || from(other) > to(wished) + GAP);
    }

    private static double from(Placed placed) {
        return Math.min(placed.x(), placed.text().isEmpty() ? placed.x() : placed.textX()) - 5;
    }

    private static double to(Placed placed) {
        double textEnd =
                placed.text().isEmpty() ? placed.right() : placed.textX() + textWidth(placed.item(), placed.text());
        return Math.max(placed.right() + 5, textEnd);
    }
}
