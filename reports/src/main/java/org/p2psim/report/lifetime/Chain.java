package org.p2psim.report.lifetime;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.p2psim.outcome.Event;
import org.p2psim.outcome.InvariantOutcome;
import org.p2psim.outcome.ObjectOutcome;
import org.p2psim.outcome.ObjectOutcome.Kind;
import org.p2psim.outcome.ObjectOutcome.State;
import org.p2psim.outcome.ObjectOutcome.Use;
import org.p2psim.outcome.RunOutcome;
import org.p2psim.unit.Ticks;

/**
 * Why an invariant broke, from what broke back to what made it possible.
 *
 * @param broke what broke, when and at what: a sentence
 * @param because the states and missing notifications that it rests on: clauses
 * @param enabledBy the event that made it possible; empty if the outcome names none
 */
public record Chain(
        InvariantOutcome invariant,
        String broke,
        List<String> because,
        Optional<Event> enabledBy,
        String madePossible) {
    private static final int UNTOLD_NAMED = 3;

    public Chain {
        because = ImmutableList.copyOf(because);
    }

    /** The chains of all invariants that broke, those first that nobody expects. */
    public static ImmutableList<Chain> of(RunOutcome run) {
        Lifetimes lifetimes = new Lifetimes(run);
        ImmutableList<Untold> untold = lifetimes.untold();
        List<Chain> chains = new ArrayList<>();
        for (boolean good : new boolean[] {false, true}) {
            for (InvariantOutcome invariant : run.invariants()) {
                if (!invariant.held() && invariant.good() == good) {
                    chains.add(of(lifetimes, untold, invariant));
                }
            }
        }
        return ImmutableList.copyOf(chains);
    }

    private static Chain of(Lifetimes lifetimes, List<Untold> allUntold, InvariantOutcome invariant) {
        InvariantOutcome.Violation violation = invariant.violation().orElseThrow();
        String broke = "%s broke at %s%s: %s."
                .formatted(
                        invariant.id(),
                        Ticks.format(violation.at()),
                        times(violation),
                        withoutDot(
                                violation.detail().isEmpty()
                                        ? "not so: " + invariant.statement()
                                        : violation.detail()));
        Optional<Event> enabledBy =
                lifetimes.event(violation.enabledBy()).filter(event -> event.index() != violation.event());
        return new Chain(
                invariant,
                broke,
                because(lifetimes, allUntold, violation),
                enabledBy,
                enabledBy.map(event -> told(event, lifetimes)).orElse(""));
    }

    private static String times(InvariantOutcome.Violation violation) {
        String at = violation.objects().isEmpty() ? "" : " at " + String.join(", ", violation.objects());
        String times = violation.times() > 1 ? ", the first of %d times".formatted(violation.times()) : "";
        return at + times + (violation.expected() ? ", as the scenario expects" : "");
    }

    private static List<String> because(
            Lifetimes lifetimes, List<Untold> allUntold, InvariantOutcome.Violation violation) {
        Set<ObjectOutcome> concerned = new LinkedHashSet<>();
        violation.objects().forEach(name -> concerned.addAll(lifetimes.lineage(name)));
        lifetimes.event(violation.event()).ifPresent(event -> concerned.addAll(lifetimes.lineage(event.lane())));
        List<String> clauses = new ArrayList<>();
        List<Untold> untold = allUntold.stream()
                .filter(each -> concerned.contains(each.taken()) || concerned.contains(each.attachment()))
                .filter(each -> each.state().start() <= violation.at()
                        && violation.at() <= each.state().end())
                .toList();
        for (ObjectOutcome object : concerned) {
            Lifetimes.state(object, violation.at())
                    .filter(state -> tells(object, state))
                    .filter(state -> state.use() != Use.USABLE
                            || untold.stream()
                                    .noneMatch(each -> each.attachment().equals(object)))
                    .ifPresent(state -> clauses.add(clause(object, state, violation.at())));
        }
        untold.stream().limit(UNTOLD_NAMED).forEach(each -> clauses.add(each.clause()));
        if (untold.size() > UNTOLD_NAMED) {
            clauses.add("%d more stayed mapped without a notify".formatted(untold.size() - UNTOLD_NAMED));
        }
        return clauses;
    }

    /** What is as it should be explains nothing, but that something was still mapped may. */
    private static boolean tells(ObjectOutcome object, State state) {
        return !state.broken().isEmpty()
                || state.use() == Use.CONTRADICTED
                || state.use() == Use.CHANGING
                || state.use() == Use.DENIED
                || state.use() == Use.GONE
                || object.kind() == Kind.ATTACHMENT && state.use() == Use.USABLE;
    }

    private static String clause(ObjectOutcome object, State state, long at) {
        String broken = state.broken().isEmpty() ? "" : " (%s broken)".formatted(String.join(", ", state.broken()));
        String until = state.use() == Use.CHANGING && state.end() > at
                ? " from %s to %s".formatted(Ticks.format(state.start()), Ticks.format(state.end()))
                : " since " + Ticks.format(state.start());
        return "%s was \"%s\"%s%s".formatted(object.name(), state.name(), broken, until);
    }

    /** What follows from a line of the timeline is told with that line: a restore of buf by the reset of n0. */
    private static String told(Event event, Lifetimes lifetimes) {
        if (event.operation() == Event.NO_OPERATION) {
            return told(event);
        }
        String line = lifetimes
                .operation(event.operation())
                .filter(operation -> operation.index() != event.index())
                .filter(operation -> !operation.what().equals(event.what())
                        || !operation.lane().equals(event.lane()))
                .map(operation -> ", which follows from %s".formatted(told(operation)))
                .orElse("");
        return "operation %d, %s%s".formatted(event.operation(), told(event), line);
    }

    private static String told(Event event) {
        return "%s of %s at %s".formatted(event.what(), event.lane(), Ticks.format(event.start()));
    }

    /** All of it as one text. */
    public String text() {
        StringBuilder text = new StringBuilder(broke);
        if (!because.isEmpty()) {
            text.append(" Because ").append(String.join("; ", because)).append('.');
        }
        enabledBy.ifPresent(
                event -> text.append(" Made possible by ").append(madePossible).append('.'));
        return text.toString();
    }

    private static String withoutDot(String sentence) {
        return sentence.endsWith(".") ? sentence.substring(0, sentence.length() - 1) : sentence;
    }
}
