package org.p2psim.run.flow;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.Iterables;
import com.google.common.collect.Maps;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.p2psim.address.Bdf;
import org.p2psim.outcome.Failure;
import org.p2psim.outcome.LinkUse;
import org.p2psim.routing.AddressKind;
import org.p2psim.run.engine.Engine;
import org.p2psim.run.flow.DmaRequest.Attributes;
import org.p2psim.run.flow.DmaRequest.Direction;
import org.p2psim.run.flow.DmaRequest.Segment;
import org.p2psim.run.flow.Run.Told;
import org.p2psim.run.flow.Target.Cached;
import org.p2psim.run.flow.Target.MemoryTarget;
import org.p2psim.run.flow.Target.PciTarget;
import org.p2psim.timing.DeviceTiming;
import org.p2psim.timing.DmaEngineTiming;
import org.p2psim.timing.IommuTiming;
import org.p2psim.timing.PortTiming;
import org.p2psim.timing.Response;
import org.p2psim.timing.RootComplexTiming;
import org.p2psim.timing.Timings;
import org.p2psim.topology.Fabric;
import org.p2psim.topology.HostBridge;
import org.p2psim.topology.PciFunction;
import org.p2psim.topology.PortType;
import org.p2psim.transaction.Credits;
import org.p2psim.unit.Ticks;

/**
 * Traffic on a fabric: links of any rate, up to seven DMAs that share initiators, targets and links, some of them
 * stopped, blocked or held up by page walks, with ordering attributes or without; in half of the scenes the credits
 * are so few that they bind.
 */
record Scene(Fabric fabric, Timings timing, List<DmaAt> dmas) {
    /** Functions that keep translations use them. */
    Scene {
        dmas = dmas.stream().map(dma -> dma.in(timing)).toList();
    }

    private static final int MPS = 512;
    private static final ImmutableList<Response> RESPONSES = ImmutableList.copyOf(Response.values());
    private static final int MPS_UNITS = Credits.dataUnits(MPS);

    /** @param stop {@link Agenda#NEVER} if it goes on to its end */
    record DmaAt(long start, long stop, DmaRequest request) {
        private DmaAt in(Timings timing) {
            boolean keeps = timing.device(request.initiator().address()).atc().isPresent();
            AddressKind kind = request.kind() == AddressKind.BUS_ADDRESS
                    ? AddressKind.BUS_ADDRESS
                    : keeps ? AddressKind.TRANSLATED : AddressKind.IOVA;
            return new DmaAt(start, stop, with(request, kind));
        }
    }

    /** What every listener was told, TLP by TLP. */
    record Result(List<List<Told>> told, List<Long> doneAt, List<LinkUse> use, boolean atRest) {}

    /**
     * What every listener can count.
     *
     * @param oneByOne what it was told of single TLPs
     */
    record Summary(
            List<Map<Told, Long>> counts,
            List<Set<Told>> oneByOne,
            List<Long> doneAt,
            List<LinkUse> use,
            long skipped) {
        boolean equalsIn(Summary other) {
            return counts.equals(other.counts) && doneAt.equals(other.doneAt) && use.equals(other.use);
        }
    }

    static Scene of(SplittableRandom random) {
        Fabric grown = Machine.rich(random);
        while (grown.endpoints().size() < 2) {
            grown = Machine.rich(random);
        }
        return of(grown, random);
    }

    private static Scene of(Fabric grown, SplittableRandom random) {
        List<DmaAt> dmas = new ArrayList<>();
        int count = random.nextInt(1, 8);
        for (int i = 0; i < count; i++) {
            long start = Ticks.ofNanoseconds(random.nextInt(20) * 50);
            long stop = random.nextInt(4) == 0 ? start + Ticks.ofNanoseconds(random.nextInt(60) * 50) : Agenda.NEVER;
            dmas.add(new DmaAt(start, stop, anyDma("dma" + i, grown.endpoints(), random)));
        }
        Timings timing = anyTimings(grown, random);
        return new Scene(grown, timing, dmas);
    }

