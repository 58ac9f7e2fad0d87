package org.p2psim.outcome;

import java.util.OptionalLong;

/**
 * What of one DMA was on its way when access was taken away: issued, and not landed. One for each revocation and DMA.
 *
 * @param event index of the event that took access away: a revocation, a zap, a reset without either
 * @param dma name of the DMA
 * @param tlps that were on the way
 * @param bytes of them
 * @param landed how many of them landed
 * @param dropped how many of them nobody answered: dropped as Unsupported Requests
 * @param blocked how many of them an IOMMU stopped
 * @param lastLanding when the last of them that landed did so, ticks; empty if none did
 * @param landedAfter how many of them landed after the revocation had returned
 */
public record InFlightOutcome(
        int event,
        String dma,
        long tlps,
        long bytes,
        long landed,
        long dropped,
        long blocked,
        OptionalLong lastLanding,
        long landedAfter) {}
