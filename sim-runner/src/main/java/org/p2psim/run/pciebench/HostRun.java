package org.p2psim.run.pciebench;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.SplittableRandom;
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
import org.p2psim.scenario.evidence.TimingRow.BenchRun;
import org.p2psim.scenario.evidence.TimingRow.Cache;
import org.p2psim.scenario.evidence.TimingRow.Initiator;
import org.p2psim.scenario.evidence.TimingRow.Operation;
import org.p2psim.scenario.evidence.TimingRow.Pattern;
import org.p2psim.timing.DeviceTiming;
import org.p2psim.timing.IommuTiming;
import org.p2psim.timing.MemoryTiming;
import org.p2psim.timing.Response;
import org.p2psim.timing.RootComplexTiming;
import org.p2psim.timing.Timings;
import org.p2psim.topology.IommuMode;
import org.p2psim.unit.Bytes;
import org.p2psim.unit.Ticks;

/** One test of pcie-bench on a simulated host. A run belongs to one thread. */
final class HostRun {
    private static final int LINE = 64;
    private static final int TRANSFERS = 2600;
    private static final int FIRST_COUNTED = 800;
    private static final int LATENCY_SAMPLES = 300;
    private static final int FIRST_SAMPLE = 100;
    /** One test at a time, and far from the one before. */
    private static final long BETWEEN = 2 * Ticks.PER_MICROSECOND;
    /** Completions of a root port of Xeon E5 begin at multiples of this on the wire: 84 bytes take 96. */
    private static final int COMPLETION_SLOT = 32;
    /** In which one page walk excludes the others, if they do: what one entry of the level above covers. */
    static final long REGION = 2 * Bytes.MIB;
    /** As many walks as the hosts without regions begin in the time of a miss. */
    static final int WALKERS = 5;

    private static final long IOVA = 1L << 28;
    private static final long PHYSICAL = 1L << 33;

    private final HostParameters host;
    private final BenchRun run;
    private final boolean alone;
    private final BenchMachine machine;
    private final Engine engine = new Engine();
    private final DmaNetwork network;
    private final MemoryTarget memory;
    private final SplittableRandom random;

    /** @param alone whether transfers are one at a time */
    HostRun(HostParameters host, BenchRun run, boolean alone) {
        this.alone = alone;
        this.host = host;
        this.run = run;
        this.machine = BenchMachine.of(host.link().link(), host.iommu().on() ? IommuMode.TRANSLATING : IommuMode.OFF);
        this.network = new DmaNetwork(machine.fabric(), new Routing(machine.fabric()), engine, timings(), Fidelity.L1);
        CacheState cache = CacheState.of(host, run);
        this.memory = new MemoryTarget(BenchMachine.SOCKET, Cached.where(cache::has), OptionalInt.empty());
        this.random = new SplittableRandom(run.size() * 31L + run.window());
    }

    private Timings timings() {
        HostParameters.IommuParameters iommu = host.iommu();
        IommuTiming translation = new IommuTiming(
                (int) Math.round(iommu.entries()),
                iommu.page(),
                ticks(iommu.missPenalty()),
                ticks(iommu.walkRead()),
                ticks(iommu.walkWrite()),
                iommu.oneWalkPerRegion() ? REGION : 0,
                WALKERS);
        RootComplexTiming root = new RootComplexTiming(
                OptionalLong.empty(),
                OptionalLong.empty(),
                Response.SERVED,
                true,
                translation,
                OptionalLong.empty(),
                COMPLETION_SLOT);
        double deviceWarm = alone ? host.aloneDeviceWarm() : host.deviceWarm();
        double miss = alone ? host.aloneMiss() : host.miss();
        double warm = run.cache() == Cache.DEVICE_WARM ? deviceWarm : host.hit();
        double hit = run.operation() == Operation.WRITE_THEN_READ ? host.hit() : warm;
        MemoryTiming times = new MemoryTiming(
                ticks(hit), ticks(Math.max(0, miss - hit)), OptionalLong.empty(), 0, OptionalLong.empty(), 0);
        DeviceTiming device = run.initiator() == Initiator.COMMAND ? DeviceTiming.DEFAULT : Nfp6000.TIMING;
        return new Timings(
                Map.of(),
                Map.of(machine.bridge().rootBus(), root),
                Map.of(BenchMachine.SOCKET, times),
                Map.of(machine.device().address(), device),
                host.link().mps(),
                Timings.DEFAULT.creditLoop(),
                false);
    }