    private static Timings anyTimings(Fabric fabric, SplittableRandom random) {
        boolean few = random.nextBoolean();
        Map<Bdf, PortTiming> ports = new HashMap<>();
        Map<Bdf, DeviceTiming> devices = new HashMap<>();
        for (PciFunction function : fabric.functions()) {
            boolean endpoint = function.type().isEndpoint();
            if (few || random.nextInt(3) == 0) {
                ports.put(function.address(), anyPort(few, endpoint, random));
            }
            if (endpoint && random.nextInt(3) == 0) {
                devices.put(function.address(), anyDevice(random));
            }
        }
        IommuTiming iommu = new IommuTiming(
                1 + random.nextInt(4), 4096L << random.nextInt(3), Ticks.ofNanoseconds(280), Ticks.ofNanoseconds(50));
        RootComplexTiming rootComplex = new RootComplexTiming(
                anyBandwidth(random),
                anyBandwidth(random),
                random.nextInt(8) == 0 ? RESPONSES.get(random.nextInt(RESPONSES.size())) : Response.SERVED,
                random.nextInt(8) != 0,
                iommu,
                anyBandwidth(random),
                1);
        return new Timings(
                ports,
                Maps.toMap(Iterables.transform(fabric.hostBridges(), HostBridge::rootBus), bus -> rootComplex),
                Map.of(),
                devices,
                MPS,
                Ticks.ofNanoseconds(500));
    }

    private static OptionalLong anyBandwidth(SplittableRandom random) {
        return random.nextInt(4) == 0 ? OptionalLong.of(random.nextLong(1, 41) * 1_000_000_000) : OptionalLong.empty();
    }

    private static PortTiming anyPort(boolean few, boolean endpoint, SplittableRandom random) {
        return new PortTiming(
                few ? Optional.of(fewCredits(endpoint, random)) : Optional.empty(),
                random.nextBoolean() ? OptionalInt.of(random.nextInt(900, 1001)) : OptionalInt.empty(),
                OptionalLong.empty(),
                1 + random.nextInt(3),
                random.nextInt(4) == 0);
    }

    private static DeviceTiming anyDevice(SplittableRandom random) {
        int writeLatency = random.nextInt(3);
        OptionalLong bandwidth = anyBandwidth(random);
        int interval = random.nextInt(3);
        IommuTiming atc = new IommuTiming(
                1 + writeLatency, 4096, Ticks.ofNanoseconds(280), Ticks.ofNanoseconds(25 * writeLatency));
        return new DeviceTiming(
                Ticks.ofNanoseconds(writeLatency * 50),
                bandwidth,
                Ticks.ofNanoseconds(interval * 10),
                interval == 1 ? Optional.of(atc) : Optional.empty(),
                random.nextInt(3) == 0 ? anyEngine(random) : DmaEngineTiming.NONE,
                anyTimeout(random),
                random.nextInt(3) == 0 ? RESPONSES.get(random.nextInt(RESPONSES.size())) : Response.SERVED,
                random.nextInt(3) == 0 ? random.nextLong(PortTiming.BILLION + 1) : 0);
    }

    /** Short ones pass while reads are on their way. */
    private static OptionalLong anyTimeout(SplittableRandom random) {
        return switch (random.nextInt(3)) {
            case 0 -> OptionalLong.empty();
            case 1 -> OptionalLong.of(Ticks.ofNanoseconds(random.nextInt(1, 4000)));
            default -> DeviceTiming.DEFAULT_TIMEOUT;
        };
    }

    private static DmaEngineTiming anyEngine(SplittableRandom random) {
        long busLeast = Ticks.ofNanoseconds(random.nextInt(3) * 5);
        return new DmaEngineTiming(
                random.nextBoolean(),
                random.nextBoolean(),
                Ticks.ofNanoseconds(random.nextInt(5)),
                Ticks.ofNanoseconds(random.nextInt(20)),
                Ticks.ofNanoseconds(random.nextInt(25)),
                random.nextInt(1500),
                busLeast,
                busLeast + Ticks.ofNanoseconds(random.nextInt(100)),
                random.nextInt(30),
                random.nextInt(20),
                random.nextBoolean()
                        ? Optional.of(new DmaEngineTiming.Rounds(random.nextInt(4000), 256, 1 + random.nextInt(8)))
                        : Optional.empty());
    }

