package org.p2psim.run.flow;

import org.p2psim.timing.PortTiming;

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

    private final Draws draws;
    private final long perBillion;
    private final long nakTicks;

    /**
     * @param perBillion TLPs of 10^9 that are damaged
     * @param nakTicks from the end of a damaged TLP until it is sent again
     */
    LinkErrors(long seed, int rank, long perBillion, long nakTicks) {
        this.draws = new Draws(seed + rank, PURPOSE);
        this.perBillion = perBillion;
        this.nakTicks = nakTicks;
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
        return failures * (ticks + nakTicks);
    }
}
