package org.p2psim.run.explore;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.p2psim.outcome.ExplorationOutcome.Shortest;
import org.p2psim.run.Simulation;
import org.p2psim.scenario.Operation;
import org.p2psim.scenario.Plan;
import org.p2psim.scenario.yaml.TimelineWriter;

/**
 * Takes operations out of a timeline for as long as an invariant still breaks: large parts first, then one by one, then
 * two at once, for those that are only needed together. What would break without the kernel's mistakes as well says
 * nothing about them: a device that somebody uses who has not opened it.
 */
final class Shrinker {
    /** How many interleavings of a shorter timeline are tried before it is taken not to show the violation. */
    private static final int TRIES = 16;

    private final Simulation.Bench bench;
    private final Plan plan;
    private final Plan right;
    private final String invariant;
    private boolean hangsOnMistakes;

    Shrinker(Simulation simulation, Plan plan, String invariant) {
        this.bench = simulation.bench(plan);
        this.plan = plan;
        this.right = plan.withBugs(Set.of(), "without mistakes");
        this.invariant = invariant;
    }

    /** The shortest timeline that is found; empty if what broke does not break again with the operations in place. */
    Optional<Shortest> shortest(Interleaving broken) {
        ImmutableList<Operation> whole = ImmutableList.copyOf(broken.of(plan).timeline());
        hangsOnMistakes = !breaks(right.withTimeline(whole), broken.number());
        if (shownBy(whole, broken.number()).isEmpty()) {
            return Optional.empty();
        }
        ImmutableList<Operation> shortest = withoutPairs(withoutParts(whole, broken.number()), broken.number());
        return Optional.of(new Shortest(
                shortest.stream().map(TimelineWriter::line).toList(),
                shownBy(shortest, broken.number()).orElseThrow()));
    }

    /** Which interleaving of a timeline breaks the invariant, with nothing moved: the file's order is tried first. */
    private OptionalLong shownBy(List<Operation> timeline, long preferred) {
        if (shows(timeline, 0)) {
            return OptionalLong.of(0);
        }
        if (shows(timeline, preferred)) {
            return OptionalLong.of(preferred);
        }
        for (long number = 1; number <= TRIES; number++) {
            if (shows(timeline, number)) {
                return OptionalLong.of(number);
            }
        }
        return OptionalLong.empty();
    }

    private boolean shows(List<Operation> timeline, long number) {
        return breaks(plan.withTimeline(timeline), number)
                && !(hangsOnMistakes && breaks(right.withTimeline(timeline), number));
    }

    private boolean breaks(Plan shorter, long number) {
        Interleaving interleaving = new Interleaving(plan.seed(), number, 0);
        return bench.run(interleaving.of(shorter), interleaving.choices()).stream()
                .filter(outcome -> outcome.id().equals(invariant))
                .anyMatch(outcome -> !outcome.held());
    }

    /** Halves, quarters, ... and single operations are taken out. */
    private ImmutableList<Operation> withoutParts(ImmutableList<Operation> whole, long preferred) {
        ImmutableList<Operation> timeline = whole;
        for (int part = Math.max(1, whole.size() / 2); part >= 1; part /= 2) {
            boolean shrunk = true;
            while (shrunk) {
                ImmutableList<Operation> before = timeline;
                for (int from = before.size() - part; from > -part; from -= part) {
                    ImmutableList<Operation> without = without(timeline, Math.max(0, from), part);
                    if (without.size() < timeline.size()
                            && shownBy(without, preferred).isPresent()) {
                        timeline = without;
                    }
                }
                shrunk = timeline.size() < before.size();
            }
        }
        return timeline;
    }

    private static ImmutableList<Operation> without(List<Operation> timeline, int from, int count) {
        List<Operation> left = new ArrayList<>(timeline);
        left.subList(Math.min(from, left.size()), Math.min(from + count, left.size()))
                .clear();
        return ImmutableList.copyOf(left);
    }

    private ImmutableList<Operation> withoutPairs(ImmutableList<Operation> whole, long preferred) {
        for (int first = 0; first < whole.size(); first++) {
            for (int second = first + 1; second < whole.size(); second++) {
                ImmutableList<Operation> without = without(without(whole, second, 1), first, 1);
                if (shownBy(without, preferred).isPresent()) {
                    return withoutPairs(withoutParts(without, preferred), preferred);
                }
            }
        }
        return whole;
    }
}