    /** The completion credits of functions are infinite. */
    private static Credits fewCredits(boolean endpoint, SplittableRandom random) {
        return new Credits(
                random.nextInt(1, 5),
                MPS_UNITS + random.nextInt(2 * MPS_UNITS),
                random.nextInt(1, 5),
                random.nextInt(1, 5),
                endpoint ? Credits.INFINITE : random.nextInt(1, 5),
                endpoint ? Credits.INFINITE : MPS_UNITS + random.nextInt(2 * MPS_UNITS));
    }

    private static DmaRequest anyDma(String name, ImmutableList<PciFunction> endpoints, SplittableRandom random) {
        int target = random.nextBoolean() ? hot(endpoints) : random.nextInt(endpoints.size());
        int initiator = (target + random.nextInt(1, endpoints.size())) % endpoints.size();
        List<Segment> segments = new ArrayList<>();
        long blockedFrom = random.nextInt(4) == 0 ? random.nextLong(1L << 46) : Long.MAX_VALUE;
        for (int i = random.nextInt(1, 6); i > 0; i--) {
            segments.add(new Segment(random.nextLong(1L << 46), random.nextLong(1, 10_000)));
        }
        return new DmaRequest(
                name,
                endpoints.get(initiator),
                new PciTarget(endpoints.get(target)),
                random.nextBoolean() ? Direction.READ : Direction.WRITE,
                new Requests.Bulk(segments),
                random.nextBoolean() ? AddressKind.IOVA : AddressKind.BUS_ADDRESS,
                address -> address < blockedFrom,
                random.nextInt(1, random.nextBoolean() ? 4 : 65),
                128 << random.nextInt(3),
                128 << random.nextInt(6),
                64 << random.nextInt(2),
                new Attributes(random.nextInt(4) == 0, random.nextInt(4) == 0));
    }

    /** The target of every other DMA: a function without a link if there is one, as they come to it on many ways. */
    private static int hot(ImmutableList<PciFunction> endpoints) {
        return Math.max(0, Iterables.indexOf(endpoints, each -> each.type() == PortType.RC_INTEGRATED_ENDPOINT));
    }

    /** The same DMAs, but some begin and stop at instants at which something happens in a result of this scene. */
    Scene withTies(Result result, SplittableRandom random) {
        List<Told> all = result.told().stream().flatMap(List::stream).toList();
        if (all.isEmpty()) {
            return this;
        }
        List<DmaAt> tied = new ArrayList<>();
        for (DmaAt dma : dmas) {
            long start = random.nextInt(3) == 0 ? anyInstant(all, random) : dma.start();
            long stop = random.nextInt(2) == 0 ? start + anyInstant(all, random) : dma.stop();
            tied.add(new DmaAt(start, stop, dma.request()));
        }
        return new Scene(fabric, timing, tied);
    }

    private static long anyInstant(List<Told> all, SplittableRandom random) {
        Told told = all.get(random.nextInt(all.size()));
        return random.nextBoolean() ? told.issued() : told.at();
    }

