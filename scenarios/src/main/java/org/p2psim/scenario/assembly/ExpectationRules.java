package org.p2psim.scenario.assembly;

import java.util.List;
import java.util.stream.Stream;
import org.p2psim.scenario.CpuOperation.Poll;
import org.p2psim.scenario.Expectation;
import org.p2psim.scenario.Expectation.LineName;
import org.p2psim.scenario.Finding;
import org.p2psim.scenario.Operation;
import org.p2psim.scenario.Scenario;

/** What the expectations name must be made by the timeline. */
final class ExpectationRules {
    private final Scenario scenario;
    private final Timeline timeline;
    private final Made made;
    private final DeviceRoles roles;
    private final List<Finding> findings;
    private final EventNames events;

    ExpectationRules(Scenario scenario, Timeline timeline, Made made, DeviceRoles roles, List<Finding> findings) {
        this.scenario = scenario;
        this.timeline = timeline;
        this.made = made;
        this.roles = roles;
        this.findings = findings;
        this.events = new EventNames(made, scenario.devices().keySet(), findings);
    }

    void check(Expectation expectation, String pointer) {
        if (expectation instanceof Expectation.P2p expected) {
            pair(expected, pointer);
        } else if (expectation instanceof Expectation.Mr expected) {
            made.refer(Made.Kind.MR, expected.mr(), pointer);
            expected.sameKeyAs().ifPresent(mr -> made.refer(Made.Kind.MR, mr, pointer, "/same-key-as"));
            expected.otherKeyThan().ifPresent(mr -> made.refer(Made.Kind.MR, mr, pointer, "/other-key-than"));
        } else if (expectation instanceof Expectation.Qp expected) {
            made.refer(Made.Kind.QP, expected.qp(), pointer);
        } else if (expectation instanceof Expectation.DmaBuf expected) {
            made.refer(Made.Kind.DMA_BUF, expected.dmaBuf(), pointer);
        } else if (expectation instanceof Expectation.Attachment expected) {
            made.refer(Made.Kind.ATTACHMENT, expected.attachment(), pointer);
        } else if (expectation instanceof Expectation.Handle expected) {
            made.refer(Made.Kind.HANDLE, expected.handle(), pointer);
        } else if (expectation instanceof Expectation.Device expected) {
            roles.known(expected.device(), pointer + "/device");
        } else {
            happened(expectation, pointer);
        }
    }

    private void happened(Expectation expectation, String pointer) {
        if (expectation instanceof Expectation.Dma expected) {
            made.refer(Made.Kind.DMA, expected.dma(), pointer);
            expected.landedIn().keySet().stream()
                    .filter(place -> !place.equals(Expectation.Dma.ELSEWHERE))
                    .forEach(
                            place -> made.refer(Made.Kind.DMA_BUF, place, pointer, "/landed-in" + Finding.step(place)));
        } else if (expectation instanceof Expectation.Line expected) {
            line(expected.operation(), pointer + "/operation");
            if (expected.gives().isPresent() && named(expected.operation()).anyMatch(op -> !(op instanceof Poll))) {
                findings.add(Finding.at(pointer + "/gives", "operation", "only a poll gives events"));
            }
            if (expected.endsAfter().orElse(0) > expected.endsBefore().orElse(Long.MAX_VALUE)) {
                findings.add(Finding.at(pointer + "/ends-after", "operation", "ends-after is later than ends-before"));
            }
        } else if (expectation instanceof Expectation.Broken expected) {
            expected.operation().ifPresent(line -> line(line, pointer + "/operation"));
            expected.enabledBy().ifPresent(line -> line(line, pointer + "/enabled-by"));
            expected.event().ifPresent(event -> events.check(event, pointer + "/event"));
        } else if (expectation instanceof Expectation.Sg expected && !made.has(Made.Kind.MR, expected.sg())) {
            made.refer(Made.Kind.ATTACHMENT, expected.sg(), pointer, "/sg");
        } else {
            events(expectation, pointer);
        }
    }

    private void events(Expectation expectation, String pointer) {
        if (expectation instanceof Expectation.Count expected) {
            events.check(expected.count(), pointer + "/count");
            if (expected.from().orElse(0) > expected.until().orElse(Long.MAX_VALUE)) {
                findings.add(Finding.at(pointer + "/from", "count", "from is later than until"));
            }
        } else if (expectation instanceof Expectation.Order expected) {
            for (int i = 0; i < expected.order().size(); i++) {
                events.check(expected.order().get(i), pointer + "/order/" + i);
            }
        }
    }

    private void pair(Expectation.P2p expected, String pointer) {
        for (int i = 0; i < expected.p2p().size(); i++) {
            String name = expected.p2p().get(i);
            if (!scenario.fabric().listedEndpoints().contains(name)) {
                String at = pointer + "/p2p/" + i;
                roles.known(name, at)
                        .filter(device -> !device.isFunction())
                        .ifPresent(device -> findings.add(
                                Finding.at(at, "no-function", "\"%s\" is no PCI function".formatted(name))));
            }
        }
    }

    private Stream<Operation> named(LineName name) {
        return name.number().isPresent()
                ? timeline.line(name.number().getAsInt()).stream()
                        .mapToObj(line -> timeline.operations().get(line))
                : timeline.operations().stream().filter(each -> each.id().equals(name.id()));
    }

    private void line(LineName name, String pointer) {
        if (name.number().isPresent() && timeline.line(name.number().getAsInt()).isEmpty()) {
            int lines = timeline.listed();
            String message = name.number().getAsInt() < lines
                    ? "what is repeated is named by the ids of its lines, as in unmap-1"
                    : lines == 0
                            ? "the timeline has no lines"
                            : "the timeline has %d lines, counted from 0".formatted(lines);
            findings.add(Finding.at(pointer, "unknown-operation", message));
        }
        name.id().ifPresent(id -> made.refer(Made.Kind.LINE, id, pointer, ""));
    }
}
