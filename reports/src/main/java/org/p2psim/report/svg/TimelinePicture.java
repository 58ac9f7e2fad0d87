package org.p2psim.report.svg;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.p2psim.outcome.Event;
import org.p2psim.outcome.RunOutcome;
import org.p2psim.outcome.TransferOutcome;
import org.p2psim.platform.Errno;
import org.p2psim.unit.Ticks;

/** What happened, one row per object. */
public final class TimelinePicture {
    private static final double WIDTH = 1060;
    private static final double LABELS = 150;
    private static final double LEFT = 172;
    private static final double RIGHT = 1010;
    private static final double TOP = 16;
    private static final double ROW = 40;
    private static final double TEXT_SIZE = 10.5;
    private static final int MOST_LANES = 60;
    private static final int MOST_MARKS = 2_000;
    private static final int BINS = 160;

    /** Something to draw: an event, or a transfer that no event tells of. */
    private record Mark(
            long start, long end, String lane, String label, Event.Kind kind, boolean transfer, String told) {
        boolean instant() {
            return end == start;
        }
    }

    /** A text that takes up room in a row. */
    private record Taken(double from, double to, double y) {}

    private final SvgWriter svg;
    private final List<Mark> marks;
    private final Map<String, List<Mark>> lanes = new LinkedHashMap<>();
    private final Set<String> leftOut = new LinkedHashSet<>();
    private final boolean binned;
    private final TimeScale scale;

    private TimelinePicture(String idPrefix, RunOutcome run) {
        this.svg = new SvgWriter(idPrefix);
        this.marks = marks(run);
        this.binned = marks.size() > MOST_MARKS;
        for (Mark mark : marks) {
            if (lanes.containsKey(mark.lane()) || lanes.size() < MOST_LANES) {
                lanes.computeIfAbsent(mark.lane(), lane -> new ArrayList<>()).add(mark);
            } else {
                leftOut.add(mark.lane());
            }
        }
        this.scale = binned ? TimeScale.linear(last(run), LEFT, RIGHT) : TimeScale.of(instants(run), LEFT, RIGHT);
    }

    /**
     * Draws the events and transfers of a run.
     *
     * @param idPrefix unique on the page; the row of lane n, from 0, gets the id {@code prefix-lane-n}
     */
    public static String render(String idPrefix, RunOutcome run) {
        return new TimelinePicture(idPrefix, run).draw();
    }

    private static List<Mark> marks(RunOutcome run) {
        Map<String, TransferOutcome> arrived = run.transfers().stream()
                .filter(transfer -> transfer.bytes() > 0)
                .collect(Collectors.toMap(TransferOutcome::name, t -> t, (first, second) -> first));
        Set<String> told = run.events().stream().map(Event::lane).collect(Collectors.toSet());
        List<Mark> marks = new ArrayList<>();
        run.events().forEach(event -> marks.add(mark(event, Optional.ofNullable(arrived.get(event.lane())))));
        run.transfers().stream()
                .filter(transfer -> !told.contains(transfer.name()))
                .forEach(transfer -> marks.add(mark(transfer)));
        return marks;
    }

    private static Mark mark(Event event, Optional<TransferOutcome> ofLane) {
        Optional<TransferOutcome> transfer = ofLane.filter(t -> event.end() > event.start());
        String label = event.what()
                + event.errno().map(errno -> " " + errno).orElse("")
                + transfer.map(t -> " " + t.bandwidth()).orElse("");
        String told = times(event.start(), event.end()) + " " + Label.name(event.lane()) + ": " + label + "; "
                + Label.name(event.detail());
        return new Mark(event.start(), event.end(), event.lane(), label, event.kind(), transfer.isPresent(), told);
    }

    private static Mark mark(TransferOutcome transfer) {
        String label = transfer.operation() + " "
                + transfer.errno()
                        .map(Errno::toString)
                        .orElse(transfer.bandwidth().toString());
        return new Mark(
                transfer.start(),
                transfer.end(),
                transfer.name(),
                label,
                transfer.errno().isPresent() ? Event.Kind.REFUSED : Event.Kind.DONE,
                transfer.end() > transfer.start(),
                times(transfer.start(), transfer.end()) + " " + Label.name(transfer.name()) + ": " + label);
    }

    private static String times(long start, long end) {
        return start == end ? "at " + Ticks.format(start) : Ticks.format(start) + " to " + Ticks.format(end);
    }

    private List<Long> instants(RunOutcome run) {
        List<Long> instants = new ArrayList<>();
        instants.add(run.end());
        marks.forEach(mark -> {
            instants.add(mark.start());
            instants.add(mark.end());
        });
        return instants;
    }

    private long last(RunOutcome run) {
        return Math.max(run.end(), marks.stream().mapToLong(Mark::end).max().orElse(0));
    }

    private String draw() {
        if (marks.isEmpty()) {
            svg.text("quiet", 12, 22, "Nothing happened.");
            return svg.finish("Timeline", "Nothing happened.", WIDTH, 34);
        }
        double bottom = TOP + ROW * lanes.size();
        scale.draw(svg, TOP, bottom + 4);
        int row = 0;
        for (Map.Entry<String, List<Mark>> lane : lanes.entrySet()) {
            double y = TOP + ROW * row;
            svg.begin("g", "id", svg.id("lane-" + row), "class", "lane");
            svg.line("split", 10, y, RIGHT + 40, y);
            svg.fitted("strong", 12, y + ROW / 2 + 4, Label.name(lane.getKey()), LABELS, 12);
            if (binned) {
                drawBins(lane.getValue(), y + ROW / 2);
            } else {
                drawMarks(lane.getValue(), y + ROW / 2);
            }
            svg.end();
            row++;
        }
        double y = drawNotes(bottom + 42);
        y = drawKey(y);
        String told = marks.size() + " events and transfers of " + (lanes.size() + leftOut.size())
                + " objects; the table of events tells the same in words.";
        return svg.finish("Timeline", told, WIDTH, y);
    }

