package org.p2psim.run.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.p2psim.outcome.LinkUse;
import org.p2psim.routing.AddressKind;
import org.p2psim.run.flow.DmaRequest.Direction;
import org.p2psim.timing.Timings;
import org.p2psim.topology.AcsBit;
import org.p2psim.topology.IommuMode;
import org.p2psim.topology.Link;
import org.p2psim.topology.PciFunction;
import org.p2psim.topology.SocketLink;
import org.p2psim.unit.Bytes;
import org.p2psim.unit.Ticks;

/** Rates of bulk transfers. */
class BandwidthTest {
    private static final Link GEN4_X16 = new Link(4, 16);

    private static DmaRequest dma(
            String name, PciFunction initiator, PciFunction target, Direction direction, long bytes, int tags) {
        return dma(name, initiator, target, direction, AddressKind.BUS_ADDRESS, bytes, tags);
    }

    private static DmaRequest dma(
            String name,
            PciFunction initiator,
            PciFunction target,
            Direction direction,
            AddressKind kind,
            long bytes,
            int tags) {
        return DmaLike.usual(initiator, target, direction)
                .name(name)
                .kind(kind)
                .bytes(bytes)
                .tags(tags)
                .request();
    }

    private static double gigabits(long bytes, long ticks) {
        return 8.0 * bytes * Ticks.PER_NANOSECOND / ticks;
    }

    /** Below a switch: functions on equal links. */
    private static final class OneSwitch {
        final Machine machine = new Machine().socket().hostBridge(IommuMode.OFF, 64);
        final PciFunction rootPort;
        final PciFunction upstreamPort;
        final Link link;

        OneSwitch(Link link) {
            this.link = link;
            rootPort = machine.rootPort(link);
            upstreamPort = machine.upstreamPort(rootPort);
        }

        PciFunction endpoint(AcsBit... acs) {
            return machine.endpoint(machine.downstreamPort(upstreamPort, link, acs));
        }
    }

    /**
     * The analytic model of pcie-bench (Neugebauer et al., SIGCOMM 2018), MPS 256, MRRS 512, 64-bit addresses, charges
     * Ack and flow-control DLLPs at their largest rate to the direction of the data. Its formulas without them are the
     * upper bound: raw * 256/280 for writes, raw * 256/276 for reads, raw = 63.015385, 252.061538, 504.123077 Gb/s.
     */
    @ParameterizedTest(name = "gen{0} x{1} {2}: {3} to {4} Gb/s")
    @CsvSource({
        "3, 8, WRITE, 52.92, 57.6141",
        "3, 8, READ, 53.69, 58.4491",
        "4, 16, WRITE, 207.91, 230.4563",
        "4, 16, READ, 210.92, 233.7962",
        "5, 16, WRITE, 415.82, 460.9126",
        "5, 16, READ, 421.84, 467.5925",
    })
    void bulkTransfersLieBetweenTheAnalyticModelAndItsBoundWithoutDllps(
            int generation, int width, Direction direction, double model, double bound) {
        OneSwitch fabric = new OneSwitch(new Link(generation, width));
        PciFunction nic = fabric.endpoint();
        PciFunction gpu = fabric.endpoint();
        Run run = new Run(fabric.machine.fabric());
        Run.Log log = run.start(dma("dma", nic, gpu, direction, 4 * Bytes.MIB, 256));
        run.run();
        assertThat(gigabits(4 * Bytes.MIB, log.doneAt)).isBetween(model, bound);
    }

