package org.p2psim.run.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.p2psim.run.flow.DmaLike.ABOVE_4_GIB;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.p2psim.outcome.LinkUse;
import org.p2psim.routing.AddressKind;
import org.p2psim.run.flow.DmaRequest.Direction;
import org.p2psim.run.flow.Run.What;
import org.p2psim.timing.Timings;
import org.p2psim.topology.AcsBit;
import org.p2psim.topology.IommuMode;
import org.p2psim.topology.Link;
import org.p2psim.topology.PciFunction;
import org.p2psim.unit.Bytes;
import org.p2psim.unit.Ticks;

/**
 * Latencies against arithmetic by hand. A link of generation 4 with 16 lanes takes 8 * 130/128 * 1000 / 16 = 507.8125
 * ticks a byte, one of generation 3 with 8 lanes 2031.25. Of 1538 bytes 4 are SKP ordered sets, so a TLP takes
 * 1538/1534 of that, and each step is rounded up:
 *
 * <pre>
 * gen4 x16   20 bytes   10,156.25  10,157 * 1538/1534 =  10,183.49   10,184
 *            24 bytes   12,187.5   12,188               12,219.78   12,220
 *            88 bytes   44,687.5   44,688               44,804.53   44,805
 *           276 bytes  140,156.25 140,157              140,522.47  140,523
 *           280 bytes  142,187.5  142,188              142,558.76  142,559
 * gen3 x8   280 bytes  568,750    568,750              570,233.05  570,234
 * </pre>
 *
 * <p>Acks and UpdateFCs come 168 symbol times (84 ns = 1,344,000 ticks) after what they answer, so that none of them
 * is in the way of the few TLPs here.
 */
class LatencyTest {
    private static final Link GEN3_X8 = new Link(3, 8);
    private static final Link GEN4_X16 = new Link(4, 16);
    private static final Link GEN6_X1 = new Link(6, 1);

    private static DmaRequest dma(
            PciFunction initiator, PciFunction target, Direction direction, AddressKind kind, long length) {
        return DmaLike.usual(initiator, target, direction)
                .kind(kind)
                .bytes(length)
                .request();
    }

    private static DmaRequest dma(PciFunction initiator, PciFunction target, Direction direction, long length) {
        return dma(initiator, target, direction, AddressKind.BUS_ADDRESS, length);
    }

    /** 88 bytes (64 + 24) on the last link; the switch 105 ns = 1,680,000. */
    @Test
    void aWriteOverOneSwitchTakesTheSwitchAndOneSerialisation() {
        Machine machine = new Machine().socket().hostBridge(IommuMode.OFF, 64);
        PciFunction upstreamPort = machine.upstreamPort(machine.rootPort(GEN4_X16));
        PciFunction nic = machine.endpoint(machine.downstreamPort(upstreamPort, GEN4_X16));
        PciFunction gpu = machine.endpoint(machine.downstreamPort(upstreamPort, GEN4_X16));
        Run run = new Run(machine.fabric());
        Run.Log log = run.start(dma(nic, gpu, Direction.WRITE, 64));
        run.run();
        assertThat(log.told).containsExactly(new Run.Told(What.LANDED, ABOVE_4_GIB, 64, 0, 1_680_000 + 44_805));
        assertThat(log.timesDone).isEqualTo(1);
        assertThat(log.doneAt).isEqualTo(1_724_805);
    }

    /**
     * Request: 24 bytes and the switch. Then 400 ns = 6,400,000 at the target. Completions: two of 256 bytes, 276 on
     * the wire, back to back, and the switch.
     */
    @Test
    void aReadOverOneSwitchPaysTheSwitchTwice() {
        Machine machine = new Machine().socket().hostBridge(IommuMode.OFF, 64);
        PciFunction upstreamPort = machine.upstreamPort(machine.rootPort(GEN4_X16));
        PciFunction nic = machine.endpoint(machine.downstreamPort(upstreamPort, GEN4_X16));
        PciFunction gpu = machine.endpoint(machine.downstreamPort(upstreamPort, GEN4_X16));
        Run run = new Run(machine.fabric());
        Run.Log log = run.start(dma(nic, gpu, Direction.READ, 512));
        run.run();
        long served = 1_680_000 + 12_220 + 6_400_000;
        long back = served + 1_680_000 + 2 * 140_523;
        assertThat(log.told)
                .containsExactly(
                        new Run.Told(What.LANDED, ABOVE_4_GIB, 512, 0, served),
                        new Run.Told(What.COMPLETED, ABOVE_4_GIB, 512, 0, back));
        assertThat(log.doneAt).isEqualTo(back);
    }

