package org.p2psim.report.svg;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.p2psim.outcome.Event;
import org.p2psim.outcome.InvariantOutcome;
import org.p2psim.outcome.LandingOutcome;
import org.p2psim.outcome.ObjectOutcome;
import org.p2psim.outcome.RunOutcome;
import org.p2psim.report.lifetime.Chain;
import org.p2psim.report.lifetime.Lifetimes;
import org.p2psim.unit.Ticks;

/**
 * What happened, one lane per object: its states as a band, operations, effects, waits and DMA above it. What broke comes
 * first, with a line from the event that made it possible to the moment it broke.
 */
public final class TimelinePicture {
    static final double LEFT = 184;
    private static final double RIGHT = 1010;
    private static final double MARGIN = 50;
    private static final double WIDEST = 7_000;
    private static final double FOR_EACH_INSTANT = 15;
    private static final double TOP = 8;
    private static final int MOST_LANES = 80;
    private static final int MOST_MARKS = 2_000;
    private static final int BINS = 160;
    private static final String BROKEN = "What broke";

    private final SvgWriter svg;
    private final RunOutcome run;
    private final Lifetimes lifetimes;
    private final List<DrawnLane> lanes = new ArrayList<>();
    private final int leftOut;
    private final int items;
    private final boolean binned;
    private final double right;
    private final TimeScale scale;
    private final double bottom;

    private TimelinePicture(String idPrefix, RunOutcome run) {
        this.svg = new SvgWriter(idPrefix);
        this.run = run;
        this.lifetimes = new Lifetimes(run);
        List<TimelineLane> all = new ArrayList<>(TimelineLanes.of(run));
        this.items = all.stream().mapToInt(lane -> lane.items().size()).sum();
        this.binned = items > MOST_MARKS;
        List<TimelineLane> shown = all.subList(0, Math.min(MOST_LANES, all.size()));
        this.leftOut = all.size() - shown.size();
        List<Long> instants = instants(all);
        long last = instants.stream().mapToLong(Long::longValue).max().orElse(0);
        TimeScale base = binned ? TimeScale.linear(last, LEFT, RIGHT) : TimeScale.of(instants, LEFT, RIGHT);
        double needed = Math.min(
                WIDEST, LEFT + FOR_EACH_INSTANT * instants.stream().distinct().count());
        boolean wide = !binned && !base.isRoomy() && needed > RIGHT;
        this.right = wide ? needed : RIGHT;
        this.scale = wide ? TimeScale.of(instants, LEFT, right) : base;
        this.bottom = arrange(shown);
    }

    /**
     * Draws the events, states, waits and DMA of a run.
     *
     * @param idPrefix unique on the page; the row of lane n, from 0, gets the id {@code prefix-lane-n}, the mark of event
     *     n the id {@code prefix-event-n}
     */
    public static String render(String idPrefix, RunOutcome run) {
        return new TimelinePicture(idPrefix, run).draw();
    }

    /** The names of the lanes once more, to stay in sight beside a picture that is scrolled. */
    public static String names(String idPrefix, RunOutcome run) {
        return new TimelinePicture(idPrefix, run).drawNames();
    }

    private static List<Long> instants(List<TimelineLane> lanes) {
        List<Long> instants = new ArrayList<>();
        for (TimelineLane lane : lanes) {
            lane.items().forEach(item -> {
                instants.add(item.start());
                instants.add(item.end());
            });
            lane.states().forEach(state -> {
                instants.add(state.start());
                instants.add(state.end());
            });
        }
        return instants;
    }

    private double arrange(List<TimelineLane> shown) {
        List<TimelineLane> all = new ArrayList<>();
        ImmutableList<TimelineItem> broken = broken();
        if (!broken.isEmpty() && !binned) {
            all.add(new TimelineLane(BROKEN, "", 0, List.of(), broken));
        }
        all.addAll(shown);
        Set<String> targets = run.landings().stream()
                .filter(landing -> !landing.where().equals(landing.dma()))
                .map(LandingOutcome::where)
                .collect(Collectors.toSet());
        double y = TOP;
        for (TimelineLane lane : all) {
            boolean target = !binned && targets.contains(lane.name());
            DrawnLane drawn = new DrawnLane(lane, scale, y, right + MARGIN - 6, binned, target);
            lanes.add(drawn);
            y += drawn.height();
        }
        return y;
    }

    private ImmutableList<TimelineItem> broken() {
        List<TimelineItem> broken = new ArrayList<>();
        for (Chain chain : Chain.of(run)) {
            InvariantOutcome.Violation violation = chain.invariant().violation().orElseThrow();
            long from = Math.min(chain.enabledBy().map(Event::start).orElse(violation.at()), violation.at());
            String label = "%s broke at %s%s%s"
                    .formatted(
                            chain.invariant().id(),
                            Ticks.format(violation.at()),
                            violation.expected() ? " (expected)" : "",
                            chain.enabledBy()
                                    .map(event ->
                                            ", made possible by " + Label.name(event.what() + " of " + event.lane()))
                                    .orElse(""));
            broken.add(new TimelineItem(
                    from,
                    violation.at(),
                    TimelineItem.Mark.VIOLATION,
                    label,
                    TimelineItem.NO_EVENT,
                    Label.name(chain.text())));
        }
        return broken.stream()
                .sorted((a, b) -> Long.compare(a.start(), b.start()))
                .collect(ImmutableList.toImmutableList());
    }