    private static long ticks(double nanoseconds) {
        return Math.round(nanoseconds * Ticks.PER_NANOSECOND);
    }

    /** Time from one transfer to the next, ns; of reads and writes at once, from one pair to the next. */
    double nanosecondsPerTransfer() {
        List<Segment> segments = new ArrayList<>();
        for (int i = 0; i < TRANSFERS; i++) {
            segments.add(place(i));
        }
        List<Counter> counters = new ArrayList<>();
        for (Direction direction : directions()) {
            Counter counter = new Counter(direction, (long) FIRST_COUNTED * run.size());
            counters.add(counter);
            network.start(request(direction.name(), direction, segments), counter);
        }
        engine.run();
        long end = counters.stream().mapToLong(counter -> counter.last).max().orElseThrow();
        long start = counters.stream().mapToLong(counter -> counter.begin).max().orElseThrow();
        return (end - start) / (double) Ticks.PER_NANOSECOND / (TRANSFERS - FIRST_COUNTED);
    }

    private List<Direction> directions() {
        return switch (run.operation()) {
            case READ -> List.of(Direction.READ);
            case WRITE -> List.of(Direction.WRITE);
            case READ_WRITE, WRITE_THEN_READ -> List.of(Direction.WRITE, Direction.READ);
        };
    }

    /** The window is cut into units of whole lines; a transfer begins at one of them. */
    private Segment place(int number) {
        long unit = (run.size() + LINE - 1L) / LINE * LINE;
        long units = Math.max(1, run.window() / unit);
        long chosen = run.pattern() == Pattern.RANDOM ? random.nextLong(units) : number % units;
        return new Segment((host.iommu().on() ? IOVA : PHYSICAL) + chosen * unit, run.size());
    }

    private DmaRequest request(String name, Direction direction, List<Segment> segments) {
        return new DmaRequest(
                name,
                machine.device(),
                memory,
                direction,
                segments,
                host.iommu().on() ? AddressKind.IOVA : AddressKind.BUS_ADDRESS,
                address -> true,
                host.tags(),
                host.link().mps(),
                host.link().mrrs(),
                host.link().rcb());
    }

    /** The median of transfers one at a time, from the first request to the last answer, ns. */
    double medianNanoseconds() {
        List<Long> latencies = new ArrayList<>();
        for (int i = 0; i < LATENCY_SAMPLES; i++) {
            long start = BETWEEN * (i + 1);
            List<Segment> segment = List.of(place(i));
            engine.at(start, () -> {
                for (Direction direction : directions()) {
                    network.start(request(direction.name(), direction, segment), new DmaListener() {
                        @Override
                        public void landed(long at, long address, int bytes, long issued) {}

                        @Override
                        public void done() {
                            if (direction == Direction.READ) {
                                latencies.add(engine.now() - start);
                            }
                        }
                    });
                }
            });
        }
        engine.run();
        double[] counted = latencies.stream()
                .skip(FIRST_SAMPLE)
                .mapToDouble(ticks -> ticks / (double) Ticks.PER_NANOSECOND)
                .sorted()
                .toArray();
        return counted[counted.length / 2];
    }

    /** When a share of the transfers was through, and when all were. */
    private static final class Counter implements DmaListener {
        private final boolean reads;
        private final long before;
        private long bytes;
        private long begin;
        private long last;

        /** @param before bytes that do not count */
        Counter(Direction direction, long before) {
            this.before = before;
            reads = direction == Direction.READ;
        }

        @Override
        public void landed(long at, long address, int more, long issued) {
            if (!reads) {
                count(at, more);
            }
        }

        @Override
        public void completed(long at, long address, int more, long issued) {
            count(at, more);
        }

        private void count(long at, int more) {
            bytes += more;
            last = at;
            if (bytes <= before) {
                begin = at;
            }
        }

        @Override
        public void done() {}
    }
}