    private static Run.Log writeOverTwoFlitLinks(long bytes, Fidelity fidelity) {
        Machine machine = new Machine().socket().hostBridge(IommuMode.OFF, 64);
        PciFunction upstreamPort = machine.upstreamPort(machine.rootPort(GEN6_X1));
        PciFunction nic = machine.endpoint(machine.downstreamPort(upstreamPort, GEN6_X1));
        PciFunction gpu = machine.endpoint(machine.downstreamPort(upstreamPort, GEN6_X1));
        Run run = new Run(machine.fabric(), Timings.DEFAULT, fidelity);
        Run.Log log = run.start(dma(nic, gpu, Direction.WRITE, bytes));
        run.run();
        return log;
    }

    /**
     * 256 bytes at 64 GT/s on one lane are 32 ns = 512,000 ticks; FEC and CRC are over all of them, so that nothing
     * leaves a FLIT before (PCIe base specification 6.0, 4.2.3). Of its 236 bytes for TLPs a write of one byte takes 16
     * + 4: 43,389.8 ticks.
     */
    @ParameterizedTest
    @EnumSource
    void aFlitIsWholeBeforeWhatIsInItGoesOnOrCounts(Fidelity fidelity) {
        Run.Log log = writeOverTwoFlitLinks(1, fidelity);
        assertThat(log.told)
                .containsExactly(new Run.Told(What.LANDED, ABOVE_4_GIB, 1, 0, 512_000 + 1_680_000 + 512_000 + 43_390));
    }

    /** FLITs take time on the way, none of the rate: 16 + 256 bytes are 590,101.7 ticks, also behind the first. */
    @ParameterizedTest
    @EnumSource
    void flitsDelayAllWritesAlike(Fidelity fidelity) {
        Run.Log log = writeOverTwoFlitLinks(1000 * 256, fidelity);
        assertThat(log.doneAt).isEqualTo(512_000 + 1_680_000 + 512_000 + 1000 * 590_102L);
    }

    /** 280 bytes take longer on the slow link, whichever comes first. */
    @Test
    void theSlowerOfTwoLinksCountsOnceInEitherDirection() {
        Machine machine = new Machine().socket().hostBridge(IommuMode.OFF, 64);
        PciFunction upstreamPort = machine.upstreamPort(machine.rootPort(GEN4_X16));
        PciFunction slow = machine.endpoint(machine.downstreamPort(upstreamPort, GEN3_X8));
        PciFunction fast = machine.endpoint(machine.downstreamPort(upstreamPort, GEN4_X16));
        assertThat(landing(machine, dma(slow, fast, Direction.WRITE, 256))).isEqualTo(1_680_000 + 570_234);
        assertThat(landing(machine, dma(fast, slow, Direction.WRITE, 256))).isEqualTo(1_680_000 + 570_234);
    }

    /** Two switches and the root complex; 64 bytes as they are. */
    @Test
    void redirectAddsTheWayToTheRootComplexAndBack() {
        Machine machine = new Machine().socket().hostBridge(IommuMode.OFF, 64);
        PciFunction rootPort = machine.rootPort(GEN4_X16);
        PciFunction upstreamPort = machine.upstreamPort(rootPort);
        PciFunction nic = machine.endpoint(machine.downstreamPort(upstreamPort, GEN4_X16, AcsBit.RR));
        PciFunction gpu = machine.endpoint(machine.downstreamPort(upstreamPort, GEN4_X16));
        Run run = new Run(machine.fabric());
        Run.Log log = run.start(dma(nic, gpu, Direction.WRITE, 64));
        List<LinkUse> use = run.run();
        assertThat(log.told.get(0).at()).isEqualTo(2 * 1_680_000 + 3_200_000 + 44_805);
        assertThat(use.stream().filter(link -> link.port().equals(rootPort.address())))
                .extracting(LinkUse::direction, LinkUse::payload, LinkUse::wire)
                .containsExactly(
                        tuple(LinkUse.Direction.UPSTREAM, 64L, 88L), tuple(LinkUse.Direction.DOWNSTREAM, 64L, 88L));
    }

