package org.p2psim.run.explore;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.p2psim.outcome.ExplorationOutcome;
import org.p2psim.outcome.ExplorationOutcome.Broken;
import org.p2psim.run.ScenarioText;
import org.p2psim.run.Simulation;
import org.p2psim.scenario.Plan;
import org.p2psim.unit.Ticks;

/** What exploration reports, and that it can be replayed. */
class ExplorerTest {
    private static final long WITHIN = 4 * Ticks.PER_MICROSECOND;
    private static final long INTERLEAVINGS = 100;
    private static final Simulation SIMULATION = new Simulation("test");

    /** In the file's order the write is over before the reset begins. */
    private static final String[] RESET = {
        "at: 0us, do: export, dma-buf: d, from: n0, region: 4",
        "at: 1us, do: register-mr, mr: m, nic: x0, dma-buf: d, access: [local-write, remote-write]",
        "at: 2us, do: write-memory, device: n0, region: 4, offset: 0B, size: 4KiB, tag: mine",
        "at: 5us, do: rdma-write, mr: m, size: 64KiB",
        "at: 10us, do: reset, device: n0",
        "at: 20us, do: deregister-mr, mr: m",
        "at: 25us, do: close, dma-buf: d",
    };

    private static Plan resetting(String bugs) {
        return Machine.plan("release: \"6.19\", bugs: [%s]".formatted(bugs), "vfio-6.19", RESET);
    }

    private static ExplorationOutcome explore(Plan plan, int workers, boolean shrinks) {
        return new Explorer(SIMULATION)
                .explore(plan, new Extent(INTERLEAVINGS, WITHIN, workers, shrinks), "p2psim run test.yaml", over -> {});
    }

    @Test
    void aReportIsTheSameOnAnyNumberOfThreads() {
        Plan plan = resetting("unmaps-with-dma-in-flight");
        ExplorationOutcome one = explore(plan, 1, false);
        assertThat(one.broken()).isNotEmpty();
        assertThat(explore(plan, 3, false)).isEqualTo(one);
    }

    @Test
    void whatBreaksIsFoundAndTheFirstNumberReplaysIt() {
        Plan plan = resetting("unmaps-with-dma-in-flight");
        ExplorationOutcome found = explore(plan, 1, false);
        assertThat(found.good()).isFalse();
        Broken broken = found.broken().get(0);
        Replayed.breaks(broken, plan, new Interleaving(plan.seed(), broken.first(), WITHIN));
    }

    @Test
    void theShortestTimelineReadsBackAndBreaksTheSame() {
        Plan plan = resetting("unmaps-with-dma-in-flight");
        List<Broken> found = explore(plan, 1, true).broken();
        assertThat(found).isNotEmpty();
        for (Broken broken : found) {
            ExplorationOutcome.Shortest shortest = broken.shortest().orElseThrow();
            assertThat(shortest.timeline()).hasSizeLessThan(RESET.length);
            StringBuilder file = new StringBuilder(
                    Machine.file("release: \"6.19\", bugs: [unmaps-with-dma-in-flight]", "vfio-6.19"));
            shortest.timeline().forEach(line -> file.append("  ").append(line).append("\n"));
            Plan again = ScenarioText.plan(file.toString());
            Interleaving shown = new Interleaving(again.seed(), shortest.interleaving(), 0);
            assertThat(Replayed.violation(broken.id(), again, shown))
                    .as("%s", shortest)
                    .isPresent();
        }
    }

    @Test
    void withoutMistakesNothingBreaks() {
        ExplorationOutcome found = explore(resetting(""), 2, false);
        assertThat(found.broken()).isEmpty();
        assertThat(found.checks()).isPositive();
    }

    @Test
    void whatTheScenarioExpectsToBreakFailsNothing() {
        Plan plan = resetting("unmaps-with-dma-in-flight");
        List<String> ids =
                explore(plan, 1, false).broken().stream().map(Broken::id).toList();
        assertThat(ids).isNotEmpty();
        String file = Machine.file("release: \"6.19\", bugs: [unmaps-with-dma-in-flight]", "vfio-6.19", RESET)
                + "expect:\n  all:\n"
                + ScenarioText.expectations(ids.stream().map("broken: "::concat).toArray(String[]::new));
        assertThat(explore(ScenarioText.plan(file), 1, false).good()).isTrue();
    }
}
