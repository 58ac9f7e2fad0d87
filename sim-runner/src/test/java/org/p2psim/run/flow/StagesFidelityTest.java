package org.p2psim.run.flow;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.p2psim.routing.AddressKind;
import org.p2psim.run.flow.DmaRequest.Direction;
import org.p2psim.run.flow.DmaRequest.Segment;
import org.p2psim.run.flow.Requests.Operations;
import org.p2psim.timing.Timings;
import org.p2psim.topology.Fabric;
import org.p2psim.topology.PciFunction;
import org.p2psim.unit.Ticks;

/** What passes stages takes the same times, TLP by TLP, whatever is an event and whatever is not; bulk DMA beside it too. */
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

    private static Scene scene(SplittableRandom random) {
        Fabric grown = Machine.random(random);
        while (grown.endpoints().size() < 2) {
            grown = Machine.random(random);
        }
        List<DmaAt> dmas = new ArrayList<>();
        int count = random.nextInt(1, 8);
        for (int i = 0; i < count; i++) {
            long start = Ticks.ofNanoseconds(random.nextInt(20) * 50);
            long stop = random.nextInt(4) == 0 ? start + Ticks.ofNanoseconds(random.nextInt(60) * 50) : Agenda.NEVER;
            dmas.add(new DmaAt(start, stop, anyStages("dma" + i, grown.endpoints(), random)));
        }
        Timings timing = RandomTimings.ofIommus(grown, 1 + random.nextInt(4), random);
        return new Scene(grown, timing, dmas);
    }

    /** One DMA, or up to three stages that operations pass. */
    private static List<Stage> anyStages(String name, ImmutableList<PciFunction> endpoints, SplittableRandom random) {
        int count = Math.max(0, random.nextInt(-2, 4));
        if (count == 0) {
            DmaRequest bulk = anyDma(name, endpoints, new Requests.Bulk(anySegments(random)), random);
            return List.of(new Stage.Dma(bulk, DmaAt.NOBODY));
        }
        Operations operations = anyOperations(random);
        List<Stage> stages = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String stage = i == 0 ? name : name + " stage " + i;
            stages.add(anyStage(stage, endpoints, operations, random));
        }
        return stages;
    }

    private static Stage anyStage(
            String name, ImmutableList<PciFunction> endpoints, Operations operations, SplittableRandom random) {
        if (random.nextBoolean()) {
            DmaRequest request = anyDma(name, endpoints, operations, random);
            return new Stage.Dma(request, DmaAt.NOBODY);
        }
        DevicePort port = PORTS.get(random.nextInt(PORTS.size()));
        int packet = 128 << random.nextInt(6);
        return new Stage.Behind(name, endpoints.get(0), port, operations, packet, DmaAt.NOBODY);
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

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void everyEventAndKnownTimesAgree(int seed) {
        SplittableRandom random = new SplittableRandom(seed);
        FidelityTest.assertAgreement(scene(random), random, seed);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void whatIsSkippedIsCountedAllTheSame(int seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Scene scene = scene(random);
        List<DmaAt> large =
                scene.dmas().stream().map(dma -> larger(dma, random)).toList();
        FidelityTest.assertCountedAllTheSame(new Scene(scene.fabric(), scene.timing(), large), random, seed);
    }

    /** The same, but of a DMA in bulk several times as much. */
    private static DmaAt larger(DmaAt dma, SplittableRandom random) {
        if (!(dma.stages().get(0) instanceof Stage.Dma only && only.request().requests() instanceof Requests.Bulk)) {
            return dma;
        }
        List<Segment> segments = only.request().segments().stream()
                .map(each -> new Segment(each.dmaAddress(), each.length() * random.nextInt(1, 40)))
                .toList();
        DmaRequest request = new DmaLike(only.request())
                .segments(segments)
                .kind(random.nextInt(4) == 0 ? AddressKind.IOVA : AddressKind.BUS_ADDRESS)
                .request();
        return new DmaAt(dma.start(), dma.stop() == Agenda.NEVER ? Agenda.NEVER : dma.stop() * 20, request);
    }
}