    /** The write is received whole (280 bytes), then sent as four of 64 bytes, 88 on the wire each. */
    @Test
    void aRootComplexCutsAWriteIntoPartsThatItTakes() {
        Machine machine = new Machine().socket().hostBridge(IommuMode.OFF, 64);
        PciFunction nic = machine.endpoint(machine.rootPort(GEN4_X16));
        PciFunction gpu = machine.endpoint(machine.rootPort(GEN4_X16));
        Run run = new Run(machine.fabric());
        Run.Log log = run.start(dma(nic, gpu, Direction.WRITE, 256));
        List<LinkUse> use = run.run();
        long first = 142_559 + 3_200_000 + 44_805;
        assertThat(log.told)
                .extracting(Run.Told::address, Run.Told::bytes, Run.Told::at)
                .containsExactly(
                        tuple(ABOVE_4_GIB, 64, first),
                        tuple(ABOVE_4_GIB + 64, 64, first + 44_805),
                        tuple(ABOVE_4_GIB + 128, 64, first + 2 * 44_805),
                        tuple(ABOVE_4_GIB + 192, 64, first + 3 * 44_805));
        assertThat(use).extracting(LinkUse::tlps).containsExactly(1L, 4L);
    }

    /** 50 ns between sockets, and one way through a root complex, half in each. */
    @Test
    void theOtherSocketIsFiftyNanosecondsAway() {
        Machine machine = new Machine().socket().hostBridge(IommuMode.OFF, 256);
        PciFunction nic = machine.endpoint(machine.rootPort(GEN4_X16));
        machine.socket().hostBridge(IommuMode.OFF, 256);
        PciFunction gpu = machine.endpoint(machine.rootPort(GEN4_X16));
        assertThat(landing(machine, dma(nic, gpu, Direction.WRITE, 64))).isEqualTo(3_200_000 + 800_000 + 44_805);
    }

    /** The first access of a 2 MiB page misses, 280 ns = 4,480,000; the next one, 1 KiB on, does not. */
    @Test
    void anIotlbMissDelaysTheFirstWriteToAPage() {
        Machine machine = new Machine().socket().hostBridge(IommuMode.TRANSLATING, 256);
        PciFunction nic = machine.endpoint(machine.rootPort(GEN4_X16));
        PciFunction gpu = machine.endpoint(machine.rootPort(GEN4_X16));
        Run run = new Run(machine.fabric());
        Run.Log log = run.start(dma(nic, gpu, Direction.WRITE, AddressKind.IOVA, 64));
        Run.Log later = run.log();
        run.engine.at(
                Ticks.PER_MICROSECOND,
                () -> run.network.start(dma(nic, gpu, Direction.WRITE, AddressKind.IOVA, 64), later));
        run.run();
        assertThat(log.told.get(0).latency()).isEqualTo(4_480_000 + 3_200_000 + 44_805);
        assertThat(later.told.get(0).latency()).isEqualTo(3_200_000 + 44_805);
    }

    @Test
    void aRawWriteIntoATranslatingIommuReachesNobody() {
        Machine machine = new Machine().socket().hostBridge(IommuMode.TRANSLATING, 256);
        PciFunction nic = machine.endpoint(machine.rootPort(GEN4_X16));
        PciFunction gpu = machine.endpoint(machine.rootPort(GEN4_X16));
        Run run = new Run(machine.fabric());
        Run.Log log = run.start(dma(nic, gpu, Direction.WRITE, 1024));
        List<LinkUse> use = run.run();
        assertThat(log.bytes(What.DROPPED)).isEqualTo(1024);
        assertThat(log.bytes(What.LANDED)).isZero();
        assertThat(log.timesDone).isEqualTo(1);
        assertThat(use).singleElement().extracting(LinkUse::direction).isEqualTo(LinkUse.Direction.UPSTREAM);
    }

