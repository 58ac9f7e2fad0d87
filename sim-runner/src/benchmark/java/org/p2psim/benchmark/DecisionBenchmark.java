package org.p2psim.benchmark;

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

/** The decision for every pair, without reasons. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class DecisionBenchmark {
    @Param({"64", "512", "2048", "10000"})
    public int functions;

    @Param("1")
    public long seed;

    private Matrix matrix = GeneratedMachine.matrix(0, 0);

    @Setup
    public void generate() {
        matrix = GeneratedMachine.matrix(functions, seed);
    }

    @Benchmark
    public void decide(PairsCounted counted, Blackhole hole) {
        for (int provider = 0; provider < functions; provider++) {
            for (int client = 0; client < functions; client++) {
                hole.consume(matrix.decision(provider, client));
            }
        }
        counted.pairs += (long) functions * functions;
    }
}
