package org.p2psim.report.svg;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.p2psim.outcome.Event;
import org.p2psim.outcome.InFlightOutcome;
import org.p2psim.outcome.LandingOutcome;
import org.p2psim.outcome.ObjectOutcome;
import org.p2psim.outcome.RunOutcome;
import org.p2psim.outcome.TransferOutcome;
import org.p2psim.outcome.WaitOutcome;
import org.p2psim.platform.Errno;
import org.p2psim.report.lifetime.Lifetimes;
import org.p2psim.report.lifetime.Told;
import org.p2psim.report.lifetime.Untold;
import org.p2psim.unit.Ticks;

/** The lanes of a run: each object below the one that it belongs to, then whatever else something happened to. */
final class TimelineLanes {
    private final RunOutcome run;
    private final Lifetimes lifetimes;
    private final Map<String, List<TimelineItem>> items = new LinkedHashMap<>();

    private TimelineLanes(RunOutcome run) {
        this.run = run;
        this.lifetimes = new Lifetimes(run);
    }

    static ImmutableList<TimelineLane> of(RunOutcome run) {
        return new TimelineLanes(run).lanes();
    }

    private ImmutableList<TimelineLane> lanes() {
        Map<String, Integer> depths = depths();
        depths.keySet().forEach(name -> items.put(name, new ArrayList<>()));
        addEvents();
        addTransfers();
        run.landings().forEach(this::addLanding);
        run.inFlight().forEach(this::addInFlight);
        lifetimes.untold().forEach(this::addUntold);
        return items.entrySet().stream()
                .map(entry -> lane(entry.getKey(), depths.getOrDefault(entry.getKey(), 0), entry.getValue()))
                .collect(ImmutableList.toImmutableList());
    }

    private TimelineLane lane(String name, int depth, List<TimelineItem> ofLane) {
        Optional<ObjectOutcome> object = lifetimes.object(name);
        return new TimelineLane(
                name,
                object.map(each -> word(each.kind())).orElse(""),
                depth,
                object.map(ObjectOutcome::states).orElse(ImmutableList.of()),
                ofLane.stream()
                        .sorted(Comparator.comparingLong(TimelineItem::start))
                        .collect(ImmutableList.toImmutableList()));
    }

    private static String word(ObjectOutcome.Kind kind) {
        return switch (kind) {
            case DEVICE -> "device";
            case MEMORY -> "memory";
            case DMA_BUF -> "dma-buf";
            case ATTACHMENT -> "attachment";
            case MEMORY_REGION -> "MR";
            case QUEUE_PAIR -> "QP";
            case DMA -> "DMA";
            case OTHER -> "";
        };
    }

    /** Objects in the order of the picture. */
    private Map<String, Integer> depths() {
        Map<String, Integer> depths = new LinkedHashMap<>();
        run.objects().stream()
                .filter(object -> object.parent().flatMap(lifetimes::object).isEmpty())
                .forEach(root -> lifetimes
                        .family(root)
                        .forEach(each -> depths.putIfAbsent(
                                each.name(), lifetimes.lineage(each.name()).size() - 1)));
        run.objects().forEach(object -> depths.putIfAbsent(object.name(), 0));
        return depths;
    }

    private void add(String lane, TimelineItem item) {
        items.computeIfAbsent(lane, name -> new ArrayList<>()).add(item);
    }

    private void addEvents() {
        Map<String, TransferOutcome> arrived = run.transfers().stream()
                .filter(transfer -> transfer.bytes() > 0)
                .collect(Collectors.toMap(TransferOutcome::name, t -> t, (first, second) -> first));
        Map<Integer, WaitOutcome> waits = run.waits().stream()
                .collect(Collectors.toMap(WaitOutcome::event, wait -> wait, (first, second) -> first));
        for (Event event : run.events()) {
            Optional<TransferOutcome> transfer =
                    Optional.ofNullable(arrived.get(event.lane())).filter(t -> event.end() > event.start());
            String label = Optional.ofNullable(waits.get(event.index()))
                    .map(wait -> label(wait, event))
                    .orElseGet(() -> event.what()
                            + event.errno().map(errno -> " " + errno).orElse("")
                            + transfer.map(t -> " " + t.bandwidth()).orElse(""));
            TimelineItem.Mark mark = transfer.isPresent() && event.kind() == Event.Kind.DONE
                    ? TimelineItem.Mark.TRANSFER
                    : stuck(waits, event) ? TimelineItem.Mark.STUCK : TimelineItem.Mark.of(event.kind());
            add(
                    laneOf(event),
                    item(event.start(), event.end(), mark, label, event.index(), event.lane(), event.detail()));
        }
    }

