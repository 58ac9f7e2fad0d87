package org.p2psim.run.engine;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.LoggerContext;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import nl.tudelft.simulation.dsol.logger.Cat;
import nl.tudelft.simulation.naming.context.event.InitialEventContext;
import org.djutils.logger.CategoryLogger;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** A sweep makes an engine for each of its runs. DSOL keeps some things for the whole JVM; none may grow. */
class ManyEnginesTest {
    private static final long LEFT_BEHIND_MAX = 8 << 20;

    private record Roots(int loggers, int appenders, int names, int listeners) {
        static Roots now() throws Exception {
            InitialEventContext root = InitialEventContext.instantiate("root");
            return new Roots(
                    ((LoggerContext) LoggerFactory.getILoggerFactory())
                            .getLoggerList()
                            .size(),
                    CategoryLogger.getAppenders(Cat.DSOL).size(),
                    root.keySet().size(),
                    root.getEventListenerMap().size());
        }
    }

    @Test
    void tenThousandRunsLeaveNothingBehind() throws Exception {
        runOne(1);
        Roots roots = Roots.now();
        int threads = Thread.activeCount();
        long used = usedMemory();
        for (int i = 0; i < 10_000; i++) {
            runOne(i);
        }
        assertThat(Roots.now()).isEqualTo(roots);
        // Those of others may have come to their end.
        assertThat(Thread.activeCount()).isLessThanOrEqualTo(threads);
        assertThat(usedMemory() - used).isLessThan(LEFT_BEHIND_MAX);
    }

    @Test
    void enginesCanBeMadeAndRunByManyThreadsAtOnce() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            List<Callable<Long>> runs = IntStream.range(0, 1_600)
                    .<Callable<Long>>mapToObj(i -> () -> runOne(i))
                    .toList();
            for (Future<Long> run : threads.invokeAll(runs)) {
                assertThat(run.get()).isEqualTo(2);
            }
        } finally {
            threads.shutdown();
        }
    }

    /** Every third one fails, every third one is never run to its end. */
    private static long runOne(int number) {
        Engine engine = new Engine();
        engine.at(
                1,
                () -> engine.at(2, () -> {
                    if (number % 3 == 0) {
                        throw new IllegalStateException("fails");
                    }
                }));
        engine.at(3_000, () -> {});
        try {
            engine.runUntil(2);
        } catch (IllegalStateException expected) {
            assertThat(expected).hasMessage("fails");
        }
        if (number % 3 == 1) {
            engine.run();
            return engine.events() - 1;
        }
        return engine.events();
    }

    private static long usedMemory() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }
}
