package org.p2psim.benchmark;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.p2psim.run.flow.BulkDma;
import org.p2psim.run.flow.Traffic;
import org.p2psim.unit.Bytes;
import org.p2psim.unit.Ticks;

/**
 * DMA in its steady state, a window of simulated time each invocation, at each fidelity, the model of L0 on DSOL as it
 * comes and on a plain loop, and a textbook's model on DSOL as it comes. {@code cpuNanos / tlps} is the time per TLP, {@code events / tlps} what the model takes
 * for it. Allocation: {@code -Dbenchmarks="NetworkBenchmark -prof gc"}.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(value = 1, jvmArgsAppend = {"-Xms512m", "-Xmx512m", "-XX:+UseParallelGC"})
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class NetworkBenchmark {
    private static final long WINDOW = 20 * Ticks.PER_MICROSECOND;
    private static final long ENDLESS = 1L << 60;

    private static final OperatingSystemMXBean PROCESS =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    @Param
    public Traffic traffic = Traffic.LINE;

    @Param({"L0", "L1", "STOCK_DSOL", "TEXTBOOK_DSOL", "PLAIN_LOOP"})
    public BulkDma.Way way = BulkDma.Way.L1;

    @SuppressWarnings("NullAway.Init")
    private BulkDma dma;

    private long tlps;

    /** Ends the benchmark if the way does not lead to the same result as L0, to the tick. */
    @Setup
    public void begin() {
        try (BulkDma expected = new BulkDma(traffic, BulkDma.Way.L0, Bytes.MIB, 1);
                BulkDma same = new BulkDma(traffic, way, Bytes.MIB, 1)) {
            expected.finish();
            same.finish();
            if (!same.isLike(expected)) {
                throw new IllegalStateException("%s: %s and L0 do not agree".formatted(traffic, way));
            }
        }
        dma = new BulkDma(traffic, way, ENDLESS, 1);
    }

    @TearDown
    public void end() {
        dma.close();
    }

    @Benchmark
    public void window(TlpsCounted counted) {
        long events = dma.events();
        long before = PROCESS.getProcessCpuTime();
        dma.runFor(WINDOW);
        counted.cpuNanos += PROCESS.getProcessCpuTime() - before;
        counted.events += dma.events() - events;
        counted.tlps += dma.tlps() - tlps;
        tlps = dma.tlps();
    }
}
