package org.p2psim.run.expect;

import com.google.common.collect.ImmutableSet;
import java.util.List;
import java.util.Optional;
import org.p2psim.outcome.Event;
import org.p2psim.run.engine.Engine;
import org.p2psim.run.kernel.Line;
import org.p2psim.run.replay.Replay;
import org.p2psim.run.watch.Recorder;
import org.p2psim.scenario.Expectation;
import org.p2psim.unit.Ticks;

/** What happened when: how lines of the timeline ended, in which order events came, and how often. */
final class EventExpectations {
    private final Engine engine;
    private final Replay replay;
    private final Recorder recorder;

    EventExpectations(Engine engine, Replay replay, Recorder recorder) {
        this.engine = engine;
        this.replay = replay;
        this.recorder = recorder;
    }

    Finding line(Expectation.Line expected) {
        Optional<Line> begun =
                replay.kernel().line(expected.operation().number().orElseThrow());
        if (begun.isEmpty()) {
            return new Finding().found("not begun").require(false);
        }
        Line line = begun.get();
        Expectation.LineState state = line.end().isEmpty()
                ? Expectation.LineState.WAITING
                : line.isRefused() ? Expectation.LineState.REFUSED : Expectation.LineState.DONE;
        Finding finding = new Finding().found(line.what() + " " + line.lane());
        if (expected.is().isPresent()) {
            finding.is(expected.is(), state);
        }
        finding.errno(expected.errno(), line.errno());
        expected.gives()
                .ifPresent(events -> finding.found(
                                "gives " + line.gives().map(Object::toString).orElse("nothing"))
                        .require(line.gives().equals(Optional.of(ImmutableSet.copyOf(events)))));
        boolean over = line.end().isPresent();
        long end = line.end().orElse(engine.now());
        if (expected.ends().isPresent()
                || expected.endsAfter().isPresent()
                || expected.endsBefore().isPresent()) {
            finding.found(over ? "ends at " + Ticks.format(end) : "does not end")
                    .require(over);
        }
        expected.ends().ifPresent(at -> finding.require(end == at));
        expected.endsAfter().ifPresent(at -> finding.require(end >= at));
        expected.endsBefore().ifPresent(at -> finding.require(end <= at));
        return finding;
    }

    /** An attachment of the timeline may go by its own name, too. */
    private boolean is(Event event, String expected) {
        String lane = expected.substring(expected.lastIndexOf(' ') + 1);
        return isNamed(event, expected)
                || replay.handles()
                        .attachment(lane)
                        .filter(attachment -> isNamed(
                                event, expected.substring(0, expected.length() - lane.length()) + attachment.name()))
                        .isPresent();
    }

    private static boolean isNamed(Event event, String name) {
        return name.equals(event.what() + " " + event.lane());
    }

    Finding order(Expectation.Order expected) {
        List<Event> events = recorder.events();
        int found = 0;
        for (Event event : events) {
            if (found < expected.order().size() && is(event, expected.order().get(found))) {
                found++;
            }
        }
        if (found == expected.order().size()) {
            return new Finding().found("in this order");
        }
        String missing = expected.order().get(found);
        boolean elsewhere = events.stream().anyMatch(event -> is(event, missing));
        return new Finding()
                .found("%s %s".formatted(missing, elsewhere ? "comes too early" : "never happens"))
                .require(false);
    }

    /** Lines of the timeline count only where nothing follows from one that is called the same. */
    Finding count(Expectation.Count expected) {
        List<Event> named = recorder.events().stream()
                .filter(event -> is(event, expected.count()))
                .toList();
        boolean effects = named.stream().anyMatch(event -> event.kind() == Event.Kind.EFFECT);
        long count = named.stream()
                .filter(event -> !effects || event.kind() == Event.Kind.EFFECT)
                .filter(event -> event.start() >= expected.from().orElse(0)
                        && event.start() <= expected.until().orElse(Long.MAX_VALUE))
                .count();
        return new Finding().found(count + " time(s)").require(count == expected.is());
    }
}
