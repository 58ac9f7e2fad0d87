package org.p2psim.run.explore;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.p2psim.dmabuf.Bug;
import org.p2psim.invariant.Invariant;
import org.p2psim.outcome.ExplorationOutcome;
import org.p2psim.outcome.RunOutcome;
import org.p2psim.run.Simulation;
import org.p2psim.scenario.Plan;
import org.p2psim.scenario.library.Demonstration;
import org.p2psim.scenario.library.Library;
import org.p2psim.scenario.yaml.ScenarioFile;
import org.p2psim.scenario.yaml.ScenarioReader;

/** Every mistake that a driver can be given is shown by the scenario that the list of them names, and only with it. */
class DemonstrationTest {
    private static final Simulation SIMULATION = new Simulation("test");
    /** Of the order of the file, and of a few others, with an errno. */
    private static final int SOME = 20;

    private static Plan plan(Demonstration shown, Set<Bug> bugs) {
        byte[] text = Library.text(shown.scenario()).getBytes(StandardCharsets.UTF_8);
        ScenarioFile file = ScenarioReader.read(shown.scenario() + ".yaml", text, shown.settings());
        assertThat(file.problems()).isEmpty();
        return file.plans().stream()
                .filter(plan -> plan.variant().equals(shown.variant()))
                .findFirst()
                .orElseThrow()
                .withBugs(bugs, "--bugs");
    }

    private static ExplorationOutcome explored(Demonstration shown, Set<Bug> bugs) {
        Plan plan = plan(shown, bugs);
        int interleavings = Math.max(SOME, shown.interleavings());
        Extent extent = new Extent(interleavings, Interleaving.defaultWithin(plan), 1, false);
        return new Explorer(SIMULATION).explore(plan, extent, "p2psim", over -> {});
    }

    @ParameterizedTest
    @EnumSource
    void aMistakeBreaksWhatItIsSaidToBreak(Bug bug) {
        Demonstration shown = Demonstration.of(bug);
        assertThat(explored(shown, Set.of(bug)).broken())
                .extracting(ExplorationOutcome.Broken::id)
                .containsExactlyElementsOf(
                        shown.broken().stream().map(Invariant::id).toList());
    }

    @ParameterizedTest
    @EnumSource
    void withoutItNothingBreaksThere(Bug bug) {
        assertThat(explored(Demonstration.of(bug), Set.of()).broken()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(names = {"OFFSET_OF_32_BITS", "OFFSET_WITHOUT_LENGTH"})
    void whatBreaksNoInvariantHasAnotherErrno(Bug bug) {
        Demonstration shown = Demonstration.of(bug);
        assertThat(shown.broken()).isEmpty();
        assertThat(SIMULATION.run(plan(shown, Set.of())))
                .returns(true, RunOutcome::good);
        assertThat(SIMULATION.run(plan(shown, Set.of(bug))).expectations())
                .filteredOn(expectation -> !expectation.met())
                .hasSize(1);
    }
}
