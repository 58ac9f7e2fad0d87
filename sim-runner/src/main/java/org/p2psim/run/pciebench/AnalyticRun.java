package org.p2psim.run.pciebench;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.LongStream;
import org.p2psim.routing.AddressKind;
import org.p2psim.routing.Routing;
import org.p2psim.run.engine.Engine;
import org.p2psim.run.flow.DmaListener;
import org.p2psim.run.flow.DmaNetwork;
import org.p2psim.run.flow.DmaRequest;
import org.p2psim.run.flow.DmaRequest.Direction;
import org.p2psim.run.flow.DmaRequest.Segment;
import org.p2psim.run.flow.Fidelity;
import org.p2psim.run.flow.Target.Cached;
import org.p2psim.run.flow.Target.MemoryTarget;
import org.p2psim.scenario.evidence.LinkSetting;
import org.p2psim.scenario.evidence.LinkSetting.Completions;
import org.p2psim.scenario.evidence.TimingRow.Operation;
import org.p2psim.timing.DeviceTiming;
import org.p2psim.timing.DmaEngineTiming;
import org.p2psim.timing.MemoryTiming;
import org.p2psim.timing.Timings;
import org.p2psim.topology.IommuMode;
import org.p2psim.transaction.LinkBound;
import org.p2psim.transaction.Splitting;
import org.p2psim.unit.Ticks;

/**
 * Transfers of one size back to back between a device and memory that answers at once: what is left is the link. This is
 * the situation of {@link LinkBound}, simulated TLP by TLP.
 */
public final class AnalyticRun {
    /** Bytes of a run: far more than is in flight at once, so that beginning and end do not count. */
    private static final long BYTES = 64 * 1024;

    private static final int LEAST_TRANSFERS = 48;
    private static final int ENOUGH_TAGS = 4096;
    private static final MemoryTiming AT_ONCE =
            new MemoryTiming(0, 0, OptionalLong.empty(), 0, OptionalLong.empty(), 0);
    /** As many reads as writes. */
    private static final DeviceTiming IN_TURN =
            new DeviceTiming(new DmaEngineTiming(true, false, 0, 0, 0, 0, 0, 0, 0, 0, Optional.empty()));

    private static final long BELOW_4_GIB = 1L << 31;
    private static final long ABOVE_4_GIB = 1L << 33;

    private AnalyticRun() {}

    /** The model's formulas for a setting. */
    public static LinkBound bound(LinkSetting setting) {
        return new LinkBound(
                setting.link(),
                setting.mps(),
                setting.mrrs(),
                setting.completions() == Completions.RCB ? setting.rcb() : setting.mps(),
                setting.addressBits() == 64,
                setting.ecrc());
    }

    /** Payload of transfers of {@code size} bytes, Gb/s; of reads and writes at once, in each direction. */
    public static double gigabitsPerSecond(LinkSetting setting, Operation operation, int size) {
        BenchMachine machine = BenchMachine.of(setting.link(), IommuMode.OFF);
        Timings usual = Timings.DEFAULT;
        Timings timings = new Timings(
                Map.of(),
                Map.of(),
                Map.of(BenchMachine.SOCKET, AT_ONCE),
                Map.of(machine.device().address(), IN_TURN),
                setting.mps(),
                usual.creditLoop(),
                setting.ecrc());
        Engine engine = new Engine();
        DmaNetwork network =
                new DmaNetwork(machine.fabric(), new Routing(machine.fabric()), engine, timings, Fidelity.L2);
        int transfers = (int) Math.max(LEAST_TRANSFERS, BYTES / size);
        for (Direction direction : directions(operation)) {
            network.start(request(machine, setting, direction, size, transfers), new Deaf());
        }
        engine.run();
        return (double) size * transfers * 8 / (network.lastEnd() / (double) Ticks.PER_NANOSECOND);
    }

    private static List<Direction> directions(Operation operation) {
        return switch (operation) {
            case READ -> List.of(Direction.READ);
            case WRITE -> List.of(Direction.WRITE);
            case READ_WRITE -> List.of(Direction.READ, Direction.WRITE);
            case WRITE_THEN_READ -> throw new IllegalArgumentException("the model has no latency");
        };
    }

    private static DmaRequest request(
            BenchMachine machine, LinkSetting setting, Direction direction, int size, int transfers) {
        long step = (size + Splitting.REQUEST_BOUNDARY - 1L) & -Splitting.REQUEST_BOUNDARY;
        long base = setting.addressBits() == 64 ? ABOVE_4_GIB : BELOW_4_GIB;
        MemoryTarget memory = new MemoryTarget(
                BenchMachine.SOCKET,
                Cached.ALL,
                setting.completions() == Completions.RCB ? OptionalInt.of(setting.rcb()) : OptionalInt.empty());
        return new DmaRequest(
                direction.name(),
                machine.device(),
                memory,
                direction,
                LongStream.range(0, transfers)
                        .mapToObj(i -> new Segment(base + i * step, size))
                        .toList(),
                AddressKind.BUS_ADDRESS,
                address -> false,
                ENOUGH_TAGS,
                setting.mps(),
                setting.mrrs(),
                setting.rcb());
    }

    /** Only the end counts. */
    private static final class Deaf implements DmaListener {
        @Override
        public void landed(long at, long address, int bytes, long issued) {}

        @Override
        public void done() {}
    }
}
