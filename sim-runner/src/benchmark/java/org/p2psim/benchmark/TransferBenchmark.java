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
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.p2psim.run.flow.BulkDma;
import org.p2psim.run.flow.Traffic;

/**
 * Whole transfers, the making of the fabric included, in a heap of 512 MB: how the time grows with the size, and with
 * switches that the transfer does not touch. {@code cpuNanos} over the score is the time of one transfer.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(value = 1, jvmArgsAppend = {"-Xms512m", "-Xmx512m", "-XX:+UseParallelGC"})
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class TransferBenchmark {
    private static final OperatingSystemMXBean PROCESS =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    @Param
    public Traffic traffic = Traffic.LINE;

    @Param({"L1", "L2"})
    public BulkDma.Way way = BulkDma.Way.L2;

    @Param({"16", "64", "256", "1024"})
    public long mebibytes;

    @Param({"1", "2"})
    public int switches;

    @Benchmark
    public long transfer(TlpsCounted counted) {
        long before = PROCESS.getProcessCpuTime();
        BulkDma dma = new BulkDma(traffic, way, mebibytes << 20, switches);
        dma.finish();
        counted.cpuNanos += PROCESS.getProcessCpuTime() - before;
        counted.events += dma.events();
        counted.tlps += dma.tlps();
        return dma.doneAt();
    }
}
