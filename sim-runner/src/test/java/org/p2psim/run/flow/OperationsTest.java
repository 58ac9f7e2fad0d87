package org.p2psim.run.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.p2psim.run.flow.DmaRequest.Direction;
import org.p2psim.run.flow.DmaRequest.Segment;
import org.p2psim.run.flow.Requests.Operations;
import org.p2psim.run.flow.Requests.Pattern;
import org.p2psim.run.flow.Requests.Start;
import org.p2psim.run.flow.Run.Log;
import org.p2psim.run.flow.Run.Told;
import org.p2psim.run.flow.Run.What;
import org.p2psim.topology.Fabric;
import org.p2psim.topology.IommuMode;
import org.p2psim.topology.Link;
import org.p2psim.topology.PciFunction;
import org.p2psim.unit.Bandwidth;
import org.p2psim.unit.Ticks;

/** Operations of two functions behind one switch, Gen4 x16. */
class OperationsTest {
    private static final long BAR = 1L << 41;

    private final Fabric fabric;
    private final PciFunction nic;
    private final PciFunction gpu;

    OperationsTest() {
        Machine machine = new Machine().socket().hostBridge(IommuMode.OFF, 256);
        List<PciFunction> below = machine.belowASwitch(2, new Link(4, 16));
        nic = below.get(0);
        gpu = below.get(1);
        fabric = machine.fabric();
    }

    private static Operations operations(long bytes, int size, Pattern pattern, Start start, int depth) {
        return new Operations(List.of(new Segment(BAR, 1 << 20)), bytes, size, size, pattern, size, start, depth, 7);
    }

    private DmaRequest dma(String name, Direction direction, Requests requests) {
        return DmaLike.usual(nic, gpu, direction).name(name).requests(requests).request();
    }

    private Log run(Direction direction, Requests requests) {
        Run run = new Run(fabric);
        Log log = run.start(dma("dma", direction, requests));
        run.run();
        return log;
    }

    private static double meanLatency(Log log) {
        return log.all(What.FINISHED).stream()
                .mapToLong(Told::latency)
                .average()
                .orElseThrow();
    }

    private static double gigabytes(long bytes, long ticks) {
        return new Bandwidth(bytes, ticks).gigabytesPerSecond().doubleValue();
    }

    /**
     * Little's law: operations per time * their mean time = operations unfinished, which are always as many as the
     * depth: who has one over asks for the next. Only at the end they run out, which is half a depth of 2000 on average.
     */
    @ParameterizedTest(name = "depth {0}")
    @ValueSource(ints = {1, 2, 7, 32, 128, 500})
    void aClosedLoopObeysLittlesLaw(int depth) {
        int count = 2000;
        Log log = run(Direction.READ, operations(4096L * count, 4096, Pattern.RANDOM, new Start.AtOnce(), depth));
        double perTick = count / (double) log.doneAt;
        double ranOut = depth / (double) count;
        assertThat(perTick * meanLatency(log)).isBetween(depth * (1 - ranOut), depth * 1.0001);
    }

    /** The same of what passes stages, be it the first or the last that is slow. */
    @ParameterizedTest(name = "depth {0}, first stage slow: {1}")
    @CsvSource({"1, true", "16, true", "128, true", "1, false", "16, false", "128, false"})
    void aClosedLoopObeysLittlesLawThroughStages(int depth, boolean slowFirst) {
        int count = 2000;
        Operations all = operations(4096L * count, 4096, Pattern.SEQUENTIAL, new Start.AtOnce(), depth);
        long slow = 3_000_000_000L;
        long fast = 100_000_000_000L;
        DevicePort media = new DevicePort("media", slowFirst ? slow : fast, 0, Ticks.ofNanoseconds(8000));
        DevicePort wire = new DevicePort("wire", slowFirst ? fast : slow, 0, Ticks.ofNanoseconds(500));
        Run run = new Run(fabric);
        List<Log> logs = run.start(
                0,
                List.of(
                        listener -> new Stage.Behind("out", nic, media, all, 4096, listener),
                        listener -> new Stage.Dma(dma("write", Direction.WRITE, all), listener),
                        listener -> new Stage.Behind("in", nic, wire, all, 4096, listener)));
        run.run();
        Log last = logs.get(2);
        double perTick = count / (double) last.doneAt;
        double ranOut = depth / (double) count;
        assertThat(perTick * meanLatency(last)).isBetween(depth * (1 - ranOut), depth * 1.0001);
    }

    @Test
    void neverMoreThanTheDepthIsUnfinished() {
        Log log = run(Direction.WRITE, operations(1 << 20, 1024, Pattern.SEQUENTIAL, new Start.AtOnce(), 3));
        List<Told> over = log.all(What.FINISHED);
        assertThat(over).hasSize(1024);
        for (int i = 3; i < over.size(); i++) {
            assertThat(over.get(i).issued())
                    .isGreaterThanOrEqualTo(over.get(i - 3).at());
        }
    }

    @Test
    void aPacedStreamHasItsRate() {
        long bytes = 64 << 20;
        Log log = run(Direction.WRITE, operations(bytes, 8192, Pattern.RANDOM, new Start.Paced(5_000_000_000L), 0));
        assertThat(gigabytes(bytes, log.doneAt)).isCloseTo(5.0, within(0.01));
    }

