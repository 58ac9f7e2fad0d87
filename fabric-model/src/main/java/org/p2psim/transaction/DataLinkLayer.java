package org.p2psim.transaction;

import org.p2psim.topology.Link;
import org.p2psim.unit.Ticks;

/**
 * What the data link layer adds to the TLPs of a link of generation 1 to 5: DLLPs, how late they may be, and replay.
 *
 * <p>Limits are in symbol times, the time of one symbol on one lane ({@link Link#symbolTimesTicks}), whatever the
 * width: the formula divides by the width because a TLP is striped over all lanes. Tables 3-7 to 3-9 and 2-46 to 2-48
 * of the PCIe base specification 5.0, by the formula and the factors of its appendix H.
 *
 * <p>In FLIT mode there are no DLLPs between TLPs, no Ack and Nak DLLPs and no limits like these: 6 bytes of each FLIT
 * are for the data link layer, and replay counts FLITs (base specification 6.0, 3.6.2.3 and 4.2.3.4). Asked about
 * generation 6, all methods throw {@link IllegalArgumentException}.
 */
public final class DataLinkLayer {
    /** On the wire: two bytes of framing, four of content, two of CRC (base specification 3.4). */
    public static final int DLLP_BYTES = 8;

    /**
     * Of every {@link #SKP_INTERVAL} bytes on the wire so many go to SKP ordered sets. Exact for 8b/10b with sets as
     * rare as the specification allows (one of 4 symbols within 1180 to 1538; 4.2.7). With 128b/130b a set of 16
     * symbols follows 370 to 375 blocks of 16: 0.27 % instead of 0.26 %. pcie-bench uses it for all generations.
     */
    public static final int SKP_BYTES = 4;

    public static final int SKP_INTERVAL = 1538;

    /** A TLP that is replayed this often without progress makes REPLAY_NUM roll over: the link is retrained. */
    public static final int REPLAYS_TO_RETRAIN = 4;

    /**
     * Receivers repeat UpdateFC for each class with finite credits at least this often (up to 50 % later is
     * conforming; Extended Synch clear; 2.6.1.2).
     */
    public static final long UPDATE_FC_INTERVAL_TICKS = 30 * Ticks.PER_MICROSECOND;

    /**
     * Shortest REPLAY_TIMER limit of ports that support 16 GT/s or more, symbol times: 24,000 to 31,000, with
     * Extended Synch clear (3.6.2.1, "Simplified REPLAY_TIMER Limits").
     */
    public static final int SIMPLIFIED_REPLAY_TIMER_LIMIT = 24_000;

    /** What the formula adds to the payload of the largest TLP for its header, framing and checks, bytes. */
    private static final int TLP_OVERHEAD = 28;

    private static final int REPLAY_FACTOR = 3;

    private DataLinkLayer() {}

    /**
     * How long after a TLP its Ack is sent at the latest, symbol times: Ack Latency Limit.
     *
     * @param generation 1 to 5
     * @param width lanes, as of a {@link Link}
     * @param mps Max_Payload_Size, a power of two from 128 to 4096
     * @throws IllegalArgumentException if an argument is out of range
     */
    public static int ackLatencyLimit(int generation, int width, int mps) {
        Link link = new Link(generation, width);
        if (link.flitMode()) {
            throw new IllegalArgumentException(
                    "generation %d works in FLIT mode, which has no Ack DLLPs".formatted(generation));
        }
        requireMaxPayloadSize(mps);
        return (mps + TLP_OVERHEAD) * tenthsOfAckFactor(width, mps) / (10 * width) + internalDelay(generation);
    }

    /**
     * How long after credits became free their UpdateFC should be sent, symbol times: the guideline that keeps a
     * stream of the largest TLPs going. Same arguments, same formula and same values as {@link #ackLatencyLimit}.
     */
    public static int updateFcLatency(int generation, int width, int mps) {
        return ackLatencyLimit(generation, width, mps);
    }

    /**
     * How long after its last symbol a TLP is replayed if neither Ack nor Nak came, symbol times: three times the Ack
     * latency limit up to generation 3 (specification 3.1), {@link #SIMPLIFIED_REPLAY_TIMER_LIMIT} from generation 4
     * on. Same arguments as {@link #ackLatencyLimit}.
     */
    public static int replayTimerLimit(int generation, int width, int mps) {
        int ackLimit = ackLatencyLimit(generation, width, mps);
        return generation <= 3 ? REPLAY_FACTOR * ackLimit : SIMPLIFIED_REPLAY_TIMER_LIMIT;
    }

    /** {@link #ackLatencyLimit} of a link, ticks. */
    public static long ackLatencyTicks(Link link, int mps) {
        return link.symbolTimesTicks(ackLatencyLimit(link.generation(), link.width(), mps));
    }

    /** {@link #updateFcLatency} of a link, ticks. */
    public static long updateFcLatencyTicks(Link link, int mps) {
        return link.symbolTimesTicks(updateFcLatency(link.generation(), link.width(), mps));
    }

    /** What receiver and transmitter of a link may take to answer each other: the constant of {@link #ackLatencyLimit}. */
    public static long internalDelayTicks(Link link) {
        return link.symbolTimesTicks(internalDelay(link.generation()));
    }

    /** {@link #replayTimerLimit} of a link, ticks. */
    public static long replayTimerTicks(Link link, int mps) {
        return link.symbolTimesTicks(replayTimerLimit(link.generation(), link.width(), mps));
    }

    static void requireMaxPayloadSize(int mps) {
        if (Integer.bitCount(mps) != 1 || mps < 128 || mps > 4096) {
            throw new IllegalArgumentException(
                    "Max_Payload_Size must be 128, 256, 512, 1024, 2048 or 4096, not " + mps);
        }
    }

    /** AckFactor, UpdateFactor: how many of the largest TLPs one DLLP answers, balancing buffers against DLLPs. */
    private static int tenthsOfAckFactor(int width, int mps) {
        if (mps > 256) {
            return width <= 8 ? 10 : 20;
        }
        if (width <= 4) {
            return 14;
        }
        return width <= 8 ? 25 : 30;
    }

    /** What receiver and transmitter may take, symbol times. */
    private static int internalDelay(int generation) {
        return switch (generation) {
            case 1 -> 19;
            case 2 -> 70;
            default -> 115;
        };
    }
}
