package org.p2psim.run.expect;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.p2psim.outcome.Event;
import org.p2psim.run.watch.InvariantWatch;
import org.p2psim.run.watch.Recorder;
import org.p2psim.scenario.Expectation;
import org.p2psim.unit.Ticks;

/** Which invariants broke, and that none did. */
final class InvariantExpectations {
    private final Recorder recorder;
    private final InvariantWatch watch;

    InvariantExpectations(Recorder recorder, InvariantWatch watch) {
        this.recorder = recorder;
        this.watch = watch;
    }

    Finding none(Expectation.Invariants expected) {
        List<String> broken = watch.breaks().stream()
                .map(found -> found.invariant().id())
                .distinct()
                .toList();
        return new Finding()
                .found(broken.isEmpty() ? "all held" : "broken: " + String.join(", ", broken))
                .require(broken.isEmpty() == expected.noInvariantBroken());
    }

    Finding broken(Expectation.Broken expected) {
        List<InvariantWatch.Break> found = watch.breaks().stream()
                .filter(each -> each.invariant() == expected.broken())
                .toList();
        Optional<InvariantWatch.Break> matching =
                found.stream().filter(each -> matches(expected, each)).findFirst();
        String told = matching.map(this::told)
                .orElseGet(() -> found.isEmpty()
                        ? "held"
                        : found.stream().map(this::told).collect(Collectors.joining("; ")));
        return new Finding().found(told).require(matching.isPresent());
    }

    private String told(InvariantWatch.Break found) {
        return "%s at %s by %s, enabled by %s"
                .formatted(found.object(), Ticks.format(found.at()), name(found.by()), name(found.enabledBy()));
    }

    private String name(int event) {
        return event < 0
                ? "nothing"
                : recorder.event(event).what() + " " + recorder.event(event).lane();
    }

    private int operation(int event) {
        return event < 0 ? Event.NO_OPERATION : recorder.event(event).operation();
    }

    /** Whether an invariant broke in the way that is expected. */
    boolean matches(Expectation.Broken expected, InvariantWatch.Break found) {
        return found.invariant() == expected.broken()
                && expected.at().orElse(found.at()) == found.at()
                && expected.event().map(name(found.by())::equals).orElse(true)
                && expected.operation()
                        .map(line -> line.number().orElseThrow() == operation(found.by()))
                        .orElse(true)
                && expected.enabledBy()
                        .map(line -> line.number().orElseThrow() == operation(found.enabledBy()))
                        .orElse(true);
    }
}
