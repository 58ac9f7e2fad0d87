package org.p2psim.run.flow;

import java.util.Optional;
import org.p2psim.outcome.Failure;

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
     * An operation of {@link Requests.Operations} is over, in its last stage, and nothing of it has failed.
     *
     * @param started when it was asked for: by its rate if it has one, else when one fewer than its depth was unfinished;
     *     with neither, when its first request was issued
     */
    default void finished(long at, long started) {}

    /**
     * Something else became of a request than was asked for. Of poisoned data it is told besides {@link #landed} or
     * {@link #completed}; after a read that failed the initiator issues no more.
     */
    default void failed(Failure how, long at, long address, int bytes, long issued) {}

    /** Who is told all at once of what repeats itself exactly; if nobody is, it is told one by one. */
    default Optional<Repeats> repeats() {
        return Optional.empty();
    }

    /**
     * The run is over and the DMA is not: it waits for completions that nobody will send, or for what those hold.
     *
     * @param at when something became of it last, ticks
     */
    default void waitsForEver(long at) {}

    /** Nothing of the DMA is on its way any more, and nothing more will be issued. Called once. */
    void done();

    /** Learns of TLPs that are alike. */
    interface Repeats {
        /**
         * So many have landed, or were completed, one each period; nothing else happens to anybody meanwhile.
         *
         * @param completed whether it is {@link DmaListener#completed}, else {@link DmaListener#landed}
         * @param at of the first
         * @param latency of each, from its issue on, ticks
         */
        void repeated(boolean completed, long at, long period, long count, int bytes, long latency);

        /**
         * So many operations alike are {@link DmaListener#finished} meanwhile.
         *
         * @param ticks from the beginning of each to its end
         */
        default void repeatedFinish(long count, long ticks) {}
    }
}
