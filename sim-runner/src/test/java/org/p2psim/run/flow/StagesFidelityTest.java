package org.p2psim.run.flow;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.p2psim.outcome.LinkUse;
import org.p2psim.routing.AddressKind;
import org.p2psim.run.flow.DmaRequest.Direction;
import org.p2psim.run.flow.DmaRequest.Segment;
import org.p2psim.run.flow.Requests.Operations;
import org.p2psim.run.flow.Run.Told;
import org.p2psim.timing.Timings;
import org.p2psim.topology.Fabric;
import org.p2psim.topology.PciFunction;
import org.p2psim.unit.Ticks;

/** Any traffic on any fabric takes the same times, TLP by TLP, whatever is an event and whatever is not. */
class StagesFidelityTest {
    /** Besides, of an operation that fails at an early stage while one before it is on its way through the last. */
    static Stream<Integer> seeds() {
        return IntStream.concat(
                        IntStream.rangeClosed(1, Integer.getInteger("p2psim.fidelity.seeds", 60)), IntStream.of(561))
                .boxed();
    }

    private static final List<DevicePort> PORTS = List.of(
            new DevicePort("slow", 1_000_000_000, 66, Ticks.ofNanoseconds(600)),
            new DevicePort("fast", 50_000_000_000L, 0, 0));

    private record DmaAt(long start, long stop, String name, List<Function<DmaListener, Stage>> stages) {}

    private record Scene(Fabric fabric, Timings timing, List<DmaAt> dmas) {
        static Scene of(SplittableRandom random) {
            Fabric grown = Machine.random(random);
            while (grown.endpoints().size() < 2) {
                grown = Machine.random(random);
            }
            List<DmaAt> dmas = new ArrayList<>();
            int count = random.nextInt(1, 8);
            for (int i = 0; i < count; i++) {
                long start = Ticks.ofNanoseconds(random.nextInt(20) * 50);
                long stop = random.nextInt(4) == 0 ? start + Ticks.ofNanoseconds(random.nextInt(60) * 50) : -1;
                dmas.add(new DmaAt(start, stop, "dma" + i, anyStages("dma" + i, grown.endpoints(), random)));
            }
            Timings timing = RandomTimings.ofIommus(grown, 1 + random.nextInt(4), random);
            return new Scene(grown, timing, dmas);
        }
    }

