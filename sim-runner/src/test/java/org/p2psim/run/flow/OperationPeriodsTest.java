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
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.p2psim.run.engine.Engine;
import org.p2psim.run.flow.DmaRequest.Direction;
import org.p2psim.run.flow.DmaRequest.Segment;
import org.p2psim.run.flow.Requests.Operations;
import org.p2psim.run.flow.Requests.Pattern;
import org.p2psim.run.flow.Requests.Start;
import org.p2psim.run.flow.Run.What;
import org.p2psim.run.flow.Scene.Result;
import org.p2psim.timing.Timings;
import org.p2psim.topology.IommuMode;
import org.p2psim.topology.Link;
import org.p2psim.topology.PciFunction;
import org.p2psim.unit.Ticks;

/** What repeats itself in operations that are large, or in a small window, is skipped as if it had been simulated. */
class OperationPeriodsTest {
    private static final long GIB = 1L << 30;

    static Stream<Integer> seeds() {
        return FidelityTest.seeds();
    }

    static Scene large(SplittableRandom random) {
        return Scene.of(random).bulk(random).inLargeOperations(random);
    }

    static Scene rounds(SplittableRandom random) {
        return Scene.of(random).bulk(random).inRounds(random);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void largeOperationsAreCountedAllTheSame(int seed) {
        SplittableRandom random = new SplittableRandom(seed);
        FidelityTest.assertCountedAllTheSame(large(random), random, seed);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void largeOperationsOnHostMemoryAreCountedAllTheSame(int seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Scene scene = Scene.of(random).bulk(random).ofMemory(random).inLargeOperations(random);
        FidelityTest.assertCountedAllTheSame(scene, random, seed);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void roundsAreCountedAllTheSame(int seed) {
        SplittableRandom random = new SplittableRandom(seed);
        FidelityTest.assertCountedAllTheSame(rounds(random), random, seed);
    }

    /**
     * Besides, of a request at the end of a segment, and one below 4 GiB, at which the state had been as it was later in
     * the next.
     */
    static Stream<Integer> seedsOfPeriods() {
        return Stream.concat(seeds(), Stream.of(552, 1025));
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seedsOfPeriods")
    void largeOperationsAreToldTlpByTlp(int seed) {
        SplittableRandom random = new SplittableRandom(seed);
        assertToldTlpByTlp(large(random), random, seed);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void roundsAreToldTlpByTlp(int seed) {
        SplittableRandom random = new SplittableRandom(seed);
        assertToldTlpByTlp(rounds(random), random, seed);
    }

    private static void assertToldTlpByTlp(Scene scene, SplittableRandom random, int seed) {
        Result everyEvent = scene.run(FidelityTest.L0, List.of());
        List<Long> cuts = FidelityTest.cuts(Ticks.ofNanoseconds(50_000), random);
        assertThat(scene.run(FidelityTest.L1, cuts)).as("seed %d, L1", seed).isEqualTo(everyEvent);
        assertThat(scene.run(FidelityTest.L2, List.of()))
                .as("seed %d, L2", seed)
                .isEqualTo(everyEvent);
    }

    /** Where each DMA is one operation, there is nothing to skip but what is in it. */
    @Test
    void manyScenesOfSingleOperationsAreSkipped() {
        long skipping = IntStream.rangeClosed(1, 80)
                .mapToObj(seed -> large(new SplittableRandom(seed)))
                .filter(scene -> scene.dmas().stream().allMatch(OperationPeriodsTest::isOneOperation))
                .filter(scene -> scene.sums(FidelityTest.L2, true, List.of()).skipped() > 0)
                .count();
        assertThat(skipping).isGreaterThanOrEqualTo(4);
    }

    /** More is told of at once than there are TLPs in a window. */
    @Test
    void manyScenesGoRoundInOneSkip() {
        long skipping = IntStream.rangeClosed(1, 80)
                .mapToObj(seed -> rounds(new SplittableRandom(seed)))
                .filter(OperationPeriodsTest::isSkippedInRounds)
                .count();
        assertThat(skipping).isGreaterThanOrEqualTo(4);
    }

    private static boolean isSkippedInRounds(Scene scene) {
        List<Long> repeats = scene.sums(FidelityTest.L2, true, List.of()).longestRepeat();
        return IntStream.range(0, repeats.size())
                .anyMatch(i -> repeats.get(i) > window(scene.dmas().get(i)));
    }

    private static long window(DmaAt dma) {
        return dma.request().segments().stream().mapToLong(Segment::length).sum();
    }

    private static boolean isOneOperation(DmaAt dma) {
        Operations operations = (Operations) dma.request().requests();
        return operations.minSize() == operations.bytes();
    }

    /** Of the millions of TLPs that a gibibyte has, all but a few thousand are skipped, from the first operation on. */
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
            long operations = 2 * bytes / GIB;
            assertThat(simulated(direction, all)).isLessThan(10_000 + 2000 * operations);
        }
    }

    /** However often it is begun again. */
    @ParameterizedTest
    @EnumSource
    void roundsOfASmallWindowAreSkipped(Direction direction) {
        for (long bytes : new long[] {GIB, 1024 * GIB}) {
            List<Segment> window = List.of(new Segment(1L << 41, 256 << 10));
            Requests all =
                    new Operations(window, bytes, 4096, 4096, Pattern.SEQUENTIAL, 4096, new Start.AtOnce(), 64, 1);
            assertThat(simulated(direction, all)).isLessThan(50_000);
        }
    }

    /** TLPs that came to the end of their way one by one. */
    private static long simulated(Direction direction, Requests all) {
        Machine machine = new Machine().socket().hostBridge(IommuMode.OFF, 256);
        List<PciFunction> below = machine.belowASwitch(2, new Link(4, 16));
        DmaRequest request = DmaLike.usual(below.get(0), below.get(1), direction)
                .requests(all)
                .request();
        AtomicLong simulated = new AtomicLong();
        Run run = new Run(machine.fabric(), Timings.DEFAULT, engine -> counting(engine, simulated));
        Sums sums = new Sums(run.engine, true);
        run.engine.at(0, () -> run.network.start(request, sums));
        run.run();
        assertThat(sums.bytes(direction == Direction.READ ? What.COMPLETED : What.LANDED))
                .isEqualTo(all.bytes());
        return simulated.get();
    }

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
