package org.p2psim.benchmark;

import java.util.List;
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
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;
import org.p2psim.outcome.Matrix;
import org.p2psim.p2p.MapType;
import org.p2psim.topology.Fabric;
import org.p2psim.topology.PciFunction;

/** The same pairs three ways: decided, decided by linear search, and with all reasons. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class ComparisonBenchmark {
    @Param("512")
    public int functions;

    @Param("1")
    public long seed;

    private Matrix matrix = GeneratedMachine.matrix(0, 0);
    private LinearSearch search = new LinearSearch(matrix.fabric(), GeneratedMachine.p2pdma(matrix.fabric()));

    /** Ends the benchmark if the two ways do not answer the same. */
    @Setup
    public void generate() {
        matrix = GeneratedMachine.matrix(functions, seed);
        Fabric fabric = matrix.fabric();
        search = new LinearSearch(fabric, GeneratedMachine.p2pdma(fabric));
        List<PciFunction> asked = matrix.functions();
        for (int provider = 0; provider < functions; provider++) {
            for (int client = 0; client < functions; client++) {
                MapType decided = matrix.decision(provider, client).mapType();
                if (decided != search.mapType(asked.get(provider), asked.get(client))) {
                    throw new IllegalStateException("seed %d: %s to %s: not %s by linear search"
                            .formatted(seed, asked.get(provider).address(), asked.get(client).address(), decided));
                }
            }
        }
    }

    @Benchmark
    public void decide(PairsCounted counted, Blackhole hole) {
        for (int provider = 0; provider < functions; provider++) {
            for (int client = 0; client < functions; client++) {
                hole.consume(matrix.decision(provider, client).mapType());
            }
        }
        counted.pairs += (long) functions * functions;
    }

    @Benchmark
    public void searchLinearly(PairsCounted counted, Blackhole hole) {
        List<PciFunction> asked = matrix.functions();
        for (int provider = 0; provider < functions; provider++) {
            for (int client = 0; client < functions; client++) {
                hole.consume(search.mapType(asked.get(provider), asked.get(client)));
            }
        }
        counted.pairs += (long) functions * functions;
    }

    @Benchmark
    public void verdictsWithReasons(PairsCounted counted, Blackhole hole) {
        for (int provider = 0; provider < functions; provider++) {
            for (int client = 0; client < functions; client++) {
                hole.consume(matrix.pair(provider, client));
            }
        }
        counted.pairs += (long) functions * functions;
    }
}
