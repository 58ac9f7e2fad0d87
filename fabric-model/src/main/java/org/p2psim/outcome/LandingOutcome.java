package org.p2psim.outcome;

/**
 * Where TLPs of one DMA came to their end: neighbours in time with the same fate are one.
 *
 * @param dma name of the DMA
 * @param issued when the first of them was issued, ticks
 * @param from when the first of them came to its end, ticks
 * @param until when the last of them did
 * @param where name of the dma-buf, memory or function that they reached, or that did not take them
 * @param owner whose memory it was at that time; empty if nobody's, or if they did not land
 * @param detail what it means, in a sentence; may be empty
 */
public record LandingOutcome(
        String dma,
        long issued,
        long from,
        long until,
        long tlps,
        long bytes,
        Fate fate,
        String where,
        String owner,
        String detail) {
    /** What became of a TLP. */
    public enum Fate {
        /** It was carried out. */
        LANDED,
        /** Nothing took it: an Unsupported Request, such as of a function whose memory is disabled or in reset. */
        DROPPED,
        /** The IOMMU did not translate it. */
        BLOCKED
    }
}
