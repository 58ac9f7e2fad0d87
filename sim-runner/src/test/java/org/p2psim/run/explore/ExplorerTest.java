package org.p2psim.run.explore;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.p2psim.outcome.ExplorationOutcome;
import org.p2psim.outcome.ExplorationOutcome.Broken;
import org.p2psim.run.Simulation;
import org.p2psim.scenario.Plan;
import org.p2psim.unit.Ticks;

/** What exploration reports, and that it can be replayed. */
class ExplorerTest {
    private static final long WITHIN = 2 * Ticks.PER_MICROSECOND;
    private static final long INTERLEAVINGS = 100;
    private static final Simulation SIMULATION = new Simulation("test");

    /** In the file's order the write is over long before the device is closed and given to somebody else. */
    private static final String[] CLOSE = {
        "at: 0us, do: export, dma-buf: d, from: n0, region: 4",
        "at: 1us, do: register-mr, mr: m, nic: x0, dma-buf: d, access: [local-write, remote-write]",
        "at: 6us, do: rdma-write, mr: m, size: 4KiB",
        "at: 2us, do: write-memory, device: n0, region: 4, offset: 0B, size: 4KiB, tag: mine",
        "at: 8us, id: closing, do: close-device, device: n0",
        "at: 30us, do: assign, device: n0, region: 4, offset: 0B, size: 64MiB, owner: other",
    };

    private static Plan closing(String bugs) {
        return Machine.plan(
                "release: \"6.19\", without-bugs: [disabled-before-revoked], bugs: [%s]".formatted(bugs),
                "vfio-6.19",
                CLOSE);
    }

    private static ExplorationOutcome explore(Plan plan, int workers, boolean shrinks) {
        return new Explorer(SIMULATION)
                .explore(plan, new Extent(INTERLEAVINGS, WITHIN, workers, shrinks), "p2psim run test.yaml", over -> {});
    }

    @Test
    void aReportIsTheSameOnAnyNumberOfThreads() {
        Plan plan = closing("unmaps-with-dma-in-flight");
        assertThat(explore(plan, 3, false)).isEqualTo(explore(plan, 1, false));
    }

    @Test
    void whatBreaksIsFoundAndTheFirstNumberReplaysIt() {
        Plan plan = closing("unmaps-with-dma-in-flight");
        ExplorationOutcome found = explore(plan, 1, false);
        assertThat(found.good()).isFalse();
        Broken broken = found.broken().get(0);
        Interleaving first = new Interleaving(plan.seed(), broken.first(), WITHIN);
        assertThat(SIMULATION.run(first.of(plan), first.choices()).invariants())
                .filteredOn(outcome -> !outcome.held())
                .anySatisfy(outcome -> {
                    assertThat(outcome.id()).isEqualTo(broken.id());
                    assertThat(outcome.violation().orElseThrow().at()).isEqualTo(broken.at());
                    assertThat(outcome.violation().orElseThrow().detail()).isEqualTo(broken.detail());
                });
    }

    @Test
    void theShortestTimelineReadsBackAndBreaksTheSame() {
        Plan plan = closing("unmaps-with-dma-in-flight");
        for (Broken broken : explore(plan, 1, true).broken()) {
            ExplorationOutcome.Shortest shortest = broken.shortest().orElseThrow();
            assertThat(shortest.timeline()).hasSizeLessThan(CLOSE.length);
            StringBuilder file = new StringBuilder(Machine.file(
                    "release: \"6.19\", without-bugs: [disabled-before-revoked], bugs: [unmaps-with-dma-in-flight]",
                    "vfio-6.19"));
            shortest.timeline().forEach(line -> file.append("  ").append(line).append("\n"));
            Plan again = Machine.plan(file.toString());
            Interleaving shown = new Interleaving(again.seed(), shortest.interleaving(), 0);
            assertThat(SIMULATION.run(shown.of(again), shown.choices()).invariants())
                    .as("%s", shortest)
                    .anyMatch(outcome -> outcome.id().equals(broken.id()) && !outcome.held());
        }
    }

    @Test
    void withoutMistakesNothingBreaks() {
        ExplorationOutcome found = explore(closing(""), 2, false);
        assertThat(found.broken()).isEmpty();
        assertThat(found.checks()).isPositive();
    }

    @Test
    void whatTheScenarioExpectsToBreakFailsNothing() {
        Plan plan = closing("unmaps-with-dma-in-flight");
        List<String> ids =
                explore(plan, 1, false).broken().stream().map(Broken::id).toList();
        StringBuilder file = new StringBuilder(Machine.file(
                "release: \"6.19\", without-bugs: [disabled-before-revoked], bugs: [unmaps-with-dma-in-flight]",
                "vfio-6.19",
                CLOSE));
        file.append("expect:\n  all:\n");
        ids.forEach(id -> file.append("    - { broken: ").append(id).append(" }\n"));
        assertThat(explore(Machine.plan(file.toString()), 1, false).good()).isTrue();
    }
}