    /** A wait of a line of the timeline is drawn where the line is. */
    private String laneOf(Event event) {
        return event.kind() != Event.Kind.WAIT || lifetimes.object(event.lane()).isPresent()
                ? event.lane()
                : lifetimes.operation(event.operation()).map(Event::lane).orElse(event.lane());
    }

    private static boolean stuck(Map<Integer, WaitOutcome> waits, Event event) {
        return Optional.ofNullable(waits.get(event.index()))
                .filter(wait -> !wait.finished())
                .isPresent();
    }

    private static String label(WaitOutcome wait, Event event) {
        return "waits for %s by %s, %s".formatted(Told.kind(wait.kind()), Told.blockers(wait), Told.took(wait, event));
    }

    private void addTransfers() {
        Set<String> told = run.events().stream().map(Event::lane).collect(Collectors.toSet());
        for (TransferOutcome transfer : run.transfers()) {
            if (told.contains(transfer.name())) {
                continue;
            }
            String label = transfer.operation() + " "
                    + transfer.errno()
                            .map(Errno::toString)
                            .orElse(transfer.bandwidth().toString());
            TimelineItem.Mark mark = transfer.errno().isPresent()
                    ? TimelineItem.Mark.REFUSED
                    : transfer.end() > transfer.start() ? TimelineItem.Mark.TRANSFER : TimelineItem.Mark.DONE;
            add(
                    transfer.name(),
                    item(transfer.start(), transfer.end(), mark, label, TimelineItem.NO_EVENT, transfer.name(), ""));
        }
    }

    private void addLanding(LandingOutcome landing) {
        add(
                landing.dma(),
                item(
                        landing.issued(),
                        landing.until(),
                        TimelineItem.Mark.of(landing.fate()),
                        "%s %s".formatted(Told.amount(landing.tlps(), landing.bytes()), Label.name(Told.fate(landing))),
                        TimelineItem.NO_EVENT,
                        landing.dma(),
                        landing.detail()));
    }

    private void addInFlight(InFlightOutcome inFlight) {
        Optional<Event> revocation = lifetimes.event(inFlight.event());
        String label = "%s in flight at %s; %s"
                .formatted(
                        Told.amount(inFlight.tlps(), inFlight.bytes()),
                        revocation
                                .map(event -> event.what() + " of " + Label.name(event.lane()))
                                .orElse("the revocation"),
                        Told.landed(inFlight, revocation));
        revocation.ifPresent(event -> add(
                inFlight.dma(),
                item(
                        event.start(),
                        event.start(),
                        TimelineItem.Mark.IN_FLIGHT,
                        label,
                        TimelineItem.NO_EVENT,
                        inFlight.dma(),
                        "")));
    }

    private void addUntold(Untold untold) {
        long at = untold.state().start();
        add(
                untold.attachment().name(),
                item(
                        at,
                        at,
                        TimelineItem.Mark.UNTOLD,
                        "no notify, still mapped",
                        TimelineItem.NO_EVENT,
                        untold.attachment().name(),
                        untold.clause()));
    }

    private static TimelineItem item(
            long start, long end, TimelineItem.Mark mark, String label, int event, String lane, String detail) {
        String times = start == end ? "at " + Ticks.format(start) : Ticks.format(start) + " to " + Ticks.format(end);
        String told = "%s %s: %s%s"
                .formatted(times, Label.name(lane), label, detail.isEmpty() ? "" : "; " + Label.name(detail));
        return new TimelineItem(start, end, mark, label, event, told);
    }
}
