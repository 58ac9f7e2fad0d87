package org.p2psim.run.flow;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.p2psim.run.flow.DmaRequest.Attributes;
import org.p2psim.run.flow.DmaRequest.Direction;
import org.p2psim.run.flow.Run.Told;
import org.p2psim.run.flow.Run.What;
import org.p2psim.topology.IommuMode;
import org.p2psim.topology.Link;
import org.p2psim.topology.PciFunction;
import org.p2psim.unit.Bytes;
import org.p2psim.unit.Ticks;

/**
 * Who waits for whom in the ingress port of a switch (PCIe base specification 5.0, table 2-40). One function, {@code
 * near}, fills that port with TLPs for one behind a slow link, gen1 x1: writes of 256 bytes take 1120 ns there.
 */
class OrderingOnTheWayTest {
    private static final Link GEN4_X16 = new Link(4, 16);
    private static final Link GEN1_X1 = new Link(1, 1);
    private static final long LATER = Ticks.ofNanoseconds(5000);
    /** Of a read that nobody holds up: 630 ns and what its way is shared with. */
    private static final long USUAL = Ticks.ofNanoseconds(1000);

    private PciFunction near;
    private PciFunction slow;
    private PciFunction other;
    private Run run;

    @BeforeEach
    void build() {
        Machine machine = new Machine().socket().hostBridge(IommuMode.OFF, 256);
        PciFunction upstreamPort = machine.upstreamPort(machine.rootPort(GEN4_X16));
        near = machine.endpoint(machine.downstreamPort(upstreamPort, GEN4_X16));
        slow = machine.endpoint(machine.downstreamPort(upstreamPort, GEN1_X1));
        other = machine.endpoint(machine.downstreamPort(upstreamPort, GEN4_X16));
        run = new Run(machine.fabric());
    }

    private Run.Log dma(
            long start, PciFunction initiator, PciFunction target, Direction direction, long bytes, Attributes with) {
        return run.start(
                start,
                DmaLike.usual(initiator, target, direction)
                        .name("%s %s %s at %d".formatted(initiator.address(), direction, target.address(), start))
                        .bytes(bytes)
                        .attributes(with)
                        .request());
    }

    private Run.Log dma(long start, PciFunction initiator, PciFunction target, Direction direction, long bytes) {
        return dma(start, initiator, target, direction, bytes, Attributes.NONE);
    }

    /** How many TLPs were issued before another one and landed after it. */
    private static long overtaken(Run.Log earlier, Told one) {
        return earlier.all(What.LANDED).stream()
                .filter(told -> told.issued() < one.issued() && told.at() > one.at())
                .count();
    }

    private static long issuedBefore(Run.Log earlier, Told one) {
        return earlier.all(What.LANDED).stream()
                .filter(told -> told.issued() < one.issued())
                .count();
    }

    /** When the last write leaves the port the next TLP may, so one of them may still be on the slow link. */
    @Test
    void aReadWaitsBehindBlockedWritesWhateverItsAttributes() {
        Run.Log writes = dma(0, near, slow, Direction.WRITE, Bytes.MIB);
        Run.Log read = dma(LATER, near, other, Direction.READ, 64, new Attributes(true, true));
        run.run();
        Told served = read.all(What.LANDED).get(0);
        assertThat(issuedBefore(writes, served)).isGreaterThan(60);
        assertThat(overtaken(writes, served)).isLessThanOrEqualTo(1);
    }

    @Test
    void aWriteToAFreePortWaitsBehindWritesToABusyOne() {
        Run.Log writes = dma(0, near, slow, Direction.WRITE, Bytes.MIB);
        Run.Log single = dma(LATER, near, other, Direction.WRITE, 64);
        run.run();
        Told landed = single.all(What.LANDED).get(0);
        assertThat(issuedBefore(writes, landed)).isGreaterThan(60);
        assertThat(overtaken(writes, landed)).isLessThanOrEqualTo(1);
    }

    /** 64 credits let 64 reads wait in front of the slow link, where each takes 24 bytes, 96 ns. */
    @Test
    void aWritePassesBlockedReads() {
        Run.Log reads = dma(0, near, slow, Direction.READ, 120 * Bytes.KIB);
        Run.Log single = dma(Ticks.ofNanoseconds(1000), near, slow, Direction.WRITE, 64);
        run.run();
        assertThat(overtaken(reads, single.all(What.LANDED).get(0))).isGreaterThan(30);
    }

    @Test
    void aCompletionPassesBlockedReads() {
        Run.Log reads = dma(0, near, slow, Direction.READ, 120 * Bytes.KIB);
        Run.Log single = dma(Ticks.ofNanoseconds(1000), other, near, Direction.READ, 64);
        run.run();
        Told back = single.all(What.COMPLETED).get(0);
        assertThat(back.latency()).isLessThan(USUAL);
        assertThat(overtaken(reads, back)).isGreaterThan(30);
    }

    /** As many writes of 1120 ns were in front of it as the port has credits for, 75 at most, and 50 at least. */
    @Test
    void aCompletionWaitsBehindBlockedWrites() {
        assertThat(latencyBehindWrites(Attributes.NONE))
                .isBetween(50 * Ticks.ofNanoseconds(1120), 76 * Ticks.ofNanoseconds(1130));
    }

    @Test
    void aCompletionWithRelaxedOrderingPassesBlockedWrites() {
        assertThat(latencyBehindWrites(new Attributes(true, false))).isLessThan(USUAL);
    }

    /** The function that answers is the one that writes: to IDO that is one stream. */
    @Test
    void aCompletionWithIdBasedOrderingWaitsBehindWritesOfItsCompleter() {
        assertThat(latencyBehindWrites(new Attributes(false, true))).isGreaterThan(50 * Ticks.ofNanoseconds(1120));
    }

    private long latencyBehindWrites(Attributes attributes) {
        dma(0, near, slow, Direction.WRITE, Bytes.MIB);
        Run.Log read = dma(LATER, other, near, Direction.READ, 64, attributes);
        run.run();
        return read.all(What.COMPLETED).get(0).latency();
    }
}
