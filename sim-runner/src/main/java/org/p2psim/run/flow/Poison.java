package org.p2psim.run.flow;

import org.p2psim.timing.PortTiming;

/**
 * Which TLPs of a DMA carry data that their sender marks as bad (PCIe base specification 5.0, 2.7.2): the same ones
 * whenever they are sent.
 */
final class Poison {
    /** Draws of operations and links have lower numbers. */
    private static final int PURPOSE = 4;

    /** No request is longer, so that every part of it has a number. */
    private static final int PARTS = 4096;

    private final Draws draws;
    private final long perBillion;

    /** @param perBillion TLPs of 10^9 that are marked */
    Poison(long seed, long perBillion) {
        this.draws = new Draws(seed, PURPOSE);
        this.perBillion = perBillion;
    }

    boolean isPossible() {
        return perBillion > 0;
    }

    /**
     * Whether it marks a TLP.
     *
     * @param request how many the DMA had issued before its request
     * @param offset of the data in the request, bytes
     */
    boolean strikes(long request, int offset) {
        return perBillion > 0 && draws.below(request * PARTS + offset, PortTiming.BILLION) < perBillion;
    }
}