    private double drawNotes(double top) {
        List<String> notes = new ArrayList<>();
        if (scale.compressed()) {
            notes.add("Time is not to scale: the distance between neighbouring times grows with the logarithm of the"
                    + " time between them. Times are written at the axis.");
        }
        if (binned) {
            notes.add(marks.size() + " marks: each bar counts those that begin within 1/" + BINS
                    + " of the time, relative to the row's largest count; ×: one was refused, !: an invariant broke.");
        }
        if (!leftOut.isEmpty()) {
            notes.add(leftOut.size() + " more rows are not drawn.");
        }
        double y = top;
        for (String note : notes) {
            svg.text("small quiet", 12, y, note);
            y += 16;
        }
        return y;
    }

    private double drawKey(double y) {
        if (binned) {
            return y;
        }
        double x = 18;
        for (Event.Kind kind : Event.Kind.values()) {
            drawInstant(kind, x, y - 4);
            String word = word(kind);
            svg.text("small quiet", x + 11, y, word);
            x += 11 + Label.width(word, TEXT_SIZE) + 22;
        }
        return y + 12;
    }

    private static String word(Event.Kind kind) {
        return switch (kind) {
            case DONE -> "done";
            case REFUSED -> "refused";
            case EFFECT -> "followed from it";
            case WAIT -> "waited";
            case VIOLATION -> "an invariant broke";
        };
    }

    private void drawMarks(List<Mark> ofLane, double y) {
        List<Mark> sorted = ofLane.stream()
                .sorted(Comparator.comparing(Mark::instant).thenComparingLong(Mark::start))
                .toList();
        List<Taken> taken = new ArrayList<>();
        for (Mark mark : sorted) {
            double from = scale.x(mark.start());
            svg.begin("g", "class", "mark").title(mark.told());
            if (mark.instant()) {
                drawInstant(mark.kind(), from, y);
            } else {
                double width = Math.max(3, scale.x(mark.end()) - from);
                String fill = mark.kind() == Event.Kind.EFFECT ? "effect" : mark.transfer() ? "transfer" : "done";
                svg.rect(fill, new Box(from, y - 5, width, 10), 1);
                if (mark.kind() == Event.Kind.REFUSED || mark.kind() == Event.Kind.VIOLATION) {
                    drawInstant(mark.kind(), from + width, y);
                }
            }
            drawLabel(mark, from, y, taken);
            svg.end();
        }
    }

    /** Above the mark, or below it, or not at all where texts would run into each other. */
    private void drawLabel(Mark mark, double from, double middle, List<Taken> taken) {
        String label = Label.fit(mark.label(), 220, TEXT_SIZE);
        double width = Label.width(label, TEXT_SIZE);
        double x = Math.min(from - 3, WIDTH - 8 - width);
        for (double y : new double[] {middle - 8.5, middle + 16}) {
            boolean free = taken.stream().noneMatch(t -> t.y() == y && x < t.to() + 6 && t.from() < x + width + 6);
            if (free) {
                taken.add(new Taken(x, x + width, y));
                boolean alarm = mark.kind() == Event.Kind.REFUSED || mark.kind() == Event.Kind.VIOLATION;
                svg.text("small halo" + (alarm ? " alarm strong" : ""), x, y, label);
                return;
            }
        }
    }

    private void drawInstant(Event.Kind kind, double x, double y) {
        String at = "M" + SvgWriter.number(x) + " " + SvgWriter.number(y);
        switch (kind) {
            case DONE -> svg.circle("done", x, y, 4);
            case EFFECT, WAIT -> svg.circle("effect", x, y, 4);
            case REFUSED -> svg.path("refused", at + "m-4.5 -4.5l9 9m0 -9l-9 9");
            case VIOLATION -> {
                svg.path("violation", at + "m0 -6l6.5 11h-13z");
                svg.text("on-badge middle", x, y + 4.2, "!");
            }
        }
    }

    private void drawBins(List<Mark> ofLane, double middle) {
        TreeMap<Integer, List<Mark>> bins = new TreeMap<>();
        double binWidth = (RIGHT - LEFT) / BINS;
        for (Mark mark : ofLane) {
            int bin = Math.min(BINS - 1, (int) ((scale.x(mark.start()) - LEFT) / binWidth));
            bins.computeIfAbsent(bin, b -> new ArrayList<>()).add(mark);
        }
        int most = bins.values().stream().mapToInt(List::size).max().orElse(1);
        double floor = middle + ROW / 2 - 4;
        bins.forEach((bin, inBin) -> {
            Event.Kind worst = inBin.stream()
                    .map(Mark::kind)
                    .max(Comparator.comparingInt(TimelinePicture::gravity))
                    .orElseThrow();
            double height = Math.max(2, (ROW - 12) * inBin.size() / most);
            double x = LEFT + bin * binWidth;
            svg.begin("g", "class", "bin").title(inBin.size() + " marks, gravest: " + word(worst));
            svg.rect(
                    gravity(worst) > 0 ? "violation" : "done",
                    new Box(x + 0.5, floor - height, binWidth - 1, height),
                    0);
            if (gravity(worst) > 0) {
                svg.text(
                        "small alarm strong middle",
                        x + binWidth / 2,
                        floor - height - 2,
                        worst == Event.Kind.VIOLATION ? "!" : "×");
            }
            svg.end();
        });
    }

    private static int gravity(Event.Kind kind) {
        return switch (kind) {
            case DONE, EFFECT, WAIT -> 0;
            case REFUSED -> 1;
            case VIOLATION -> 2;
        };
    }
}
