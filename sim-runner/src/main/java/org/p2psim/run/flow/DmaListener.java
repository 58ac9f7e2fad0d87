package org.p2psim.run.flow;

/**
 * Learns what becomes of the TLPs of one DMA, in order, before anything else happens that comes later. Addresses are
 * the DMA's own; {@code at} is when it happened and {@code issued} when the initiator issued the request, ticks.
 */
public interface DmaListener {
    /**
     * The target's memory is touched: a write lands, or a read request is served (its first completion leaves). A root
     * complex may have cut a write into several landings.
     */
    void landed(long at, long address, int bytes, long issued);

    /** The last completion of a read request is back. */
    default void completed(long at, long address, int bytes, long issued) {}

    /**
     * An operation of {@link Requests.Operations} is over, in its last stage.
     *
     * @param started when it was begun: by its rate if it has one, otherwise when its first request was issued
     */
    default void finished(long at, long started) {}

    /** An IOMMU dropped a write. The initiator does not learn it. */
    default void dropped(long at, long address, int bytes, long issued) {}

    /** A read request came back with an error completion; the initiator issues no more. */
    default void refused(long at, long address, int bytes, long issued) {}

    /** Whether it may be told what repeats itself exactly all at once. */
    default boolean takesRepeats() {
        return false;
    }

    /**
     * So many TLPs alike have landed, or were completed, one each period; nothing else happens to anybody meanwhile.
     *
     * @param completed whether it is {@link #completed}, else {@link #landed}
     * @param at of the first
     * @param latency of each, from its issue on, ticks
     */
    default void repeated(boolean completed, long at, long period, long count, int bytes, long latency) {
        throw new UnsupportedOperationException("this listener is told everything one by one");
    }

    /** Nothing of the DMA is on its way any more, and nothing more will be issued. Called once. */
    void done();
}
