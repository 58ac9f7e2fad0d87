package org.p2psim.run.flow;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.p2psim.routing.AddressKind;
import org.p2psim.run.engine.Engine;
import org.p2psim.run.flow.DmaRequest.Direction;
import org.p2psim.run.flow.DmaRequest.Segment;
import org.p2psim.run.flow.Requests.Operations;
import org.p2psim.run.flow.Requests.Pattern;
import org.p2psim.run.flow.Requests.Start;
import org.p2psim.run.flow.Run.What;
import org.p2psim.run.flow.Scene.Result;
import org.p2psim.topology.Fabric;
import org.p2psim.topology.IommuMode;
import org.p2psim.topology.Link;
import org.p2psim.topology.PciFunction;
import org.p2psim.timing.Timings;
import org.p2psim.unit.Ticks;

/** What repeats itself within one operation is skipped, or told TLP by TLP, as if it had been simulated. */
class LargeOperationsTest {
    private static final Link GEN4_X16 = new Link(4, 16);
    private static final long GIB = 1L << 30;

    private final Fabric fabric;

    LargeOperationsTest() {
        Machine machine = new Machine().socket().hostBridge(IommuMode.OFF, 256);
        PciFunction upstream = machine.upstreamPort(machine.rootPort(GEN4_X16));
        machine.endpoint(machine.downstreamPort(upstream, GEN4_X16));
        machine.endpoint(machine.downstreamPort(upstream, GEN4_X16));
        fabric = machine.fabric();
    }

    static Stream<Integer> seeds() {
        return FidelityTest.seeds();
    }

    private static Scene scene(SplittableRandom random) {
        return Scene.of(random).bulk(random).inLargeOperations(random);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void whatIsSkippedIsCountedAllTheSame(int seed) {
        SplittableRandom random = new SplittableRandom(seed);
        FidelityTest.assertCountedAllTheSame(scene(random), random, seed);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void whatIsSkippedOfHostMemoryIsCountedAllTheSame(int seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Scene scene = Scene.of(random).bulk(random).ofMemory(random).inLargeOperations(random);
        FidelityTest.assertCountedAllTheSame(scene, random, seed);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void whatRepeatsItselfIsToldTlpByTlp(int seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Scene scene = scene(random);
        Result everyEvent = scene.run(FidelityTest.L0, List.of());
        List<Long> cuts = FidelityTest.cuts(Ticks.ofNanoseconds(50_000), random);
        assertThat(scene.run(FidelityTest.L1, cuts)).as("seed %d, L1", seed).isEqualTo(everyEvent);
        assertThat(scene.run(FidelityTest.L2, List.of())).as("seed %d, L2", seed).isEqualTo(everyEvent);
    }

    /** Where each DMA is one operation, there is nothing to skip but what is in it. */
    @Test
    void manyScenesOfSingleOperationsAreSkipped() {
        long skipping = IntStream.rangeClosed(1, 80)
                .mapToObj(seed -> scene(new SplittableRandom(seed)))
                .filter(scene -> scene.dmas().stream().allMatch(LargeOperationsTest::isOneOperation))
                .filter(scene -> scene.sums(FidelityTest.L2, true, List.of()).skipped() > 0)
                .count();
        assertThat(skipping).isGreaterThanOrEqualTo(4);
    }

    private static boolean isOneOperation(Scene.DmaAt dma) {
        Operations operations = (Operations) dma.request().requests();
        return operations.minSize() == operations.bytes();
    }

    /** Of the millions of TLPs that a gibibyte has, all but a few hundred are skipped, from the first operation on. */
    @ParameterizedTest(name = "{0}, depth {1}, {2} MiB to 1 GiB, {3}")
    @CsvSource({
        "WRITE, 0, 1024, SEQUENTIAL",
        "READ, 0, 1024, SEQUENTIAL",
        "WRITE, 1, 1024, SEQUENTIAL",
        "READ, 1, 1024, SEQUENTIAL",
        "WRITE, 2, 1024, SEQUENTIAL",
        "READ, 4, 1024, SEQUENTIAL",
        "WRITE, 2, 512, SEQUENTIAL",
        "READ, 1, 512, RANDOM",
    })
    void operationsOfAGibibyteAreSkipped(Direction direction, int depth, int least, Pattern pattern) {
        for (long bytes : new long[] {GIB, 1024 * GIB}) {
            List<Segment> window = List.of(new Segment(1L << 41, bytes));
            Operations all = new Operations(
                    window, bytes, least << 20, (int) GIB, pattern, 1 << 20, new Start.AtOnce(), depth, 1);
            AtomicLong simulated = new AtomicLong();
            Run run = new Run(fabric, Timings.DEFAULT, engine -> counting(engine, simulated));
            Sums sums = new Sums(run.engine, true);
            run.engine.at(0, () -> run.network.start(request(direction, all), sums));
            run.run();
            assertThat(sums.bytes(direction == Direction.READ ? What.COMPLETED : What.LANDED)).isEqualTo(bytes);
            System.out.println(bytes / GIB + " " + simulated);
            long operations = 2 * bytes / GIB;
            assertThat(simulated).hasValueLessThan(10_000 + 2000 * operations);
        }
    }

    private DmaRequest request(Direction direction, Requests requests) {
        return new DmaRequest(
                "dma",
                fabric.endpoints().get(0),
                new Target.PciTarget(fabric.endpoints().get(1)),
                direction,
                requests,
                AddressKind.BUS_ADDRESS,
                address -> true,
                256,
                256,
                512,
                64);
    }

    /** Counts TLPs that come to the end of their way. */
    private static Progress counting(Engine engine, AtomicLong simulated) {
        return new KnownTimes(engine, true) {
            @Override
            void arrives(Tlp tlp, long at) {
                simulated.incrementAndGet();
                super.arrives(tlp, at);
            }
        };
    }
}
