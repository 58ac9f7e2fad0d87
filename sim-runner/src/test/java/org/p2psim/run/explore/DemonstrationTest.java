package org.p2psim.run.explore;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.p2psim.dmabuf.Bug;
import org.p2psim.invariant.Invariant;
import org.p2psim.outcome.ExplorationOutcome;
import org.p2psim.outcome.RunOutcome;
import org.p2psim.run.ScenarioText;
import org.p2psim.run.Simulation;
import org.p2psim.scenario.Operation;
import org.p2psim.scenario.Plan;
import org.p2psim.scenario.library.Demonstration;
import org.p2psim.scenario.library.Library;

/** Every mistake that a driver can be given is shown by the scenario that the list of them names, and only with it. */
class DemonstrationTest {
    private static final Simulation SIMULATION = new Simulation("test");
    /** Of the order of the file, and of a few others, with an errno. */
    private static final int SOME = 20;

    private static Plan plan(Demonstration shown, Set<Bug> bugs) {
        return plan(shown, Library.text(shown.scenario()), bugs);
    }

    private static Plan plan(Demonstration shown, String text, Set<Bug> bugs) {
        return plan(shown, text, shown.settings(), bugs);
    }

    private static Plan plan(Demonstration shown, String text, List<String> settings, Set<Bug> bugs) {
        return ScenarioText.planOf(shown.variant(), text, settings.toArray(String[]::new))
                .withBugs(bugs, "--bugs");
    }

    private static ExplorationOutcome explored(Demonstration shown, Set<Bug> bugs, boolean shrinks) {
        Plan plan = plan(shown, bugs);
        int interleavings = Math.max(SOME, shown.interleavings());
        Extent extent = new Extent(interleavings, Interleaving.defaultWithin(plan), 1, shrinks);
        return new Explorer(SIMULATION).explore(plan, extent, "p2psim", over -> {});
    }

    @ParameterizedTest
    @EnumSource
    void aMistakeBreaksWhatItIsSaidToBreak(Bug bug) {
        Demonstration shown = Demonstration.of(bug);
        assertThat(explored(shown, Set.of(bug), false).broken())
                .extracting(ExplorationOutcome.Broken::id)
                .containsExactlyElementsOf(
                        shown.broken().stream().map(Invariant::id).toList());
    }

    @ParameterizedTest
    @EnumSource
    void withoutItNothingBreaksThere(Bug bug) {
        assertThat(explored(Demonstration.of(bug), Set.of(), false).broken()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(names = {"OFFSET_OF_32_BITS", "OFFSET_WITHOUT_LENGTH"})
    void whatBreaksNoInvariantHasAnotherErrno(Bug bug) {
        Demonstration shown = Demonstration.of(bug);
        assertThat(shown.broken()).isEmpty();
        assertThat(SIMULATION.run(plan(shown, Set.of()))).returns(true, RunOutcome::good);
        assertThat(SIMULATION.run(plan(shown, Set.of(bug))).expectations())
                .filteredOn(expectation -> !expectation.met())
                .hasSize(1);
    }

    @ParameterizedTest
    @EnumSource
    void theNumberOfAnInterleavingReplaysIt(Bug bug) {
        Demonstration shown = Demonstration.of(bug);
        Plan plan = plan(shown, Set.of(bug));
        for (ExplorationOutcome.Broken broken :
                explored(shown, Set.of(bug), false).broken()) {
            Interleaving first = new Interleaving(plan.seed(), broken.first(), Interleaving.defaultWithin(plan));
            Replayed.breaks(broken, plan, first);
        }
    }

    @ParameterizedTest
    @EnumSource
    void theShortestTimelineNeedsEachOfItsLinesAndTheMistake(Bug bug) {
        Demonstration shown = Demonstration.of(bug);
        Plan plan = plan(shown, Set.of(bug));
        for (ExplorationOutcome.Broken broken :
                explored(shown, Set.of(bug), true).broken()) {
            ExplorationOutcome.Shortest shortest = broken.shortest().orElseThrow();
            List<Operation> lines = readBack(shown, shortest.timeline());
            long number = shortest.interleaving();
            assertThat(breaks(plan, lines, number, broken.id())).isTrue();
            assertThat(breaks(plan(shown, Set.of()), lines, number, broken.id()))
                    .isFalse();
            for (int i = 0; i < lines.size(); i++) {
                List<Operation> without = new ArrayList<>(lines);
                without.remove(i);
                assertThat(breaks(plan, without, number, broken.id())
                                && !breaks(plan(shown, Set.of()), without, number, broken.id()))
                        .as("%s without line %d of %s", broken.id(), i, shortest.timeline())
                        .isFalse();
            }
        }
    }

    /** The lines as a scenario file has them, in the place of its own. */
    private static List<Operation> readBack(Demonstration shown, List<String> lines) {
        String text = Library.text(shown.scenario());
        String before = text.substring(0, text.indexOf("\ntimeline:") + 1)
                .replaceAll("timeline\\.[^,}]*,? ?", ""); // of other variants, about lines that are gone
        List<String> settings = shown.settings().stream()
                .filter(setting -> !setting.startsWith("timeline."))
                .toList();
        String file = before + "timeline:\n"
                + lines.stream().map(line -> "  " + line + "\n").collect(joining());
        return plan(shown, file, settings, Set.of()).timeline();
    }

    private static boolean breaks(Plan plan, List<Operation> timeline, long number, String invariant) {
        Interleaving interleaving = new Interleaving(plan.seed(), number, 0);
        return Replayed.violation(invariant, plan.withTimeline(timeline), interleaving)
                .isPresent();
    }
}
