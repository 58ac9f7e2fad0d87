package org.p2psim.report.svg;

import org.p2psim.outcome.ObjectOutcome;

/** The marks, bars and bands of the timeline. Each is told apart by its shape, not by its colour alone. */
final class TimelineShapes {
    private static final double HATCH = 7;
    private static final double BAR = 12;
    private static final double NAME_LEAST = 45;
    /** How far apart the name of a long state is repeated, so that one is in sight however the picture is scrolled. */
    private static final double SIGHT = 800;

    private final SvgWriter svg;

    TimelineShapes(SvgWriter svg) {
        this.svg = svg;
    }

    /** An instant, or how a bar ends. */
    void mark(TimelineItem.Mark mark, double x, double y) {
        String at = "M" + SvgWriter.number(x) + " " + SvgWriter.number(y);
        switch (mark) {
            case DONE -> svg.circle("done", x, y, 3.6);
            case EFFECT, WAIT -> svg.circle("effect", x, y, 3.4);
            case REFUSED, LOST, STUCK -> svg.path("refused", at + "m-4 -4l8 8m0 -8l-8 8");
            case LANDED, TRANSFER -> svg.path("transfer", at + "m0 4.5l-4 -8.5h8z");
            case IN_FLIGHT -> svg.path("in-flight", at + "m0 -5l5 5l-5 5l-5 -5z");
            case UNTOLD -> {
                svg.circle("untold", x, y, 4.6);
                svg.path("refused", at + "m-3.2 3.2l6.4 -6.4");
            }
            case VIOLATION -> {
                svg.path("violation", at + "m0 -6l6.5 11h-13z");
                svg.text("on-badge middle", x, y + 4.2, "!");
            }
        }
    }

    /** A time with a beginning and an end. */
    void bar(TimelineItem.Mark mark, double x, double right, double y) {
        Box box = new Box(x, y - BAR / 2, right - x, BAR);
        switch (mark) {
            case WAIT, STUCK -> {
                svg.rect("wait", box, 2);
                hatch("wait-hatch", box);
                if (mark == TimelineItem.Mark.STUCK) {
                    mark(mark, right, y);
                }
            }
            case LANDED, LOST -> {
                svg.line(mark == TimelineItem.Mark.LOST ? "flight lost" : "flight", x, y, right, y);
                svg.circle("effect", x, y, 2.6);
                mark(mark, right, y);
            }
            case VIOLATION -> {
                svg.line("chain", x, y, right, y);
                svg.circle("chain-start", x, y, 4.2);
                mark(mark, right, y);
            }
            case TRANSFER -> svg.rect("transfer-bar", box, 1);
            case REFUSED -> {
                svg.rect("operation", box, 1);
                mark(mark, right, y);
            }
            case DONE, EFFECT, IN_FLIGHT, UNTOLD -> svg.rect("operation", box, 1);
        }
    }

    /** Ground for a text that stands on a line. */
    void ground(double x, double width, double y) {
        svg.rect("ground", new Box(x - 3, y - BAR / 2, width + 6, BAR), 0);
    }

    /** A state; its name is written where it fits. */
    void band(ObjectOutcome.State state, Box box, String name, String told) {
        boolean broken = !state.broken().isEmpty() || state.use() == ObjectOutcome.Use.CONTRADICTED;
        svg.begin("g", "class", "band").title(told);
        svg.rect("use " + styleClass(state.use()) + (broken ? " broken" : ""), box, 0);
        if (state.use() == ObjectOutcome.Use.CHANGING) {
            hatch("use-hatch", box);
        }
        drawName(box, name, broken);
        svg.end();
    }

    private void drawName(Box box, String name, boolean broken) {
        double size = LaneRows.textSize(broken);
        double room = box.width() - 8;
        if (room < NAME_LEAST && Label.width(name, size) > room) {
            return;
        }
        String shown = Label.fit(name, room, size);
        double width = Label.width(shown, size) + 8;
        for (double x = box.x(); x + width <= box.right() + 0.1; x += Math.max(width, SIGHT)) {
            svg.text("small" + (broken ? " alarm strong" : ""), x + 5, box.bottom() - 3.8, shown);
        }
    }

    static String styleClass(ObjectOutcome.Use use) {
        return switch (use) {
            case USABLE -> "use-usable";
            case IDLE -> "use-idle";
            case CONTRADICTED -> "use-contradicted";
            case CHANGING -> "use-changing";
            case DENIED -> "use-denied";
            case GONE -> "use-gone";
        };
    }

    private void hatch(String styleClass, Box box) {
        StringBuilder path = new StringBuilder();
        for (double x = box.x(); x < box.right(); x += HATCH) {
            double rise = Math.min(box.height(), box.right() - x);
            path.append('M')
                    .append(SvgWriter.number(x))
                    .append(' ')
                    .append(SvgWriter.number(box.bottom()))
                    .append('l')
                    .append(SvgWriter.number(rise))
                    .append(' ')
                    .append(SvgWriter.number(-rise));
        }
        if (path.length() > 0) {
            svg.path(styleClass, path.toString());
        }
    }
}
