package org.p2psim.report.svg;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import org.p2psim.outcome.Event;
import org.p2psim.unit.Ticks;

/**
 * Events by lane. Set-up takes microseconds and a transfer milliseconds, so gaps between events are drawn by their
 * logarithm: the order is exact, lengths are not.
 */
public final class TimelinePicture {
    private static final int EVENTS_MAX = 2_000;
    private static final double LANE = 30;
    private static final double TOP = 24;
    private static final double RIGHT = 70;
    private static final double GAP_MIN = 24;
    private static final double GAP_PER_DECADE = 14;
    private static final double WIDTH_MIN = 560;
    private static final double WIDTH_MAX = 1_200;
    private static final double NAME_SIZE = 11.5;

    private final List<Event> events;
    private final ImmutableList<String> lanes;
    private final Map<Long, Double> positions;
    private final double left;
    private final double width;

    private TimelinePicture(List<Event> all) {
        this.events = all.subList(0, Math.min(EVENTS_MAX, all.size()));
        this.lanes = events.stream()
                .map(Event::lane)
                .collect(ImmutableSet.toImmutableSet())
                .asList();
        double widest = lanes.stream()
                .mapToDouble(lane -> Lettering.width(lane, NAME_SIZE))
                .max()
                .orElse(0);
        this.left = Math.min(180, Math.max(60, widest + 16));
        this.positions = positions();
        this.width = positions.values().stream().mapToDouble(x -> x).max().orElse(left) + RIGHT;
    }

    /** How many of some events the picture shows; the table has them all. */
    public static int shown(List<Event> events) {
        return Math.min(EVENTS_MAX, events.size());
    }

    public static String draw(String id, String title, List<Event> events) {
        return new TimelinePicture(events).drawn(id, title);
    }

    private Map<Long, Double> positions() {
        TreeSet<Long> times = new TreeSet<>();
        for (Event event : events) {
            times.add(event.start());
            times.add(event.end());
        }
        Map<Long, Double> raw = new TreeMap<>();
        double x = 0;
        long before = times.isEmpty() ? 0 : times.first();
        for (long time : times) {
            double nanoseconds = (time - before) / (double) Ticks.PER_NANOSECOND;
            x += time == before ? 0 : GAP_MIN + GAP_PER_DECADE * Math.log10(1 + nanoseconds);
            raw.put(time, x);
            before = time;
        }
        double room = Math.min(WIDTH_MAX, Math.max(WIDTH_MIN, x + left + RIGHT)) - left - RIGHT - 12;
        double scale = x == 0 ? 1 : room / x;
        Map<Long, Double> placed = new HashMap<>();
        raw.forEach((time, at) -> placed.put(time, left + 12 + at * scale));
        return placed;
    }

    private String drawn(String id, String title) {
        double height = TOP + lanes.size() * LANE + 4;
        Svg svg = Svg.picture(
                id,
                "timeline",
                width,
                height,
                title,
                events.size() + " events; the table after the picture lists them.");
        axis(svg, height);
        for (int i = 0; i < lanes.size(); i++) {
            double y = TOP + (i + 1) * LANE;
            svg.line(0, y, width, y, "grid");
            svg.text(2, y - LANE / 2 + 4, "name", Lettering.fitted(lanes.get(i), NAME_SIZE, left - 8));
        }
        for (Event event : events) {
            if (event.kind() == Event.Kind.VIOLATION) {
                svg.line(x(event.start()), TOP, x(event.start()), height - 4, "violation-line");
            }
        }
        Map<String, Double> labelled = new HashMap<>();
        for (Event event : events) {
            event(svg, id, event, labelled);
        }
        return svg.done();
    }

    private void axis(Svg svg, double height) {
        double free = 0;
        for (long time : new TreeSet<>(positions.keySet())) {
            double x = x(time);
            svg.line(x, TOP - 4, x, height - 4, "grid");
            String label = Ticks.format(time);
            double half = Lettering.width(label, 10) / 2;
            if (x - half >= free) {
                svg.leaf("text", label, "x", x, "y", TOP - 9, "text-anchor", "middle", "class", "time");
                free = x + half + 6;
            }
        }
    }

    private void event(Svg svg, String id, Event event, Map<String, Double> labelled) {
        double y = TOP + lanes.indexOf(event.lane()) * LANE + LANE / 2;
        double from = x(event.start());
        double to = x(event.end());
        svg.open("g", "id", id + "-e" + event.index(), "class", "event " + cssClass(event));
        svg.leaf(
                "title",
                "%d. %s %s%s: %s"
                        .formatted(
                                event.index(),
                                Ticks.format(event.start()),
                                event.what(),
                                event.errno().map(errno -> " " + errno).orElse(""),
                                event.detail()));
        if (to > from) {
            svg.empty("rect", "x", from, "y", y - 5, "width", Math.max(2, to - from), "height", 14, "rx", 2);
        } else {
            svg.empty("path", "d", mark(event, from, y + 2));
        }
        label(svg, event, from, to, y, labelled);
        svg.close();
    }

    /** The word beside or in a mark, left out where it would run into the one before; the table has it. */
    private void label(Svg svg, Event event, double from, double to, double y, Map<String, Double> labelled) {
        String word = event.errno().map(Object::toString).orElse(event.what());
        double size = 10;
        boolean inside = to - from > Lettering.width(word, size) + 8;
        double x = inside ? from + 5 : Math.max(from, to) + 8;
        double free = Objects.requireNonNull(labelled.getOrDefault(event.lane(), 0.0));
        double next = events.stream()
                .filter(other -> other.lane().equals(event.lane()) && other.start() > event.end())
                .mapToDouble(other -> x(other.start()) - 6)
                .min()
                .orElse(width);
        if (x < free || x + Lettering.width(word, size) * 0.9 > next) {
            return;
        }
        svg.text(x, y + 6, inside ? "inside" : "beside", word);
        labelled.put(event.lane(), x + Lettering.width(word, size));
    }

    private static String mark(Event event, double x, double y) {
        String at = "M%s %s".formatted(Svg.number(x), Svg.number(y));
        return switch (event.kind()) {
            case DONE -> at + "m0 -6l6 6l-6 6l-6 -6z";
            case EFFECT -> at + "m-4 -4h8v8h-8z";
            case REFUSED -> at + "m-5 -5l10 10m0 -10l-10 10";
            case VIOLATION -> at + "m0 -7l7 12h-14z";
        };
    }

    private static String cssClass(Event event) {
        return switch (event.kind()) {
            case DONE -> "done";
            case REFUSED -> "refused";
            case EFFECT -> "effect";
            case VIOLATION -> "violation";
        };
    }

    private double x(long time) {
        return Objects.requireNonNull(positions.get(time));
    }
}
