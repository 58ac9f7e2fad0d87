package org.p2psim.report.trace;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.p2psim.outcome.Event;
import org.p2psim.outcome.InFlightOutcome;
import org.p2psim.outcome.LandingOutcome;
import org.p2psim.outcome.LinkUse;
import org.p2psim.outcome.ObjectOutcome;
import org.p2psim.outcome.RunOutcome;
import org.p2psim.outcome.TransferOutcome;
import org.p2psim.outcome.TransferOutcome.RouteHop;
import org.p2psim.report.lifetime.Lifetimes;
import org.p2psim.report.lifetime.Told;
import org.p2psim.unit.Bytes;
import org.p2psim.unit.Ticks;

/**
 * The tracks of a run: the timeline, objects and functions with the states that they go through and what happens to
 * them, who waits, the DMA of each function, and each direction of a link with what passes it.
 */
final class RunTracks {
    private static final String TIMELINE = "timeline";

    private final RunOutcome run;
    private final Lifetimes lifetimes;
    private final Map<String, Track> tracks = new LinkedHashMap<>();
    private final Map<String, TransferOutcome> transfers;

    private RunTracks(RunOutcome run, Lifetimes lifetimes) {
        this.run = run;
        this.lifetimes = lifetimes;
        this.transfers = run.transfers().stream()
                .collect(Collectors.toMap(
                        TransferOutcome::name, each -> each, (first, second) -> first, LinkedHashMap::new));
    }

    static ImmutableList<Track> of(RunOutcome run, Lifetimes lifetimes) {
        return new RunTracks(run, lifetimes).tracks();
    }

    private ImmutableList<Track> tracks() {
        track(TIMELINE);
        run.objects().forEach(this::addObject);
        run.events().forEach(this::addEvent);
        run.transfers().forEach(this::addTransfer);
        run.landings().forEach(this::addLanding);
        run.inFlight().forEach(this::addInFlight);
        run.transfers().forEach(this::addToLinks);
        return ImmutableList.copyOf(tracks.values());
    }

    private Track track(String name) {
        return tracks.computeIfAbsent(name, each -> new Track(each, false));
    }

    private Track object(String name) {
        return tracks.computeIfAbsent(name, each -> new Track(each, true));
    }

    private void addObject(ObjectOutcome object) {
        if (object.kind() == ObjectOutcome.Kind.DMA) {
            return;
        }
        for (ObjectOutcome.State state : object.states()) {
            object(object.name())
                    .add(new Mark(
                            state.start(),
                            state.end(),
                            state.name(),
                            "state",
                            Mark.NO_EVENT,
                            details(Map.of("broken", String.join(", ", state.broken())))));
        }
    }

    private void addEvent(Event event) {
        boolean operation = event.kind() == Event.Kind.DONE || event.kind() == Event.Kind.REFUSED;
        String name = operation
                ? "%s %s%s".formatted(event.what(), event.lane(), refusal(event))
                : event.kind() == Event.Kind.WAIT ? "waits for " + event.detail() : event.what();
        String where =
                operation ? TIMELINE : event.kind() == Event.Kind.WAIT ? event.lane() + " waits" : place(event.lane());
        track(where)
                .add(new Mark(
                        event.start(),
                        event.end(),
                        name,
                        event.kind().name().toLowerCase(Locale.ROOT),
                        event.index(),
                        details(ImmutableMap.of(
                                "of", operation ? "" : event.lane(),
                                "detail", event.detail(),
                                "operation", event.operation() == Event.NO_OPERATION ? "" : "" + event.operation()))));
    }

    private static String refusal(Event event) {
        return event.kind() == Event.Kind.REFUSED
                ? ": " + event.errno().map(Object::toString).orElse("refused")
                : "";
    }

    /** What happens to a DMA is shown with those of its function. */
    private String place(String lane) {
        TransferOutcome transfer = transfers.get(lane);
        return transfer == null ? lane : dma(transfer);
    }

