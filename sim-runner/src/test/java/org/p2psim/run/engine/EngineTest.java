package org.p2psim.run.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import nl.tudelft.simulation.dsol.logger.Cat;
import org.djutils.logger.CategoryLogger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EngineTest {
    private final Engine engine = new Engine();

    @Test
    void actionsHappenByTimeAndThenInTheOrderInWhichTheyWereGiven() {
        List<String> happened = new ArrayList<>();
        engine.at(20, () -> happened.add("c"));
        engine.at(10, () -> {
            happened.add("a");
            engine.at(20, () -> happened.add("d"));
            engine.at(10, () -> happened.add("b"));
        });
        engine.run();
        assertThat(happened).containsExactly("a", "b", "c", "d");
        assertThat(engine.events()).isEqualTo(4);
    }

    @Test
    void theClockStaysAtTheLastAction() {
        engine.at(1_000_000, () -> {});
        engine.run();
        assertThat(engine.now()).isEqualTo(1_000_000);
    }

    @Test
    void aRunWithoutActionsEndsAtOnce() {
        engine.run();
        assertThat(engine.now()).isZero();
        assertThat(engine.events()).isZero();
    }

    @Test
    void stopDropsWhatIsStillToHappen() {
        List<String> happened = new ArrayList<>();
        engine.at(5, () -> {
            happened.add("before");
            engine.stop();
        });
        engine.at(5, () -> happened.add("after"));
        engine.run();
        assertThat(happened).containsExactly("before");
        assertThat(engine.now()).isEqualTo(5);
    }

    @Test
    void thePastIsRefused() {
        engine.at(10, () -> engine.at(9, () -> {}));
        assertThatThrownBy(engine::run).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void anExceptionEndsTheRunAndIsThrownWithItsCause() {
        IllegalStateException thrown = new IllegalStateException("boom", new RuntimeException("why"));
        engine.at(3, () -> {
            throw thrown;
        });
        engine.at(4, () -> {});
        assertThatThrownBy(engine::run).isSameAs(thrown).hasRootCauseMessage("why");
        assertThat(engine.now()).isEqualTo(3);
    }

    @Test
    void anErrorEndsTheRunToo() {
        engine.at(3, () -> {
            throw new StackOverflowError("deep");
        });
        assertThatThrownBy(engine::run).isInstanceOf(StackOverflowError.class);
    }

    @Test
    void aRunGoesOnWithWhatIsScheduledAfterIt() {
        List<Long> happened = new ArrayList<>();
        engine.at(5, () -> happened.add(engine.now()));
        engine.run();
        engine.at(7, () -> happened.add(engine.now()));
        engine.run();
        assertThat(happened).containsExactly(5L, 7L);
    }

    @Test
    void aThousandRunsLeaveNoThread() {
        runOnce();
        int before = Thread.activeCount();
        for (int i = 0; i < 1000; i++) {
            runOnce();
        }
        assertThat(Thread.activeCount()).isLessThanOrEqualTo(before);
    }

    private static void runOnce() {
        Engine engine = new Engine();
        engine.at(1, () -> engine.at(2, () -> {}));
        engine.run();
    }

    @Test
    void dsolWritesToStandardErrorOnly() {
        PrintStream out = System.out;
        PrintStream err = System.err;
        ByteArrayOutputStream onOut = new ByteArrayOutputStream();
        ByteArrayOutputStream onErr = new ByteArrayOutputStream();
        try {
            System.setOut(new PrintStream(onOut, true, StandardCharsets.UTF_8));
            System.setErr(new PrintStream(onErr, true, StandardCharsets.UTF_8));
            runOnce();
            CategoryLogger.with(Cat.DSOL).warn("a warning");
            CategoryLogger.with(Cat.DSOL).info("chatter");
            CategoryLogger.always().error("an error");
        } finally {
            System.setOut(out);
            System.setErr(err);
        }
        assertThat(onOut.toString(StandardCharsets.UTF_8)).isEmpty();
        assertThat(onErr.toString(StandardCharsets.UTF_8).lines())
                .containsExactly("WARN  DSOL - a warning", "ERROR DSOL - an error");
    }

    private record Planned(long time, int order) {}

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void manyActionsOnFewTimesKeepTheirOrder(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<Planned> planned = new ArrayList<>();
        List<Planned> happened = new ArrayList<>();
        for (int order = 0; order < 2000; order++) {
            Planned one = new Planned(random.nextInt(300), order);
            planned.add(one);
            engine.at(one.time(), () -> happened.add(one));
        }
        engine.run();
        planned.sort(Comparator.comparingLong(Planned::time).thenComparingInt(Planned::order));
        assertThat(happened).isEqualTo(planned);
    }
}
