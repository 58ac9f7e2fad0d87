package org.p2psim.run.explore;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.p2psim.outcome.ExplorationOutcome;
import org.p2psim.outcome.InvariantOutcome;
import org.p2psim.run.Simulation;
import org.p2psim.scenario.Plan;

/** Runs an interleaving again. */
final class Replayed {
    private Replayed() {}

    /** How it breaks an invariant, if it does. */
    static Optional<InvariantOutcome.Violation> violation(String invariant, Plan plan, Interleaving interleaving) {
        return new Simulation("test")
                .run(interleaving.of(plan), interleaving.choices()).invariants().stream()
                        .filter(outcome -> outcome.id().equals(invariant) && !outcome.held())
                        .flatMap(outcome -> outcome.violation().stream())
                        .findFirst();
    }

    /** It breaks what exploration has found, in the same way. */
    static void breaks(ExplorationOutcome.Broken found, Plan plan, Interleaving interleaving) {
        assertThat(violation(found.id(), plan, interleaving))
                .get()
                .returns(found.at(), InvariantOutcome.Violation::at)
                .returns(found.detail(), InvariantOutcome.Violation::detail);
    }
}