    /** Few DMAs, most of them writes and most from page to page, so that some have their way to themselves at times. */
    static Scene sparse(SplittableRandom random) {
        Scene any = random.nextInt(3) == 0 ? of(random) : of(Machine.oneSwitch(random), random);
        List<DmaAt> few = new ArrayList<>();
        for (DmaAt dma : any.dmas.subList(0, Math.min(any.dmas.size(), random.nextInt(1, 4)))) {
            boolean pages = random.nextInt(3) > 0;
            List<Segment> segments = new ArrayList<>();
            for (Segment each : dma.request().segments()) {
                long address = pages ? each.dmaAddress() & -4096 : each.dmaAddress();
                boolean low = random.nextInt(6) == 0;
                long length = random.nextInt(2) == 0 ? 8192 : random.nextLong(1, 50_000);
                segments.add(new Segment(low ? (1L << 32) - (pages ? 4096 : 1000) : address, length));
            }
            long start = Ticks.ofNanoseconds(random.nextInt(3000));
            long stop = random.nextInt(4) == 0 ? start + Ticks.ofNanoseconds(random.nextInt(3000)) : Agenda.NEVER;
            Direction direction = random.nextInt(4) == 0 ? Direction.READ : Direction.WRITE;
            DmaRequest request = with(dma.request(), segments, direction);
            few.add(new DmaAt(start, stop, request));
            if (random.nextInt(3) == 0) {
                long later = start + Ticks.ofNanoseconds(random.nextInt(2000));
                few.add(new DmaAt(later, Agenda.NEVER, backwards(request)));
            }
        }
        return new Scene(any.fabric, random.nextBoolean() ? Timings.DEFAULT : any.timing, few);
    }

    /** The same between the same functions, from the target to the initiator. */
    private static DmaRequest backwards(DmaRequest request) {
        return new DmaRequest(
                request.name() + " back",
                ((PciTarget) request.memory()).function(),
                new PciTarget(request.initiator()),
                request.direction(),
                request.requests(),
                request.kind(),
                request.translated(),
                request.tags(),
                request.mps(),
                request.mrrs(),
                request.rcb(),
                request.attributes());
    }

    private static DmaRequest with(DmaRequest request, AddressKind kind) {
        return new DmaRequest(
                request.name(),
                request.initiator(),
                request.memory(),
                request.direction(),
                request.requests(),
                kind,
                request.translated(),
                request.tags(),
                request.mps(),
                request.mrrs(),
                request.rcb(),
                request.attributes());
    }

    private static DmaRequest with(DmaRequest request, List<Segment> segments, Direction direction) {
        return new DmaRequest(
                request.name(),
                request.initiator(),
                request.memory(),
                direction,
                new Requests.Bulk(segments),
                AddressKind.BUS_ADDRESS,
                request.translated(),
                request.tags(),
                request.mps(),
                request.mrrs(),
                request.rcb(),
                request.attributes());
    }

    /** Fewer DMAs and longer ones, so that they may repeat themselves. */
    Scene bulk(SplittableRandom random) {
        boolean plain = random.nextBoolean();
        List<DmaAt> large = new ArrayList<>();
        for (DmaAt dma : dmas.subList(0, Math.min(dmas.size(), random.nextInt(1, plain ? 3 : 4)))) {
            DmaRequest request = dma.request();
            List<Segment> segments = new ArrayList<>();
            // Some have one length of whole pages, as the entries of a scatter list have.
            long pages = random.nextInt(1, 40) * 4096L;
            boolean scattered = random.nextInt(3) == 0;
            for (Segment each : request.segments()
                    .subList(0, random.nextInt(1, request.segments().size() + 1))) {
                long address = plain || random.nextBoolean() ? each.dmaAddress() & -4096 : each.dmaAddress();
                long length = scattered ? pages * 10 : random.nextLong(1, plain ? 3_000_000 : 600_000);
                segments.add(new Segment(scattered ? address & -4096 : address, length));
            }
            long stop =
                    random.nextBoolean() ? Agenda.NEVER : dma.start() + Ticks.ofNanoseconds(random.nextInt(400_000));
            large.add(new DmaAt(
                    dma.start(),
                    stop,
                    new DmaRequest(
                            request.name(),
                            request.initiator(),
                            request.memory(),
                            request.direction(),
                            new Requests.Bulk(segments),
                            random.nextInt(8) == 0 ? AddressKind.IOVA : AddressKind.BUS_ADDRESS,
                            request.translated(),
                            request.tags(),
                            request.mps(),
                            request.mrrs(),
                            request.rcb(),
                            request.attributes())));
        }
        return new Scene(fabric, plain ? Timings.DEFAULT : timing, large);
    }

