package org.p2psim.run.flow;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.p2psim.run.engine.Engine;
import org.p2psim.run.flow.Run.Told;
import org.p2psim.run.flow.Scene.Result;
import org.p2psim.run.flow.Scene.Summary;
import org.p2psim.unit.Ticks;

/**
 * Any traffic on any fabric takes the same times, TLP by TLP, whatever is an event and whatever is not; and what is
 * skipped is counted as if it had not been. {@link PlantedFaultsTest} shows that these comparisons are sharp.
 */
class FidelityTest {
    static final Function<Engine, Progress> L0 = EveryEvent::new;
    static final Function<Engine, Progress> L1 = engine -> new KnownTimes(engine, false);
    static final Function<Engine, Progress> L2 = engine -> new KnownTimes(engine, true);

    static Stream<Integer> seeds() {
        return IntStream.rangeClosed(1, Integer.getInteger("p2psim.fidelity.seeds", 80))
                .boxed();
    }

    static Scene scene(SplittableRandom random) {
        Scene scene = Scene.of(random);
        return random.nextBoolean() ? scene.withTies(scene.run(L0, List.of()), random) : scene;
    }

    static List<Long> cuts(long until, SplittableRandom random) {
        return random.longs(5, 0, until).sorted().boxed().toList();
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void everyEventAndKnownTimesAgree(int seed) {
        SplittableRandom random = new SplittableRandom(seed);
        assertAgreement(scene(random), random, seed);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void everyEventAndKnownTimesAgreeWhereFlowsAreAlone(int seed) {
        SplittableRandom random = new SplittableRandom(seed);
        assertAgreement(sparse(random), random, seed);
    }

    static Scene sparse(SplittableRandom random) {
        Scene scene = Scene.sparse(random);
        return random.nextBoolean() ? scene.withTies(scene.run(L0, List.of()), random) : scene;
    }

    static void assertAgreement(Scene scene, SplittableRandom random, int seed) {
        Result everyEvent = scene.run(L0, List.of());
        Result known = scene.run(L1, List.of());
        assertThat(known.told()).as("seed %d", seed).isEqualTo(everyEvent.told());
        assertThat(known.doneAt()).as("seed %d", seed).doesNotContain(-1L).isEqualTo(everyEvent.doneAt());
        assertThat(known.use()).as("seed %d", seed).isEqualTo(everyEvent.use());
        assertThat(everyEvent.atRest() && known.atRest()).as("seed %d", seed).isTrue();
        List<Long> cuts = cuts(Ticks.ofNanoseconds(5000), random);
        assertThat(scene.run(L1, cuts)).as("seed %d, cut", seed).isEqualTo(known);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void whatIsSkippedIsCountedAllTheSame(int seed) {
        SplittableRandom random = new SplittableRandom(seed);
        assertCountedAllTheSame(Scene.of(random).bulk(random), random, seed);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void operationsThatAreSkippedAreCountedAllTheSame(int seed) {
        SplittableRandom random = new SplittableRandom(seed);
        assertCountedAllTheSame(Scene.of(random).bulk(random).inOperations(random), random, seed);
    }

    /** An IOTLB has the translations of what was skipped, too. */
    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void whatWasTranslatedIsTranslatedFasterTheNextTime(int seed) {
        SplittableRandom random = new SplittableRandom(seed);
        assertCountedAllTheSame(Scene.of(random).bulk(random).again(random), random, seed);
    }

    static void assertCountedAllTheSame(Scene scene, SplittableRandom random, int seed) {
        Summary known = scene.sums(L0, false, List.of());
        assertThat(known.doneAt()).as("seed %d", seed).doesNotContain(-1L);
        for (List<Long> cuts : List.of(List.<Long>of(), cuts(Ticks.ofNanoseconds(50_000), random))) {
            Summary skipping = scene.sums(L2, true, cuts);
            assertThat(skipping.counts()).as("seed %d", seed).isEqualTo(known.counts());
            for (int i = 0; i < known.oneByOne().size(); i++) {
                assertThat(known.oneByOne()
                                .get(i)
                                .containsAll(skipping.oneByOne().get(i)))
                        .as("seed %d: what is told of TLPs that are not skipped", seed)
                        .isTrue();
            }
            assertThat(skipping.doneAt()).as("seed %d", seed).isEqualTo(known.doneAt());
            assertThat(skipping.use()).as("seed %d", seed).isEqualTo(known.use());
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void failuresOfAllAreToldInTheOrderOfTime(int seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Scene scene = Scene.of(random);
        for (Scene each : List.of(scene, scene.bulk(random))) {
            List<Told> told = each.failures(L0);
            assertThat(told).as("seed %d", seed).isSortedAccordingTo(Comparator.comparingLong(Told::at));
            assertThat(each.failures(L1)).as("seed %d, L1", seed).isEqualTo(told);
            assertThat(each.failures(L2)).as("seed %d, L2", seed).isEqualTo(told);
        }
    }

    @Test
    void manyScenesHaveFailuresOfWhichTheOrderCanBeWrong() {
        long with = seeds().map(seed -> Scene.of(new SplittableRandom(seed)))
                .filter(scene -> scene.failures(L1).size() > 1)
                .count();
        assertThat(with).isGreaterThan(seeds().count() / 4);
    }

    /** Which reads the last-level cache answers may depend on nothing but their addresses. */
    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void whatIsSkippedOfHostMemoryIsCountedAllTheSame(int seed) {
        SplittableRandom random = new SplittableRandom(seed);
        assertCountedAllTheSame(Scene.of(random).bulk(random).ofMemory(random), random, seed);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void operationsOnHostMemoryAreCountedAllTheSame(int seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Scene scene = Scene.of(random).bulk(random).ofMemory(random).inOperations(random);
        assertCountedAllTheSame(scene, random, seed);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void everyEventAndKnownTimesAgreeOnHostMemory(int seed) {
        SplittableRandom random = new SplittableRandom(seed);
        assertAgreement(Scene.of(random).bulk(random).ofMemory(random), random, seed);
    }

    /**
     * Besides, of failures of one instant that were told before all of that instant was known, of a period that begins
     * at the end of a segment, of one function with a DMA that is translated and one that is not, and of a DMA that
     * waits for ever while others go on.
     */
    static Stream<Integer> seedsOfPeriods() {
        return Stream.concat(seeds(), Stream.of(497, 552, 1333, 2311));
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seedsOfPeriods")
    void whatRepeatsItselfIsToldTlpByTlp(int seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Scene scene = Scene.of(random).bulk(random);
        Result everyEvent = scene.run(L0, List.of());
        List<Long> cuts = cuts(Ticks.ofNanoseconds(50_000), random);
        assertThat(scene.run(L1, List.of())).as("seed %d, L1", seed).isEqualTo(everyEvent);
        assertThat(scene.run(L1, cuts)).as("seed %d, L1, cut", seed).isEqualTo(everyEvent);
        assertThat(scene.run(L2, List.of())).as("seed %d, L2", seed).isEqualTo(everyEvent);
    }

    /** Otherwise the comparison would say nothing. */
    @Test
    void someOfItIsToldAgain() {
        long telling = IntStream.rangeClosed(1, 40)
                .filter(seed -> {
                    AtomicBoolean found = new AtomicBoolean();
                    SplittableRandom random = new SplittableRandom(seed);
                    Scene.of(random).bulk(random).run(engine -> notingSkips(engine, found), List.of());
                    return found.get();
                })
                .count();
        assertThat(telling).isGreaterThanOrEqualTo(4);
    }

    private static Progress notingSkips(Engine engine, AtomicBoolean found) {
        return new KnownTimes(engine, false) {
            @Override
            long nextSkip() {
                found.set(true);
                return super.nextSkip();
            }
        };
    }

    /** Otherwise the comparison would say nothing. */
    @Test
    void someFlowsAreAlone() {
        long alone = IntStream.rangeClosed(1, 40)
                .filter(seed -> {
                    AtomicBoolean found = new AtomicBoolean();
                    sparse(new SplittableRandom(seed)).run(engine -> noting(engine, found), List.of());
                    return found.get();
                })
                .count();
        assertThat(alone).isGreaterThanOrEqualTo(10);
    }

    private static Progress noting(Engine engine, AtomicBoolean found) {
        return new KnownTimes(engine, false) {
            @Override
            @Nullable
            Convoy convoy(Channel first) {
                Convoy convoy = super.convoy(first);
                found.set(found.get() || convoy != null);
                return convoy;
            }
        };
    }

    /** Otherwise the comparison would say nothing. */
    @Test
    void someOfItIsSkipped() {
        long skipping = IntStream.rangeClosed(1, 40)
                .filter(seed -> {
                    SplittableRandom random = new SplittableRandom(seed);
                    Scene scene = Scene.of(random).bulk(random);
                    return scene.sums(L2, true, List.of()).skipped() > 0;
                })
                .count();
        assertThat(skipping).isGreaterThanOrEqualTo(4);
    }

    @Test
    void operationsInASteadyStateAreSkipped() {
        long skipping = IntStream.rangeClosed(1, 40)
                .filter(seed -> {
                    SplittableRandom random = new SplittableRandom(seed);
                    Scene scene = Scene.of(random).bulk(random).inOperations(random);
                    boolean operations = scene.dmas().stream()
                            .allMatch(dma -> dma.request().requests() instanceof Requests.Operations);
                    return operations && scene.sums(L2, true, List.of()).skipped() > 0;
                })
                .count();
        assertThat(skipping).isPositive();
    }
}
