package org.p2psim.run.flow;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.p2psim.run.flow.DmaRequest.Direction;
import org.p2psim.run.flow.DmaRequest.Segment;
import org.p2psim.timing.Timings;
import org.p2psim.topology.IommuMode;
import org.p2psim.topology.Link;
import org.p2psim.topology.PciFunction;
import org.p2psim.unit.Bytes;

/** Two sockets with two switches each, four GPUs below every switch: 64 DMAs at once. */
class SixteenGpusTest {
    private static final Link GEN5_X16 = new Link(5, 16);
    private static final int GPUS = 16;
    private static final long BYTES = 256 * Bytes.KIB;

    private final Machine machine = new Machine();
    private final List<PciFunction> gpus = new ArrayList<>();

    SixteenGpusTest() {
        for (int socket = 0; socket < 2; socket++) {
            machine.socket().hostBridge(IommuMode.OFF, 256);
            for (int i = 0; i < 2; i++) {
                gpus.addAll(machine.belowASwitch(4, GEN5_X16));
            }
        }
    }

    private Run.Log start(Run run, int initiator, int target, Direction direction) {
        return run.start(DmaLike.usual(gpus.get(initiator), gpus.get(target % GPUS), direction)
                .name("%d %s %d".formatted(initiator, direction, target))
                .segments(List.of(new Segment((initiator + 1L) << 40, BYTES)))
                .request());
    }

    /**
     * Every GPU writes to and reads from one that is far and one that is near. What is on its way is bounded by the
     * credits: 500 ns of 64 GB/s and not less than 16 KiB are 31.5 KB, in both directions of 20 links; TLPs are not
     * smaller than reads, of which the headers, 250 for each direction, are the limit, plus the reads that 256 tags of
     * 16 GPUs let be outstanding, and their completions: at most two each.
     */
    @Test
    void allEndAndMemoryIsBounded() {
        Run run = new Run(machine.fabric(), Timings.DEFAULT, Fidelity.L1);
        List<Run.Log> logs = new ArrayList<>();
        for (int gpu = 0; gpu < GPUS; gpu++) {
            logs.add(start(run, gpu, gpu + 8, Direction.WRITE));
            logs.add(start(run, gpu, gpu + 1, Direction.WRITE));
            logs.add(start(run, gpu, gpu + 8, Direction.READ));
            logs.add(start(run, gpu, gpu + 3, Direction.READ));
        }
        run.run();
        assertThat(logs).hasSize(64).allMatch(log -> log.timesDone == 1 && log.bytes(Run.What.LANDED) == BYTES);
        assertThat(run.network.isAtRest()).isTrue();
        assertThat(run.network.mostTlps()).isLessThan(20 * 2 * 3 * 500 + 3 * 256 * GPUS);
    }

    /**
     * Four GPUs below one switch write to four below another, and share the two uplinks: served in turn, one TLP each,
     * of equal size. While all four have something to send nobody is ahead by more than what its buffer holds. Credits
     * of 500 ns (31.5 KB) per buffer: a GPU's share of 4 * 256 KiB differs by at most 31.5 KB twice, 63 of 256 KiB: so
     * the first ends no sooner than 3/4 of the time of the last.
     */
    @Test
    void flowsOfEqualSizeThatShareAnUplinkEndTogether() {
        Run run = new Run(machine.fabric(), Timings.DEFAULT, Fidelity.L1);
        List<Run.Log> logs = new ArrayList<>();
        for (int gpu = 0; gpu < 4; gpu++) {
            logs.add(start(run, gpu, gpu + 8, Direction.WRITE));
        }
        run.run();
        long first = logs.stream().mapToLong(log -> log.doneAt).min().orElseThrow();
        long last = logs.stream().mapToLong(log -> log.doneAt).max().orElseThrow();
        assertThat(first).isGreaterThan(last * 3 / 4);
    }
}