    @Test
    void poissonArrivalsHaveTheirMeanAndTheSpreadOfAnExponentialDistribution() {
        int count = 20_000;
        long gap = 1024 * Ticks.PER_SECOND / 1_000_000_000L;
        Log log = run(
                Direction.WRITE, operations(1024L * count, 1024, Pattern.RANDOM, new Start.Poisson(1_000_000_000L), 0));
        List<Told> over = log.all(What.FINISHED);
        assertThat(over).hasSize(count);
        double mean = over.get(count - 1).issued() / (double) count;
        // standard error of the mean is 1 / sqrt(20000) = 0.7 %
        assertThat(mean).isCloseTo(gap, within(0.03 * gap));
        double variance = 0;
        for (int i = 1; i < count; i++) {
            double off = over.get(i).issued() - over.get(i - 1).issued() - mean;
            variance += off * off / count;
        }
        assertThat(Math.sqrt(variance) / mean).isCloseTo(1, within(0.05));
    }

    @Test
    void overloadedArrivalsQueueAndTheirLatencyShowsIt() {
        // Gen4 x16 carries less than 32 GB/s
        Log log = run(Direction.WRITE, operations(8 << 20, 4096, Pattern.RANDOM, new Start.Paced(60_000_000_000L), 0));
        List<Told> over = log.all(What.FINISHED);
        assertThat(gigabytes(8 << 20, log.doneAt)).isLessThan(31.5);
        assertThat(over.get(over.size() - 1).latency())
                .isGreaterThan(20 * over.get(0).latency());
    }

    @Test
    void theLastOperationTakesWhatIsLeft() {
        Log log = run(Direction.READ, operations(10_000, 4096, Pattern.SEQUENTIAL, new Start.AtOnce(), 0));
        assertThat(log.bytes(What.COMPLETED)).isEqualTo(10_000);
        assertThat(log.all(What.FINISHED)).hasSize(3);
    }

    @Test
    void randomOperationsStayInTheirWindowAndBeginAtMultiplesOfTheUnit() {
        Operations random = new Operations(
                List.of(new Segment(BAR, 64 << 10), new Segment(BAR + (1 << 30), 64 << 10)),
                4 << 20,
                512,
                512,
                Pattern.RANDOM,
                512,
                new Start.AtOnce(),
                0,
                99);
        Log log = run(Direction.WRITE, random);
        assertThat(log.all(What.LANDED))
                .allMatch(told -> told.address() % 256 == 0)
                .allMatch(told -> {
                    long offset = (told.address() - BAR) & ~(1L << 30);
                    return offset >= 0 && offset < 64 << 10;
                });
        long places = log.all(What.LANDED).stream()
                .map(told -> told.address() & ~511)
                .distinct()
                .count();
        // 8192 draws of 256 places
        assertThat(places).isEqualTo(256);
    }

    @Test
    void theSeedDecides() {
        Operations one = new Operations(
                List.of(new Segment(BAR, 1 << 20)),
                1 << 20,
                64,
                9000,
                Pattern.RANDOM,
                64,
                new Start.Poisson(1L << 32),
                4,
                1);
        Operations other = new Operations(one.segments(), one.bytes(), 64, 9000, Pattern.RANDOM, 64, one.start(), 4, 2);
        List<Told> told = run(Direction.READ, one).told;
        assertThat(run(Direction.READ, one).told).isEqualTo(told);
        assertThat(run(Direction.READ, other).told).isNotEqualTo(told);
    }

    @Test
    void whatPassesAPortIsNeverFasterThanThePort() {
        long bytes = 16 << 20;
        Operations packets = operations(bytes, 4096, Pattern.SEQUENTIAL, new Start.AtOnce(), 64);
        DevicePort port = new DevicePort("wire", 25_000_000_000L, 64, Ticks.ofNanoseconds(500));
        Run run = new Run(fabric);
        List<Log> logs = run.start(
                0,
                List.of(
                        listener -> new Stage.Dma(dma("read", Direction.READ, packets), listener),
                        listener -> new Stage.Behind("send", nic, port, packets, 4096, listener)));
        run.run();
        assertThat(logs.get(1).all(What.FINISHED)).hasSize(4096);
        double most = 25.0 * 4096 / (4096 + 64);
        assertThat(gigabytes(bytes, logs.get(1).doneAt)).isBetween(0.99 * most, most);
    }

    @Test
    void twoThatShareAPortHaveHalfOfItEach() {
        long bytes = 4 << 20;
        Operations packets = operations(bytes, 4096, Pattern.SEQUENTIAL, new Start.AtOnce(), 64);
        DevicePort port = new DevicePort("wire", 5_000_000_000L, 0, 0);
        Run run = new Run(fabric);
        Log one = run.start(0, List.of(listener -> new Stage.Behind("one", nic, port, packets, 4096, listener)))
                .get(0);
        Log other = run.start(0, List.of(listener -> new Stage.Behind("other", nic, port, packets, 4096, listener)))
                .get(0);
        run.run();
        assertThat(gigabytes(bytes, one.doneAt)).isCloseTo(2.5, within(0.01));
        assertThat(gigabytes(bytes, other.doneAt)).isCloseTo(2.5, within(0.01));
    }
}