    /**
     * The bound without DLLPs, MPS/(MPS + 24) of the raw rate, less SKP ordered sets, 4 of 1538 bytes: credits that
     * nobody has stated are no limit, whatever the size of a TLP. At 4096 bytes and 252.06 Gb/s these are 249.9 Gb/s.
     */
    @ParameterizedTest(name = "MPS {0}")
    @ValueSource(ints = {128, 256, 512, 1024, 2048, 4096})
    void usualCreditsKeepALinkBusyAtAnyPayloadSize(int mps) {
        OneSwitch fabric = new OneSwitch(GEN4_X16);
        PciFunction nic = fabric.endpoint();
        PciFunction gpu = fabric.endpoint();
        Timings usual = Timings.DEFAULT;
        Timings timings = new Timings(Map.of(), Map.of(), Map.of(), Map.of(), mps, usual.creditLoop());
        Run run = new Run(fabric.machine.fabric(), timings, Fidelity.L1);
        Run.Log log = run.start(DmaLike.usual(nic, gpu, Direction.WRITE)
                .bytes(16 * Bytes.MIB)
                .mps(mps)
                .request());
        run.run();
        double bound = 252.061538 * mps / (mps + 24) * 1534 / 1538;
        assertThat(gigabits(16 * Bytes.MIB, log.doneAt)).isBetween(0.999 * bound, bound);
    }

    /**
     * FLITs leave 236 of 256 bytes for TLPs, which have no framing: 944 Gb/s * 256/272 for writes; see PCIe base
     * specification 6.0, 4.2.3.
     */
    @Test
    void generation6CarriesNoFraming() {
        OneSwitch fabric = new OneSwitch(new Link(6, 16));
        PciFunction nic = fabric.endpoint();
        PciFunction gpu = fabric.endpoint();
        Run run = new Run(fabric.machine.fabric());
        Run.Log log = run.start(dma("dma", nic, gpu, Direction.WRITE, 16 * Bytes.MIB, 256));
        run.run();
        assertThat(gigabits(16 * Bytes.MIB, log.doneAt)).isBetween(880.0, 944.0 * 256 / 272);
    }

    /** FLITs carry what DLLPs do (base specification 6.0, 4.2.3.4). */
    @Test
    void generation6SendsNoDllps() {
        OneSwitch fabric = new OneSwitch(new Link(6, 16));
        PciFunction nic = fabric.endpoint();
        PciFunction gpu = fabric.endpoint();
        Run run = new Run(fabric.machine.fabric());
        run.start(dma("dma", nic, gpu, Direction.READ, 16 * Bytes.MIB, 256));
        assertThat(run.run()).isNotEmpty().allMatch(use -> use.dllps() == 0);
    }

    /**
     * One tag: a 512 B read at a time. Its round trip, by hand: 12,220 + 1,680,000 + 6,400,000 + 1,680,000 + 2 *
     * 140,523 ticks = 628.329 ns. With n tags n times that rate, as long as the link allows.
     */
    @ParameterizedTest(name = "{0} tags")
    @CsvSource({"1", "4", "16"})
    void tagsLimitReadsAsLittlesLawSays(int tags) {
        OneSwitch fabric = new OneSwitch(GEN4_X16);
        PciFunction nic = fabric.endpoint();
        PciFunction gpu = fabric.endpoint();
        Run run = new Run(fabric.machine.fabric());
        Run.Log log = run.start(dma("dma", nic, gpu, Direction.READ, Bytes.MIB, tags));
        run.run();
        double bytesPerNanosecond = Bytes.MIB * (double) Ticks.PER_NANOSECOND / log.doneAt;
        assertThat(bytesPerNanosecond).isCloseTo(tags * 512 / 628.329, within(0.01 * tags * 512 / 628.329));
    }

    /** Generation 4 x16 and TLPs of 64 bytes: 252.06 * 64/88 Gb/s is what is left. */
    @Test
    void aRootComplexThatCutsTo64BytesCostsAQuarter() {
        Machine machine = new Machine().socket().hostBridge(IommuMode.OFF, 64);
        PciFunction nvme = machine.endpoint(machine.rootPort(GEN4_X16));
        PciFunction gpu = machine.endpoint(machine.rootPort(GEN4_X16));
        Run run = new Run(machine.fabric());
        Run.Log log = run.start(dma("dma", nvme, gpu, Direction.WRITE, 4 * Bytes.MIB, 256));
        run.run();
        assertThat(gigabits(4 * Bytes.MIB, log.doneAt)).isBetween(0.99 * 252.061538 * 64 / 88, 252.061538 * 64 / 88);
    }