    /** There and back on one link, 24 and 20 bytes. */
    @Test
    void aRawReadIntoATranslatingIommuComesBackAsAnErrorAndEndsTheDma() {
        Machine machine = new Machine().socket().hostBridge(IommuMode.TRANSLATING, 256);
        PciFunction nic = machine.endpoint(machine.rootPort(GEN4_X16));
        PciFunction gpu = machine.endpoint(machine.rootPort(GEN4_X16));
        Run run = new Run(machine.fabric());
        Run.Log log = run.start(dma(nic, gpu, Direction.READ, Bytes.GIB));
        run.run();
        assertThat(log.told.get(0)).isEqualTo(new Run.Told(What.REFUSED, ABOVE_4_GIB, 512, 0, 12_220 + 10_184));
        assertThat(log.told).hasSizeLessThanOrEqualTo(3).allMatch(told -> told.what() == What.REFUSED);
        assertThat(log.timesDone).isEqualTo(1);
    }

    /** Issued so far: what the first link took until then. All of it lands, nothing after it. */
    @Test
    void aStoppedWriteLandsWhatWasIssuedAndNoMore() {
        Machine machine = new Machine().socket().hostBridge(IommuMode.OFF, 64);
        PciFunction upstreamPort = machine.upstreamPort(machine.rootPort(GEN4_X16));
        PciFunction nic = machine.endpoint(machine.downstreamPort(upstreamPort, GEN4_X16));
        PciFunction gpu = machine.endpoint(machine.downstreamPort(upstreamPort, GEN4_X16));
        Run run = new Run(machine.fabric());
        Run.Log log = run.start(dma(nic, gpu, Direction.WRITE, Bytes.GIB));
        run.engine.at(1_000_000, () -> run.network.stop("dma"));
        run.run();
        assertThat(log.bytes(What.LANDED)).isEqualTo(8 * 256);
        assertThat(log.told).allMatch(told -> told.issued() < 1_000_000);
        assertThat(log.doneAt).isEqualTo(7 * 142_559 + 1_680_000 + 142_559);
        assertThat(log.timesDone).isEqualTo(1);
    }

    @Test
    void aStoppedReadStillGetsItsAnswers() {
        Machine machine = new Machine().socket().hostBridge(IommuMode.OFF, 64);
        PciFunction upstreamPort = machine.upstreamPort(machine.rootPort(GEN4_X16));
        PciFunction nic = machine.endpoint(machine.downstreamPort(upstreamPort, GEN4_X16));
        PciFunction gpu = machine.endpoint(machine.downstreamPort(upstreamPort, GEN4_X16));
        Run run = new Run(machine.fabric());
        Run.Log log = run.start(dma(nic, gpu, Direction.READ, Bytes.GIB));
        run.engine.at(Ticks.PER_MICROSECOND, () -> run.network.stop("dma"));
        run.run();
        assertThat(log.bytes(What.COMPLETED)).isPositive().isEqualTo(log.bytes(What.LANDED));
        assertThat(log.told).allMatch(told -> told.issued() < Ticks.PER_MICROSECOND);
        assertThat(log.doneAt).isGreaterThan(Ticks.PER_MICROSECOND);
        assertThat(log.timesDone).isEqualTo(1);
    }

    @Test
    void aNameIsFreeAgainWhenItsDmaIsDone() {
        Machine machine = new Machine().socket().hostBridge(IommuMode.OFF, 64);
        PciFunction nic = machine.endpoint(machine.rootPort(GEN4_X16));
        PciFunction gpu = machine.endpoint(machine.rootPort(GEN4_X16));
        DmaRequest request = dma(nic, gpu, Direction.WRITE, 64);
        Run run = new Run(machine.fabric());
        run.start(request);
        run.engine.at(
                1,
                () -> assertThatThrownBy(() -> run.network.start(request, run.log()))
                        .hasMessage("a DMA named dma is running"));
        Run.Log again = run.log();
        run.engine.at(Ticks.PER_MICROSECOND, () -> run.network.start(request, again));
        run.run();
        assertThat(again.timesDone).isEqualTo(1);
    }

    private static long landing(Machine machine, DmaRequest request) {
        Run run = new Run(machine.fabric());
        Run.Log log = run.start(request);
        run.run();
        return log.told.get(0).at();
    }
}
