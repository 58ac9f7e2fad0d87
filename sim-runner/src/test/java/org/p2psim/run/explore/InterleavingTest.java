package org.p2psim.run.explore;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.p2psim.scenario.Operation;
import org.p2psim.scenario.OperationParts;
import org.p2psim.scenario.Plan;
import org.p2psim.unit.Ticks;

/** Orders in which a timeline may happen. */
class InterleavingTest {
    private static final long WITHIN = 10 * Ticks.PER_NANOSECOND;

    private static final Plan PLAN = Machine.plan(
            "release: \"6.19\"",
            "vfio-6.19",
            "at: 0ns, do: export, dma-buf: d, from: n0, region: 4",
            "at: 10ns, do: register-mr, mr: m, nic: x0, dma-buf: d, access: [local-write, remote-write]",
            "at: 20ns, do: rdma-write, mr: m, size: 4KiB",
            "at: 20ns, do: reset, device: n0",
            "at: 20ns, do: close, dma-buf: d",
            "at: 40ns, do: deregister-mr, mr: m");

    private static Interleaving number(long number, long within) {
        return new Interleaving(PLAN.seed(), number, within);
    }

    @Test
    void numberZeroIsTheFilesOrder() {
        assertThat(number(0, WITHIN).of(PLAN)).isEqualTo(PLAN);
    }

    @Test
    void oneNumberIsOneOrder() {
        for (long number = 1; number <= 50; number++) {
            assertThat(number(number, WITHIN).of(PLAN))
                    .isEqualTo(number(number, WITHIN).of(PLAN));
        }
    }

    @Test
    void withoutMovesEqualTimesComeInEveryOrderAndNothingElseChanges() {
        Set<List<Operation>> orders = new HashSet<>();
        for (long number = 1; number <= 200; number++) {
            List<Operation> order = number(number, 0).of(PLAN).timeline();
            assertThat(order).as("interleaving %d", number).containsExactlyInAnyOrderElementsOf(PLAN.timeline());
            orders.add(order.subList(2, 5));
        }
        assertThat(orders).hasSize(6);
    }

    @Test
    void nothingIsMovedFurtherThanAskedNorBeforeWhatMakesItsObject() {
        for (long number = 1; number <= 200; number++) {
            List<Operation> order = number(number, WITHIN).of(PLAN).timeline();
            assertThat(order).isSortedAccordingTo((a, b) -> Long.compare(a.at(), b.at()));
            for (Operation written : PLAN.timeline()) {
                assertThat(order).as("interleaving %d", number).anySatisfy(moved -> {
                    assertThat(OperationParts.at(moved, written.at())).isEqualTo(written);
                    assertThat(Math.abs(moved.at() - written.at())).isLessThanOrEqualTo(WITHIN);
                });
            }
            assertThat(OperationParts.at(order.get(0), 0))
                    .isEqualTo(PLAN.timeline().get(0));
        }
    }

    @Test
    void theDistanceOfOperationsIsHowFarTheyAreMovedUnlessSaid() {
        assertThat(Interleaving.defaultWithin(PLAN)).isEqualTo(10 * Ticks.PER_NANOSECOND);
    }
}