    private String draw() {
        if (lanes.isEmpty()) {
            svg.text("quiet", 12, 22, "Nothing happened.");
            return svg.finish("Timeline", "Nothing happened.", RIGHT + MARGIN, 34);
        }
        drawZones();
        double axis = scale.draw(svg, TOP, bottom + 4);
        if (!binned) {
            drawChainLines();
            drawLandingLines();
        }
        TimelineShapes shapes = new TimelineShapes(svg);
        for (int row = 0; row < lanes.size(); row++) {
            DrawnLane lane = lanes.get(row);
            svg.begin("g", "id", svg.id("lane-" + row), "class", "lane");
            svg.line("split", 10, lane.top(), right + MARGIN - 10, lane.top());
            lane.drawName(svg);
            lane.draw(svg, shapes, BINS);
            svg.end();
        }
        drawLandings(shapes);
        double y = drawNotes(axis + 22);
        y = new TimelineKey(svg, RIGHT + MARGIN)
                .draw(lanes.stream().map(DrawnLane::lane).toList(), binned, y);
        return svg.finish("Timeline", told(), right + MARGIN, y);
    }

    private String told() {
        String chains = Chain.of(run).stream().limit(4).map(Chain::text).collect(Collectors.joining(" "));
        return "%d events, transfers and landings of %d objects. %s The table of events tells the same in words."
                .formatted(items, lanes.size() + leftOut, Label.name(chains));
    }

    private String drawNames() {
        svg.rect("ground", new Box(0, 0, LEFT - 6, bottom + 2), 0);
        svg.rect("ground", new Box(0, bottom + 2, LEFT - 22, scale.labels()), 0);
        for (DrawnLane lane : lanes) {
            svg.line("split", 10, lane.top(), LEFT - 6, lane.top());
            lane.drawName(svg);
        }
        svg.line("axis", LEFT - 6, TOP, LEFT - 6, bottom + 2);
        return svg.finish("Lanes", "The names of the lanes.", LEFT - 5, bottom + 2 + scale.labels());
    }

    /** While a device is reset, everything that belongs to it is inside of the reset. */
    private void drawZones() {
        for (ObjectOutcome object : run.objects()) {
            if (object.kind() != ObjectOutcome.Kind.DEVICE) {
                continue;
            }
            List<String> family =
                    lifetimes.family(object).stream().map(ObjectOutcome::name).toList();
            List<DrawnLane> inside = lanes.stream()
                    .filter(lane -> family.contains(lane.lane().name()))
                    .toList();
            if (inside.isEmpty()) {
                continue;
            }
            double top = inside.get(0).top();
            double end = inside.stream().mapToDouble(DrawnLane::bottom).max().orElse(top);
            for (ObjectOutcome.State state : object.states()) {
                if (state.use() == ObjectOutcome.Use.CHANGING) {
                    double x = scale.x(state.start());
                    svg.rect("zone", new Box(x, top, Math.max(1, scale.x(state.end()) - x), end - top), 0);
                }
            }
        }
    }

    private Optional<DrawnLane> lane(String name) {
        return lanes.stream()
                .filter(lane ->
                        lane.lane().name().equals(name) && !lane.lane().name().equals(BROKEN))
                .findFirst();
    }

    /** From the event that made it possible up to its violation, and from there to where it broke. */
    private void drawChainLines() {
        if (!lanes.get(0).lane().name().equals(BROKEN)) {
            return;
        }
        for (Chain chain : Chain.of(run)) {
            InvariantOutcome.Violation violation = chain.invariant().violation().orElseThrow();
            double from = lanes.get(0).rowOf(Label.name(chain.text()));
            chain.enabledBy()
                    .flatMap(event ->
                            lane(event.lane()).map(lane -> lane.markOf(event.index(), scale.x(event.start()))))
                    .ifPresent(place -> svg.line("chain", place.x(), from, place.x(), place.y()));
            lifetimes
                    .event(violation.event())
                    .flatMap(event ->
                            lane(event.lane()).map(lane -> lane.markOf(event.index(), scale.x(event.start()))))
                    .ifPresent(place -> svg.line("chain", place.x(), from, place.x(), place.y()));
        }
    }

    private void drawLandingLines() {
        run.landings()
                .forEach(landing -> lane(landing.dma())
                        .ifPresent(dma -> lane(landing.where())
                                .filter(where -> where != dma)
                                .ifPresent(where -> {
                                    double x = scale.x(landing.until());
                                    svg.line("landing", x, dma.landingRow(landing), x, where.landingsMiddle());
                                })));
    }

    private void drawLandings(TimelineShapes shapes) {
        if (binned) {
            return;
        }
        run.landings()
                .forEach(landing -> lane(landing.where())
                        .filter(where ->
                                lane(landing.dma()).filter(dma -> dma != where).isPresent())
                        .ifPresent(where -> shapes.mark(
                                TimelineItem.Mark.of(landing.fate()),
                                scale.x(landing.until()),
                                where.landingsMiddle())));
    }

    private double drawNotes(double top) {
        List<String> notes = new ArrayList<>();
        if (scale.compressed()) {
            notes.add("Time is not to scale: the distance between neighbouring times grows with the logarithm of the"
                    + " time between them. Times are written at the axis.");
        }
        if (binned) {
            notes.add(items + " marks: each bar counts those that begin within 1/" + BINS
                    + " of the time, relative to the row's largest count; ×: one was refused, !: an invariant broke.");
        }
        if (leftOut > 0) {
            notes.add(leftOut + " more rows are not drawn.");
        }
        double y = top;
        for (String note : notes) {
            svg.text("small quiet", 12, y, note);
            y += 16;
        }
        return y;
    }
}
