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

    private Reports[] reports = new Reports[64];
    private Reports.Kind[] kinds = new Reports.Kind[64];
    private long[] times = new long[64];
    private long[] addresses = new long[64];
    private long[] latencies = new long[64];
    private int[] bytes = new int[64];
    private int told;

    private boolean full;

    void clear() {
        sent = 0;
        told = 0;
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

    /** A listener was told of a TLP. */
    void told(Reports its, Reports.Kind kind, long time, long address, int itsBytes, long latency) {
        if (told == reports.length) {
            if (told == MOST) {
                full = true;
                return;
            }
            reports = Arrays.copyOf(reports, 2 * told);
            kinds = Arrays.copyOf(kinds, 2 * told);
            times = Arrays.copyOf(times, 2 * told);
            addresses = Arrays.copyOf(addresses, 2 * told);
            latencies = Arrays.copyOf(latencies, 2 * told);
            bytes = Arrays.copyOf(bytes, 2 * told);
        }
        reports[told] = its;
        kinds[told] = kind;
        times[told] = time;
        addresses[told] = address;
        latencies[told] = latency;
        bytes[told++] = itsBytes;
    }

    /** Counts everything again: so many periods, one after the other. What listeners were told came in one period. */
    void repeat(long period, long count) {
        for (int i = 0; i < sent; i++) {
            channels[i].use().addRepeated(starts[i] + period, ticks[i], payloads[i], wireBytes[i], period, count);
        }
        boolean oneByOne = false;
        for (int i = 0; i < told; i++) {
            if (reports[i].tellsRepeatsOneByOne()) {
                oneByOne = true;
            } else {
                reports[i].repeated(kinds[i], times[i] + period, period, count, bytes[i], latencies[i]);
            }
        }
        for (long n = 1; oneByOne && n <= count; n++) {
            tellAgain(n, period);
        }
    }

    private void tellAgain(long n, long period) {
        for (int i = 0; i < told; i++) {
            if (reports[i].tellsRepeatsOneByOne()) {
                reports[i].tellAgain(n, kinds[i], times[i] + n * period, addresses[i], bytes[i], latencies[i]);
            }
        }
    }
}
