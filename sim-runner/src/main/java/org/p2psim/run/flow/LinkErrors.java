package org.p2psim.run.flow;

import org.p2psim.timing.PortTiming;
import org.p2psim.topology.Link;
import org.p2psim.transaction.DataLinkLayer;

/**
 * TLPs that arrive damaged on a link: the receiver answers with a Nak, and the sender sends again what was not
 * acknowledged, in order (PCIe base specification 5.0, 3.6). What was sent meanwhile is discarded and comes after, so
 * the link is as good as taken by the damaged TLP until it is through. Which TLPs are damaged depends on the seed, the
 * link and how many it has sent before.
 */
final class LinkErrors {
    /** A link that damages a TLP this often in a row is not worth simulating. */
    private static final int MOST_IN_A_ROW = 1_000;

    /** Draws of operations have lower numbers. */
    private static final int PURPOSE = 3;

    /** The last generation whose Ack latency limits are published; FLIT mode is taken to answer as quickly. */
    private static final int LAST_WITH_ACK_LIMITS = 5;

    private final Draws draws;
    private final long perBillion;
    private final long leastTicks;
    private final long nakTicks;

    private LinkErrors(long seed, int rank, long perBillion, long leastTicks, long nakTicks) {
        this.draws = new Draws(seed + rank, PURPOSE);
        this.perBillion = perBillion;
        this.leastTicks = leastTicks;
        this.nakTicks = nakTicks;
    }

    /**
     * A Nak is a DLLP of its own, or part of the next FLIT that goes the other way; then it is the whole FLIT of the TLP
     * that is sent again (base specification 6.0, 4.2.3.4).
     *
     * @param perBillion TLPs of 10^9 that are damaged, or whose FLIT is beyond what its error correction mends
     */
    static LinkErrors of(Link link, long dllpTicks, long seed, int rank, long perBillion) {
        if (link.flitMode()) {
            long flit = link.flitTicks();
            long delay = DataLinkLayer.internalDelayTicks(new Link(LAST_WITH_ACK_LIMITS, link.width()));
            return new LinkErrors(seed, rank, perBillion, flit, flit + delay);
        }
        return new LinkErrors(seed, rank, perBillion, 0, dllpTicks + DataLinkLayer.internalDelayTicks(link));
    }

    /** How often the TLP with this number on the link is damaged before it is through. */
    int failures(long number) {
        int failures = 0;
        while (failures < MOST_IN_A_ROW
                && draws.below(number * MOST_IN_A_ROW + failures, PortTiming.BILLION) < perBillion) {
            failures++;
        }
        return failures;
    }

    /** How much later a TLP is through that is damaged so often, ticks. */
    long delay(int failures, long ticks) {
        return failures * (Math.max(ticks, leastTicks) + nakTicks);
    }
}
