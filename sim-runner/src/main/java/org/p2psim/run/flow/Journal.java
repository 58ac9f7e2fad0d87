package org.p2psim.run.flow;

import java.util.Arrays;

/** What has been counted since a moment, so that it can be counted again as often as it repeats itself. */
final class Journal {
    private static final int MOST = 1 << 18;

    private Channel[] channels = new Channel[64];
    private long[] starts = new long[64];
    private long[] ticks = new long[64];
    private int[] payloads = new int[64];
    private int[] wireBytes = new int[64];
    private int sent;

    private Flow[] flows = new Flow[64];
    private Reports.Kind[] kinds = new Reports.Kind[64];
    private long[] times = new long[64];
    private long[] latencies = new long[64];
    private int[] bytes = new int[64];
    private int reported;

    private boolean full;

    void clear() {
        sent = 0;
        reported = 0;
        full = false;
    }

    boolean isFull() {
        return full;
    }

    /** Something has happened that is not counted again. */
    void spoil() {
        full = true;
    }

    void sent(Channel channel, long start, long itsTicks, int payload, int itsWireBytes) {
        if (sent == channels.length) {
            if (sent == MOST) {
                full = true;
                return;
            }
            channels = Arrays.copyOf(channels, 2 * sent);
            starts = Arrays.copyOf(starts, 2 * sent);
            ticks = Arrays.copyOf(ticks, 2 * sent);
            payloads = Arrays.copyOf(payloads, 2 * sent);
            wireBytes = Arrays.copyOf(wireBytes, 2 * sent);
        }
        channels[sent] = channel;
        starts[sent] = start;
        ticks[sent] = itsTicks;
        payloads[sent] = payload;
        wireBytes[sent++] = itsWireBytes;
    }

    void reported(Flow flow, Reports.Kind kind, long time, long latency, int itsBytes) {
        if (reported == flows.length) {
            if (reported == MOST) {
                full = true;
                return;
            }
            flows = Arrays.copyOf(flows, 2 * reported);
            kinds = Arrays.copyOf(kinds, 2 * reported);
            times = Arrays.copyOf(times, 2 * reported);
            latencies = Arrays.copyOf(latencies, 2 * reported);
            bytes = Arrays.copyOf(bytes, 2 * reported);
        }
        flows[reported] = flow;
        kinds[reported] = kind;
        times[reported] = time;
        latencies[reported] = latency;
        bytes[reported++] = itsBytes;
    }

    /**
     * Counts everything again: so many periods, one after the other.
     *
     * @param now until when it has been counted
     */
    void repeat(long now, long period, long count) {
        for (int i = 0; i < sent; i++) {
            channels[i].use().addRepeated(starts[i] + period, ticks[i], payloads[i], wireBytes[i], period, count);
        }
        for (int i = 0; i < reported; i++) {
            long first = now + 1 + Math.floorMod(times[i] - now - 1, period);
            flows[i].repeated(kinds[i], first, period, count, bytes[i], latencies[i]);
        }
    }
}