    /** 10 GB/s are 80 Gb/s, in each direction on its own; gen4 x16 would carry three times as much. */
    @Test
    void nothingCrossesTheSocketsFasterThanTheirLink() {
        Machine machine = new Machine()
                .socketLink(new SocketLink(Ticks.ofNanoseconds(50), OptionalLong.of(10_000_000_000L)))
                .socket()
                .hostBridge(IommuMode.OFF, 256);
        PciFunction nic = machine.endpoint(machine.rootPort(GEN4_X16));
        machine.socket().hostBridge(IommuMode.OFF, 256);
        PciFunction gpu = machine.endpoint(machine.rootPort(GEN4_X16));
        Run run = new Run(machine.fabric());
        Run.Log writes = run.start(dma("writes", nic, gpu, Direction.WRITE, Bytes.MIB, 256));
        Run.Log reads = run.start(dma("reads", nic, gpu, Direction.READ, Bytes.MIB, 256));
        run.run();
        assertThat(gigabits(Bytes.MIB, writes.doneAt)).isBetween(0.98 * 80, 80.0);
        assertThat(gigabits(Bytes.MIB, reads.doneAt)).isBetween(0.97 * 80, 80.0);
    }

    /**
     * TLPs of 64 bytes, as an Intel root complex forwards them: of generation 5 x16 63.015 GB/s * 64/88 = 45.83 are left
     * for data. A socket link that carries more is not the limit, one that carries less is, and its latency is not: a
     * rate is not a number of headers.
     */
    @ParameterizedTest(name = "{0} GB/s and {1} ns: {2} GB/s")
    @CsvSource({"60, 120, 45.83", "60, 1000, 45.83", "40, 120, 40", "40, 1000, 40", "10, 120, 10"})
    void theStatedRateOfASocketLinkIsItsLimitForSmallTlpsToo(long rate, long latency, double limit) {
        SocketLink link = new SocketLink(Ticks.ofNanoseconds(latency), OptionalLong.of(rate * 1_000_000_000L));
        assertThat(smallWritesAcross(link)).isBetween(0.98 * limit, limit);
    }

    /** Nobody states a rate or credits: then a latency is no limit either. */
    @ParameterizedTest(name = "{0} ns")
    @ValueSource(longs = {0, 120, 1000, 5000})
    void aSocketLinkWithoutARateIsNoSlowerThanOneWithMoreThanTheLinksHave(long latency) {
        SocketLink link = new SocketLink(Ticks.ofNanoseconds(latency), OptionalLong.empty());
        assertThat(smallWritesAcross(link)).isBetween(0.98 * 45.83, 45.83);
    }

    /** Translations that are kept take no time, and the eight misses of 16 MiB overlap with what is on its way. */
    @ParameterizedTest(name = "{0} ns")
    @ValueSource(longs = {0, 120, 1000, 5000})
    void translatingAddsNoLimitToWhatALatencyLetsThrough(long latency) {
        SocketLink link = new SocketLink(Ticks.ofNanoseconds(latency), OptionalLong.empty());
        assertThat(smallWritesAcross(link, IommuMode.TRANSLATING, AddressKind.IOVA))
                .isBetween(0.98 * 45.83, 45.83);
    }

    @Test
    void emptyRootPortsChangeNothing() {
        assertThat(told(0)).isEqualTo(told(14));
    }

