package org.p2psim.run.explore;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.p2psim.scenario.CpuOperation;
import org.p2psim.scenario.DeviceOperation;
import org.p2psim.scenario.DmaBufOperation;
import org.p2psim.scenario.MemoryOperation;
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

    @Test
    void whatOneProgramDoesWithADeviceOrADescriptorStaysInOrder() {
        Plan plan = Machine.plan(
                "release: \"6.19\"",
                "vfio-6.19",
                "at: 0ns, do: export, dma-buf: d, from: n0, region: 4",
                "at: 0ns, do: begin-cpu-access, dma-buf: d, write: false",
                "at: 1ns, do: end-cpu-access, dma-buf: d",
                "at: 2ns, do: close, dma-buf: d",
                "at: 3ns, do: write-memory, device: n0, region: 4, offset: 0B, size: 4KiB",
                "at: 4ns, do: close-device, device: n0",
                "at: 9ns, do: assign, device: n0, region: 4, offset: 0B, size: 4KiB, owner: other",
                "at: 9ns, do: reset, device: n0");
        Set<Integer> resets = new HashSet<>();
        for (long number = 1; number <= 200; number++) {
            List<Operation> order =
                    new Interleaving(plan.seed(), number, WITHIN).of(plan).timeline();
            List<Class<?>> kinds = new ArrayList<>();
            order.forEach(operation -> kinds.add(operation.getClass()));
            resets.add(kinds.indexOf(DeviceOperation.Reset.class));
            assertThat(kinds)
                    .as("interleaving %d", number)
                    .containsSubsequence(
                            DmaBufOperation.Export.class,
                            CpuOperation.BeginCpuAccess.class,
                            CpuOperation.EndCpuAccess.class,
                            DmaBufOperation.Close.class)
                    .containsSubsequence(
                            DmaBufOperation.Export.class,
                            MemoryOperation.WriteMemory.class,
                            DeviceOperation.CloseDevice.class,
                            MemoryOperation.Assign.class);
            long closed = at(order, DeviceOperation.CloseDevice.class);
            assertThat(at(order, MemoryOperation.Assign.class) - closed)
                    .as("interleaving %d", number)
                    .isGreaterThanOrEqualTo(5 * Ticks.PER_NANOSECOND);
        }
        assertThat(resets).hasSizeGreaterThan(4);
    }

    @Test
    void whatADriverDoesWithItsAttachmentStaysInOrder() {
        Plan plan = Machine.plan(
                "release: \"6.19\"",
                "vfio-6.19",
                "at: 0ns, do: export, dma-buf: d, from: n0, region: 4",
                "at: 1ns, do: attach, attachment: a, dma-buf: d, importer: x0",
                "at: 2ns, do: map, attachment: a",
                "at: 3ns, do: unmap, attachment: a",
                "at: 4ns, do: detach, attachment: a");
        for (long number = 1; number <= 200; number++) {
            assertThat(new Interleaving(plan.seed(), number, WITHIN).of(plan).timeline())
                    .as("interleaving %d", number)
                    .extracting(Object::getClass)
                    .containsSubsequence(
                            DmaBufOperation.Attach.class,
                            DmaBufOperation.Map.class,
                            DmaBufOperation.Unmap.class,
                            DmaBufOperation.Detach.class);
        }
    }

    private static long at(List<Operation> order, Class<?> kind) {
        return order.stream().filter(kind::isInstance).findFirst().orElseThrow().at();
    }
}
