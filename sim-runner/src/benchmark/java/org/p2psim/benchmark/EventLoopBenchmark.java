package org.p2psim.benchmark;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Events per microsecond of the engine, of its queue alone, and of others, with the same handlers and the same random
 * numbers. Allocation per event: {@code -Dbenchmarks="EventLoopBenchmark -prof gc"}.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(value = 1, jvmArgsAppend = {"-Xms1g", "-Xmx1g", "-XX:+UseParallelGC"})
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@OperationsPerInvocation(EventLoopBenchmark.WINDOW)
public class EventLoopBenchmark {
    /** Events in one invocation, on average: the counter tells the exact rate. */
    static final int WINDOW = 100_000;

    private static final OperatingSystemMXBean PROCESS =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    /** What runs the workload. */
    public enum Way {
        ENGINE,
        BARE_WHEEL,
        PRIORITY_QUEUE,
        STOCK_DSOL,
        SSJ;

        EventLoop with(Workload workload) {
            return switch (this) {
                case ENGINE -> new EventLoops.OnEngine(workload);
                case BARE_WHEEL -> new EventLoops.OnBareWheel(workload);
                case PRIORITY_QUEUE -> new EventLoops.OnPriorityQueue(workload);
                case STOCK_DSOL -> new EventLoops.OnDsol(workload);
                case SSJ -> new EventLoops.OnSsj(workload);
            };
        }
    }

    @Param
    public Workload workload = Workload.HOLD_16;

    @Param
    public Way way = Way.ENGINE;

    /** Set by {@link #begin()}: a loop of another kind here would be one more class that the compiler reckons with. */
    @SuppressWarnings("NullAway.Init")
    private EventLoop loop;

    private long window;

    @Setup
    public void begin() {
        loop = way.with(workload);
        loop.begin();
        window = workload.windowOf(WINDOW);
    }

    @Benchmark
    public long window(EventsCounted counted) {
        long before = PROCESS.getProcessCpuTime();
        counted.events += loop.runFor(window);
        counted.cpuNanos += PROCESS.getProcessCpuTime() - before;
        return loop.sum();
    }
}