    /** Of 1 MiB through an IOMMU, beside so many root ports with nothing below them. */
    private static List<Run.Told> told(int emptyPorts) {
        Machine machine = new Machine()
                .socketLink(new SocketLink(Ticks.ofNanoseconds(200), OptionalLong.empty()))
                .socket()
                .hostBridge(IommuMode.TRANSLATING, 64);
        PciFunction nic = machine.endpoint(machine.rootPort(new Link(5, 16)));
        for (int i = 0; i < emptyPorts; i++) {
            machine.rootPort(new Link(5, 16));
        }
        machine.socket().hostBridge(IommuMode.TRANSLATING, 64);
        PciFunction gpu = machine.endpoint(machine.rootPort(new Link(4, 16)));
        Run run = new Run(machine.fabric());
        Run.Log log = run.start(dma("dma", nic, gpu, Direction.WRITE, AddressKind.IOVA, Bytes.MIB, 256));
        run.run();
        return log.told;
    }

    private static double smallWritesAcross(SocketLink link) {
        return smallWritesAcross(link, IommuMode.OFF, AddressKind.BUS_ADDRESS);
    }

    /** GB/s of 16 MiB in TLPs of 64 bytes. */
    private static double smallWritesAcross(SocketLink link, IommuMode iommu, AddressKind kind) {
        Machine machine = new Machine().socketLink(link).socket().hostBridge(iommu, 64);
        PciFunction nic = machine.endpoint(machine.rootPort(new Link(5, 16)));
        machine.socket().hostBridge(iommu, 64);
        PciFunction gpu = machine.endpoint(machine.rootPort(new Link(5, 16)));
        Run run = new Run(machine.fabric());
        Run.Log log = run.start(dma("dma", nic, gpu, Direction.WRITE, kind, 16 * Bytes.MIB, 256));
        run.run();
        return gigabits(16 * Bytes.MIB, log.doneAt) / 8;
    }

    @Test
    void twoWritesThatShareAnUplinkGetHalfOfItEach() {
        OneSwitch left = new OneSwitch(GEN4_X16);
        PciFunction one = left.endpoint();
        PciFunction two = left.endpoint();
        Machine machine = left.machine;
        PciFunction right =
                machine.upstreamPort(machine.hostBridge(IommuMode.OFF, 256).rootPort(new Link(5, 16)));
        PciFunction gpu = machine.endpoint(machine.downstreamPort(right, new Link(5, 16)));
        Run run = new Run(machine.fabric());
        Run.Log first = run.start(dma("first", one, gpu, Direction.WRITE, Bytes.MIB, 256));
        Run.Log second = run.start(dma("second", two, gpu, Direction.WRITE, Bytes.MIB, 256));
        run.run();
        double alone = 252.061538 * 256 / 280;
        assertThat(gigabits(Bytes.MIB, first.doneAt)).isCloseTo(alone / 2, within(0.02 * alone));
        assertThat(gigabits(Bytes.MIB, second.doneAt)).isCloseTo(alone / 2, within(0.02 * alone));
    }

    /** With redirect both directions of a pair meet on the uplink; without, it stays idle and each runs alone. */
    @Test
    void redirectHalvesTwoOpposedWritesBecauseTheyShareTheUplink() {
        long direct = opposed(Direction.WRITE, 0);
        long redirected = opposed(Direction.WRITE, 4 * Bytes.MIB, AcsBit.RR);
        assertThat((double) redirected / direct).isCloseTo(2.0, within(0.05));
    }

    /**
     * The same of reads, whose data are the completions: only Completion Redirect brings those onto the uplink. Requests
     * alone, which Request Redirect does, are 24 bytes for each 512.
     */
    @Test
    void completionRedirectHalvesTwoOpposedReads() {
        long direct = opposed(Direction.READ, 0);
        long requests = opposed(Direction.READ, 0, AcsBit.RR);
        long both = opposed(Direction.READ, 4 * Bytes.MIB, AcsBit.RR, AcsBit.CR);
        assertThat((double) requests / direct).isCloseTo(1.0, within(0.05));
        assertThat((double) both / direct).isCloseTo(2.0, within(0.1));
    }