    /** One DMA, or up to three stages that operations pass. */
    private static List<Function<DmaListener, Stage>> anyStages(
            String name, ImmutableList<PciFunction> endpoints, SplittableRandom random) {
        int count = Math.max(0, random.nextInt(-2, 4));
        if (count == 0) {
            return one(anyDma(name, endpoints, new Requests.Bulk(anySegments(random)), random));
        }
        Operations operations = anyOperations(random);
        List<Function<DmaListener, Stage>> stages = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String stage = i == 0 ? name : name + " stage " + i;
            stages.add(anyStage(stage, endpoints, operations, random));
        }
        return stages;
    }

    private static Function<DmaListener, Stage> anyStage(
            String name, ImmutableList<PciFunction> endpoints, Operations operations, SplittableRandom random) {
        if (random.nextBoolean()) {
            DmaRequest request = anyDma(name, endpoints, operations, random);
            return listener -> new Stage.Dma(request, listener);
        }
        DevicePort port = PORTS.get(random.nextInt(PORTS.size()));
        int packet = 128 << random.nextInt(6);
        return listener -> new Stage.Behind(name, endpoints.get(0), port, operations, packet, listener);
    }

    private static List<Function<DmaListener, Stage>> one(DmaRequest request) {
        return List.of(listener -> new Stage.Dma(request, listener));
    }

    private static Operations anyOperations(SplittableRandom random) {
        List<Segment> window = anySegments(random);
        long length = window.stream().mapToLong(Segment::length).sum();
        int max = (int) random.nextLong(1, Math.min(length, 10_000) + 1);
        long rate = random.nextLong(100_000_000, 40_000_000_000L);
        Requests.Start start = switch (random.nextInt(3)) {
            case 0 -> new Requests.Start.AtOnce();
            case 1 -> new Requests.Start.Paced(rate);
            default -> new Requests.Start.Poisson(rate);
        };
        return new Operations(
                window,
                random.nextLong(1, 60_000),
                random.nextBoolean() ? max : random.nextInt(1, max + 1),
                max,
                random.nextBoolean() ? Requests.Pattern.RANDOM : Requests.Pattern.SEQUENTIAL,
                1 << random.nextInt(8),
                start,
                random.nextInt(6),
                random.nextLong());
    }

    private static List<Segment> anySegments(SplittableRandom random) {
        List<Segment> segments = new ArrayList<>();
        for (int i = random.nextInt(1, 6); i > 0; i--) {
            segments.add(new Segment(random.nextLong(1L << 46), random.nextLong(1, 20_000)));
        }
        return segments;
    }

    private static DmaRequest anyDma(
            String name, ImmutableList<PciFunction> endpoints, Requests requests, SplittableRandom random) {
        int initiator = random.nextInt(endpoints.size());
        int target = (initiator + random.nextInt(1, endpoints.size())) % endpoints.size();
        long blockedFrom = random.nextInt(4) == 0 ? random.nextLong(1L << 46) : Long.MAX_VALUE;
        return new DmaRequest(
                name,
                endpoints.get(initiator),
                new Target.PciTarget(endpoints.get(target)),
                random.nextBoolean() ? Direction.READ : Direction.WRITE,
                requests,
                random.nextBoolean() ? AddressKind.IOVA : AddressKind.BUS_ADDRESS,
                address -> address < blockedFrom,
                random.nextInt(1, 65),
                128 << random.nextInt(3),
                128 << random.nextInt(6),
                64 << random.nextInt(2));
    }

    private record Result(List<List<Told>> told, List<Long> doneAt, List<LinkUse> use) {}

    private static Result run(Scene scene, Fidelity fidelity, List<Long> cuts) {
        Run run = new Run(scene.fabric(), scene.timing(), fidelity);
        List<Run.Log> logs = new ArrayList<>();
        for (DmaAt dma : scene.dmas()) {
            logs.addAll(run.start(dma.start(), dma.stages()));
            if (dma.stop() >= 0) {
                run.engine.at(dma.stop(), () -> run.network.stop(dma.name()));
            }
        }
        for (long cut : cuts) {
            run.engine.runUntil(cut);
        }
        List<LinkUse> use = run.run();
        assertThat(logs).as("everybody hears of the end once").allMatch(log -> log.timesDone == 1);
        return new Result(
                logs.stream().map(log -> log.told).toList(),
                logs.stream().map(log -> log.doneAt).toList(),
                use);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void everyEventAndKnownTimesAgree(int seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Scene scene = Scene.of(random);
        Result everyEvent = run(scene, Fidelity.L0, List.of());
        Result known = run(scene, Fidelity.L1, List.of());
        assertThat(known.told()).as("seed %d", seed).isEqualTo(everyEvent.told());
        assertThat(known.doneAt()).as("seed %d", seed).isEqualTo(everyEvent.doneAt());
        assertThat(known.use()).as("seed %d", seed).isEqualTo(everyEvent.use());
        List<Long> cuts =
                random.longs(5, 0, Ticks.ofNanoseconds(5000)).sorted().boxed().toList();
        assertThat(run(scene, Fidelity.L1, cuts)).as("seed %d, cut", seed).isEqualTo(known);
    }

    /** What a listener can say of many TLPs at once. */
    private static final class Sums implements DmaListener, DmaListener.Repeats {
        private final java.util.Map<String, Long> counts = new java.util.TreeMap<>();
        private final Run run;
        private final boolean repeats;
        private long doneAt;

        Sums(Run run, boolean repeats) {
            this.run = run;
            this.repeats = repeats;
        }

        private void count(String what, long times, int bytes, long latency) {
            counts.merge(what + " " + bytes + " " + latency, times, Long::sum);
        }

        @Override
        public Optional<Repeats> repeats() {
            return repeats ? Optional.of(this) : Optional.empty();
        }

        @Override
        public void repeated(boolean completed, long at, long period, long count, int bytes, long latency) {
            count(completed ? "completed" : "landed", count, bytes, latency);
        }

        @Override
        public void repeatedFinish(long count, long ticks) {
            count("finished", count, 0, ticks);
        }

        @Override
        public void landed(long at, long address, int bytes, long issued) {
            count("landed", 1, bytes, at - issued);
        }

        @Override
        public void completed(long at, long address, int bytes, long issued) {
            count("completed", 1, bytes, at - issued);
        }

        @Override
        public void finished(long at, long started) {
            count("finished", 1, 0, at - started);
        }

        @Override
        public void done() {
            doneAt = run.engine.now();
        }
    }

    private record Summary(List<java.util.Map<String, Long>> counts, List<Long> doneAt, List<LinkUse> use) {}

    private static Summary sums(Scene scene, Fidelity fidelity, List<Long> cuts) {
        Run run = new Run(scene.fabric(), scene.timing(), fidelity);
        List<Sums> all = new ArrayList<>();
        for (DmaAt dma : scene.dmas()) {
            List<Stage> stages = new ArrayList<>();
            for (Function<DmaListener, Stage> stage : dma.stages()) {
                Sums sums = new Sums(run, fidelity == Fidelity.L2);
                all.add(sums);
                stages.add(stage.apply(sums));
            }
            run.engine.at(dma.start(), () -> run.network.start(stages));
            if (dma.stop() >= 0) {
                run.engine.at(dma.stop(), () -> run.network.stop(dma.name()));
            }
        }
        for (long cut : cuts) {
            run.engine.runUntil(cut);
        }
        List<LinkUse> use = run.run();
        return new Summary(
                all.stream().map(sums -> sums.counts).toList(),
                all.stream().map(sums -> sums.doneAt).toList(),
                use);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void whatIsSkippedIsCountedAllTheSame(int seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Scene scene = Scene.of(random);
        List<DmaAt> large = new ArrayList<>();
        for (DmaAt dma : scene.dmas()) {
            Stage first = dma.stages().get(0).apply(new Sums(new Run(scene.fabric()), false));
            if (!(first instanceof Stage.Dma only && only.request().requests() instanceof Requests.Bulk)) {
                large.add(dma);
                continue;
            }
            DmaRequest q = only.request();
            List<Segment> segments = q.segments().stream()
                    .map(each -> new Segment(each.dmaAddress(), each.length() * random.nextInt(1, 40)))
                    .toList();
            large.add(new DmaAt(
                    dma.start(),
                    dma.stop() < 0 ? -1 : dma.stop() * 20,
                    q.name(),
                    one(new DmaRequest(
                            q.name(),
                            q.initiator(),
                            q.target(),
                            q.direction(),
                            segments,
                            random.nextInt(4) == 0 ? AddressKind.IOVA : AddressKind.BUS_ADDRESS,
                            q.translated(),
                            q.tags(),
                            q.mps(),
                            q.mrrs(),
                            q.rcb()))));
        }
        Scene bulk = new Scene(scene.fabric(), scene.timing(), large);
        Summary known = sums(bulk, Fidelity.L0, List.of());
        assertThat(sums(bulk, Fidelity.L2, List.of())).as("seed %d", seed).isEqualTo(known);
        List<Long> cuts =
                random.longs(5, 0, Ticks.ofNanoseconds(50_000)).sorted().boxed().toList();
        assertThat(sums(bulk, Fidelity.L2, cuts)).as("seed %d, cut", seed).isEqualTo(known);
    }
}