    /** Some go to the memory of a socket, of which the last-level cache has all, none, or what depends on the address. */
    Scene ofMemory(SplittableRandom random) {
        List<DmaAt> some = new ArrayList<>();
        for (DmaAt dma : dmas) {
            DmaRequest request = dma.request();
            boolean device = random.nextInt(4) == 0;
            some.add(new DmaAt(dma.start(), dma.stop(), device ? request : with(request, anyMemory(random))));
        }
        return new Scene(fabric, timing, some);
    }

    private MemoryTarget anyMemory(SplittableRandom random) {
        String socket = fabric.hostBridges()
                .get(random.nextInt(fabric.hostBridges().size()))
                .socket();
        int share = random.nextInt(1, 20);
        return switch (random.nextInt(4)) {
            case 0 -> new MemoryTarget(socket);
            case 1 -> new MemoryTarget(socket, Cached.NONE, OptionalInt.empty());
            default -> MemoryTarget.window(socket, 16, share);
        };
    }

    private static DmaRequest with(DmaRequest request, MemoryTarget memory) {
        return new DmaRequest(
                request.name(),
                request.initiator(),
                memory,
                request.direction(),
                request.requests(),
                AddressKind.BUS_ADDRESS,
                request.translated(),
                request.tags(),
                request.mps(),
                request.mrrs(),
                64,
                request.attributes());
    }

    /** The same in operations, most of them. */
    Scene inOperations(SplittableRandom random) {
        List<DmaAt> cut = new ArrayList<>();
        for (DmaAt dma : dmas) {
            DmaRequest all = dma.request();
            DmaRequest request = new DmaRequest(
                    all.name(),
                    all.initiator(),
                    all.memory(),
                    all.direction(),
                    random.nextInt(4) == 0 ? all.requests() : regular(all.segments(), random),
                    all.kind(),
                    all.translated(),
                    all.tags(),
                    all.mps(),
                    all.mrrs(),
                    all.rcb(),
                    all.attributes());
            cut.add(new DmaAt(dma.start(), dma.stop(), request));
        }
        return new Scene(fabric, timing, cut);
    }

    /** Operations of one size, one after the other, as soon as they may start or at a rate; some begin again. */
    private static Requests regular(List<Segment> window, SplittableRandom random) {
        long length = window.stream().mapToLong(Segment::length).sum();
        int size = random.nextBoolean() ? 1 << random.nextInt(6, 15) : random.nextInt(1, 20_000);
        Requests.Start start = random.nextInt(3) == 0
                ? new Requests.Start.Paced(random.nextLong(100_000_000, 20_000_000_000L))
                : new Requests.Start.AtOnce();
        return new Requests.Operations(
                window,
                random.nextInt(4) == 0 ? 3 * length : length,
                (int) Math.min(size, length),
                (int) Math.min(size, length),
                Requests.Pattern.SEQUENTIAL,
                1,
                start,
                random.nextInt(3) == 0 ? 0 : random.nextInt(1, 17),
                random.nextLong());
    }

    Result run(Function<Engine, Progress> progress, List<Long> cuts) {
        Run run = new Run(fabric, timing, progress);
        List<Run.Log> logs = new ArrayList<>();
        dmas.forEach(dma -> logs.add(run.new Log()));
        List<LinkUse> use = go(run, logs, cuts);
        boolean stuck = logs.stream().anyMatch(log -> log.stuckAt != -1);
        return new Result(
                logs.stream().map(log -> log.told).toList(),
                logs.stream()
                        .map(log -> log.timesDone == 1 ? log.doneAt : log.stuckAt)
                        .toList(),
                use,
                stuck || run.network.isAtRest());
    }