    private static String dma(TransferOutcome transfer) {
        return transfer.initiator().isEmpty() ? "DMA" : transfer.initiator() + " DMA";
    }

    private void addTransfer(TransferOutcome transfer) {
        track(dma(transfer)).add(mark(transfer));
    }

    private static Mark mark(TransferOutcome transfer) {
        boolean moved = transfer.bytes() > 0;
        return new Mark(
                transfer.start(),
                transfer.end(),
                transfer.name(),
                "transfer",
                Mark.NO_EVENT,
                details(ImmutableMap.<String, String>builder()
                        .put("operation", transfer.operation())
                        .put("target", transfer.target())
                        .put("bytes", Bytes.format(transfer.bytes()))
                        .put("bandwidth", moved ? transfer.bandwidth().toString() : "")
                        .put(
                                "latency p50",
                                moved ? Ticks.format(transfer.latency().at(50)) : "")
                        .put(
                                "latency p99",
                                moved ? Ticks.format(transfer.latency().at(99)) : "")
                        .put("refused", transfer.errno().map(Object::toString).orElse(""))
                        .put("failures", transfer.failuresInWords().orElse(""))
                        .buildOrThrow()));
    }

    private void addLanding(LandingOutcome landing) {
        tlps(landing.dma())
                .add(new Mark(
                        landing.issued(),
                        landing.until(),
                        "%s: %s %s"
                                .formatted(
                                        landing.dma(),
                                        Told.amount(landing.tlps(), landing.bytes()),
                                        Told.fate(landing)),
                        landing.fate().name().toLowerCase(Locale.ROOT),
                        Mark.NO_EVENT,
                        details(Map.of("first landing", Ticks.format(landing.from()), "detail", landing.detail()))));
    }

    private Track tlps(String dma) {
        TransferOutcome transfer = transfers.get(dma);
        return track(transfer == null || transfer.initiator().isEmpty() ? "TLPs" : transfer.initiator() + " TLPs");
    }

    private void addInFlight(InFlightOutcome inFlight) {
        lifetimes
                .event(inFlight.event())
                .ifPresent(event -> tlps(inFlight.dma())
                        .add(new Mark(
                                event.start(),
                                event.start(),
                                "%s: %s in flight at %s of %s"
                                        .formatted(
                                                inFlight.dma(),
                                                Told.amount(inFlight.tlps(), inFlight.bytes()),
                                                event.what(),
                                                event.lane()),
                                "in flight",
                                Mark.NO_EVENT,
                                Map.of())));
    }

    /** A transfer passes its links from its start to its end, requests of reads on the way there. */
    private void addToLinks(TransferOutcome transfer) {
        List<String> passed = Stream.concat(transfer.requests().stream(), transfer.route().stream())
                .flatMap(hop ->
                        run.links().stream().filter(link -> isOn(link, hop)).map(RunTracks::name))
                .distinct()
                .toList();
        passed.forEach(link -> track(link).add(mark(transfer)));
    }

    private static boolean isOn(LinkUse link, RouteHop hop) {
        boolean sameWay = link.direction() == LinkUse.Direction.UPSTREAM
                ? hop.kind() == RouteHop.Kind.LINK_UP
                : hop.kind() == RouteHop.Kind.LINK_DOWN;
        return sameWay && hop.port().filter(link.port()::equals).isPresent();
    }

    /** A link and one of its directions. */
    static String name(LinkUse link) {
        return "link %s %s".formatted(link.name(), link.direction().name().toLowerCase(Locale.ROOT));
    }

    private static ImmutableMap<String, String> details(Map<String, String> all) {
        return all.entrySet().stream()
                .filter(entry -> !entry.getValue().isEmpty())
                .sorted(Map.Entry.comparingByKey())
                .collect(ImmutableMap.toImmutableMap(Map.Entry::getKey, Map.Entry::getValue));
    }
}
