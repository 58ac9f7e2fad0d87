package org.p2psim.run.explore;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.p2psim.outcome.LandingOutcome;
import org.p2psim.run.Simulation;
import org.p2psim.run.kernel.Choices;
import org.p2psim.scenario.Plan;
import org.p2psim.unit.Ticks;

/** When DMA lands relative to everything else depends on the interleaving, within half and twice what the machine says. */
class VariedLatenciesTest {
    private static final Simulation SIMULATION = new Simulation("test");

    /** Every write takes 1 us in n0 until it counts, and little on the way. */
    private static final Plan PLAN = Machine.plan(
            "release: \"6.19\"",
            "vfio-6.19",
            "at: 0us, do: export, dma-buf: d, from: n0, region: 4",
            "at: 1us, do: register-mr, mr: m, nic: x0, dma-buf: d, access: [local-write, remote-write]",
            "at: 5us, do: rdma-write, id: w, mr: m, size: 256B");

    private static long onItsWay(Choices choices) {
        List<LandingOutcome> landings = SIMULATION.run(PLAN, choices).landings();
        assertThat(landings).hasSize(1);
        return landings.get(0).from() - landings.get(0).issued();
    }

    @Test
    void theRunOfTheFileHasTheLatenciesThatItSays() {
        assertThat(onItsWay(Choices.asWritten())).isBetween(Ticks.PER_MICROSECOND, 3 * Ticks.PER_MICROSECOND / 2);
        assertThat(onItsWay(new Interleaving(PLAN.seed(), 0, 0).choices())).isEqualTo(onItsWay(Choices.asWritten()));
    }

    @Test
    void interleavingsLandBetweenHalfAndTwiceOfThat() {
        Set<Long> all = new HashSet<>();
        for (long number = 1; number <= 50; number++) {
            long time = onItsWay(new Interleaving(PLAN.seed(), number, 0).choices());
            assertThat(time)
                    .as("interleaving %d", number)
                    .isBetween(Ticks.PER_MICROSECOND / 2, 3 * Ticks.PER_MICROSECOND);
            all.add(time);
        }
        assertThat(all).hasSizeGreaterThan(25);
    }

    @Test
    void anInterleavingLandsAtTheSameTimeAgain() {
        Interleaving tenth = new Interleaving(PLAN.seed(), 10, 0);
        assertThat(onItsWay(tenth.choices())).isEqualTo(onItsWay(tenth.choices()));
    }

    @Test
    void aPartIsAsFastHoweverOftenAndInWhateverOrderItIsAsked() {
        Choices one = Choices.seeded(3);
        Choices other = Choices.seeded(3);
        long switched = one.latency("0000:17:00.0", 1_000_000);
        one.first(5);
        long memory = one.latency("memory of s0", 1_000_000);
        assertThat(other.latency("memory of s0", 1_000_000)).isEqualTo(memory);
        assertThat(other.latency("0000:17:00.0", 1_000_000)).isEqualTo(switched);
        assertThat(one.latency("0000:17:00.0", 1_000_000)).isEqualTo(switched);
        assertThat(one.latency("nothing", 0)).isZero();
        assertThat(Choices.asWritten().latency("memory of s0", 1_000_000)).isEqualTo(1_000_000);
    }
}