    Summary sums(Function<Engine, Progress> progress, boolean takesRepeats, List<Long> cuts) {
        Run run = new Run(fabric, timing, progress);
        List<Sums> all = new ArrayList<>();
        dmas.forEach(dma -> all.add(new Sums(run.engine, takesRepeats)));
        List<LinkUse> use = go(run, all, cuts);
        return new Summary(
                all.stream().map(sums -> sums.counts).toList(),
                all.stream().map(sums -> sums.oneByOne).toList(),
                all.stream().map(sums -> sums.doneAt).toList(),
                use,
                all.stream().mapToLong(sums -> sums.skipped).sum());
    }

    /** What went wrong, of all DMAs together, in the order in which it was told. */
    List<Told> failures(Function<Engine, Progress> progress) {
        Run run = new Run(fabric, timing, progress);
        List<Told> failures = new ArrayList<>();
        List<DmaListener> listeners = new ArrayList<>();
        dmas.forEach(dma -> listeners.add(new FailureListener(failures)));
        go(run, listeners, List.of());
        return failures;
    }

    private record FailureListener(List<Told> failures) implements DmaListener {
        @Override
        public void landed(long at, long address, int bytes, long issued) {}

        @Override
        public void completed(long at, long address, int bytes, long issued) {}

        @Override
        public void failed(Failure how, long at, long address, int bytes, long issued) {
            failures.add(new Told(Run.What.of(how), address, bytes, issued, at));
        }

        @Override
        public void done() {}
    }

    private List<LinkUse> go(Run run, List<? extends DmaListener> listeners, List<Long> cuts) {
        for (int i = 0; i < dmas.size(); i++) {
            DmaAt dma = dmas.get(i);
            DmaListener listener = listeners.get(i);
            run.engine.at(dma.start(), () -> run.network.start(dma.request(), listener));
            if (dma.stop() != Agenda.NEVER) {
                run.engine.at(dma.stop(), () -> run.network.stop(dma.request().name()));
            }
        }
        for (long cut : cuts) {
            run.engine.runUntil(cut);
        }
        run.engine.run();
        run.network.end();
        return run.run();
    }

    /** Counts TLPs by what became of them, their size and their latency. */
    private static final class Sums implements DmaListener, DmaListener.Repeats {
        private final Map<Told, Long> counts = new HashMap<>();
        private final Set<Told> oneByOne = new HashSet<>();
        private final Engine engine;
        private final boolean takesRepeats;
        private long doneAt = -1;
        private long skipped;

        Sums(Engine engine, boolean takesRepeats) {
            this.engine = engine;
            this.takesRepeats = takesRepeats;
        }

        private void count(Run.What what, long times, int bytes, long latency) {
            counts.merge(new Told(what, 0, bytes, 0, latency), times, Long::sum);
        }

        private void one(Told told) {
            oneByOne.add(told);
            count(told.what(), 1, told.bytes(), told.latency());
        }

        @Override
        public Optional<Repeats> repeats() {
            return takesRepeats ? Optional.of(this) : Optional.empty();
        }

        @Override
        public void repeated(boolean completed, long at, long period, long count, int bytes, long latency) {
            skipped += count;
            count(completed ? Run.What.COMPLETED : Run.What.LANDED, count, bytes, latency);
        }

        @Override
        public void landed(long at, long address, int bytes, long issued) {
            one(new Told(Run.What.LANDED, address, bytes, issued, at));
        }

        @Override
        public void completed(long at, long address, int bytes, long issued) {
            one(new Told(Run.What.COMPLETED, address, bytes, issued, at));
        }

        @Override
        public void failed(Failure how, long at, long address, int bytes, long issued) {
            one(new Told(Run.What.of(how), address, bytes, issued, at));
        }

        @Override
        public void waitsForEver(long at) {
            doneAt = at;
        }

        @Override
        public void repeatedFinish(long count, long ticks) {
            skipped += count;
            count(Run.What.FINISHED, count, 0, ticks);
        }

        @Override
        public void finished(long at, long started) {
            one(new Told(Run.What.FINISHED, 0, 0, started, at));
        }

        @Override
        public void done() {
            doneAt = engine.now();
        }
    }
}