    private static long opposed(Direction what, long expectedOnUplink, AcsBit... acs) {
        Machine machine = new Machine().socket().hostBridge(IommuMode.OFF, 256);
        PciFunction rootPort = machine.rootPort(GEN4_X16);
        PciFunction upstreamPort = machine.upstreamPort(rootPort);
        PciFunction one = machine.endpoint(machine.downstreamPort(upstreamPort, GEN4_X16, acs));
        PciFunction two = machine.endpoint(machine.downstreamPort(upstreamPort, GEN4_X16, acs));
        Run run = new Run(machine.fabric());
        Run.Log there = run.start(dma("there", one, two, what, 2 * Bytes.MIB, 256));
        Run.Log back = run.start(dma("back", two, one, what, 2 * Bytes.MIB, 256));
        List<LinkUse> use = run.run();
        ToLongFunction<LinkUse.Direction> onUplink = direction -> use.stream()
                .filter(link -> link.port().equals(rootPort.address()) && link.direction() == direction)
                .mapToLong(LinkUse::payload)
                .sum();
        assertThat(onUplink.applyAsLong(LinkUse.Direction.UPSTREAM)).isEqualTo(expectedOnUplink);
        assertThat(onUplink.applyAsLong(LinkUse.Direction.DOWNSTREAM)).isEqualTo(expectedOnUplink);
        return Math.max(there.doneAt, back.doneAt);
    }

    /** Full rate on the way through two switches and a root complex needs about 60 KiB of writes in flight. */
    @Test
    void roomForPostedWritesDoesNotLimitTheLongWay() {
        Machine machine = new Machine().socket().hostBridge(IommuMode.OFF, 256);
        Link link = new Link(5, 16);
        PciFunction upstreamPort = machine.upstreamPort(machine.rootPort(link));
        PciFunction nic = machine.endpoint(machine.downstreamPort(upstreamPort, link));
        machine.socket().hostBridge(IommuMode.OFF, 256);
        PciFunction otherPort = machine.upstreamPort(machine.rootPort(link));
        PciFunction gpu = machine.endpoint(machine.downstreamPort(otherPort, link));
        Run run = new Run(machine.fabric());
        Run.Log log = run.start(dma("dma", nic, gpu, Direction.WRITE, 16 * Bytes.MIB, 256));
        run.run();
        assertThat(gigabits(16 * Bytes.MIB, log.doneAt)).isGreaterThan(0.995 * 460.9126);
    }

    /**
     * A write through a bottleneck waits at its initiator, not in the fabric. The switch has posted data credits for
     * 500 ns of its x16 link, 105 ns of cut-through and one TLP more: 605 * 31.5 + 256 bytes are 75 writes. A write
     * holds them until its tail is on the slow link, where it takes 1120 ns, and lands then; the next one comes when
     * the UpdateFC is back, 84 ns later. So 74 or 75 are on their way.
     */
    @Test
    void writesInFlightAreBounded() {
        Machine machine = new Machine().socket().hostBridge(IommuMode.OFF, 256);
        PciFunction upstreamPort = machine.upstreamPort(machine.rootPort(GEN4_X16));
        PciFunction nic = machine.endpoint(machine.downstreamPort(upstreamPort, GEN4_X16));
        PciFunction slow = machine.endpoint(machine.downstreamPort(upstreamPort, new Link(1, 1)));
        Run run = new Run(machine.fabric());
        Run.Log log = run.start(dma("dma", nic, slow, Direction.WRITE, Bytes.MIB, 256));
        run.engine.at(Ticks.ofNanoseconds(100_000), () -> run.network.stop("dma"));
        run.run();
        long before = log.told.stream()
                .filter(told -> told.at() <= Ticks.ofNanoseconds(100_000))
                .count();
        assertThat(log.told.size() - before).isBetween(74L, 75L);
    }
}
