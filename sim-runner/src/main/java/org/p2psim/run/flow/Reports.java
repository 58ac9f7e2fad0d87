package org.p2psim.run.flow;

import java.util.Arrays;

/** What a listener is still to be told, in order of time. */
final class Reports {
    /** What has happened to a TLP. */
    enum Kind {
        LANDED,
        COMPLETED,
        DROPPED,
        REFUSED,
        FINISHED
    }

    private static final Kind[] KINDS = Kind.values();

    private final DmaListener listener;
    private long[] times = new long[64];
    private long[] addresses = new long[64];
    private long[] issues = new long[64];
    private int[] bytes = new int[64];
    private byte[] kinds = new byte[64];
    private int first;
    private int size;

    Reports(DmaListener listener) {
        this.listener = listener;
    }

    int size() {
        return size;
    }

    void addFinished(long time, long started) {
        add(Kind.FINISHED, time, 0, 0, started);
    }

    void add(Kind kind, long time, long address, int itsBytes, long issued) {
        if (size == times.length) {
            grow();
        }
        int mask = times.length - 1;
        int at = (first + size++) & mask;
        for (int before = (at - 1) & mask;
                at != first && comesAfter(before, time, kind, issued, address);
                before = (before - 1) & mask) {
            move(before, at);
            at = before;
        }
        times[at] = time;
        addresses[at] = address;
        issues[at] = issued;
        bytes[at] = itsBytes;
        kinds[at] = (byte) kind.ordinal();
    }

    /** Of one instant: by kind, then the oldest request first. */
    private boolean comesAfter(int entry, long time, Kind kind, long issued, long address) {
        if (times[entry] != time) {
            return times[entry] > time;
        }
        if (kinds[entry] != kind.ordinal()) {
            return kinds[entry] > kind.ordinal();
        }
        return issues[entry] > issued || (issues[entry] == issued && addresses[entry] > address);
    }

    private void move(int from, int to) {
        times[to] = times[from];
        addresses[to] = addresses[from];
        issues[to] = issues[from];
        bytes[to] = bytes[from];
        kinds[to] = kinds[from];
    }

    private void grow() {
        int length = times.length;
        int from = first;
        times = Arrays.copyOf(times, 2 * length);
        addresses = Arrays.copyOf(addresses, 2 * length);
        issues = Arrays.copyOf(issues, 2 * length);
        bytes = Arrays.copyOf(bytes, 2 * length);
        kinds = Arrays.copyOf(kinds, 2 * length);
        for (int i = 0; i < from; i++) {
            move(i, length + i);
        }
    }

    void put(State state, long position) {
        state.put(size);
        for (int i = 0; i < size; i++) {
            int at = (first + i) & (times.length - 1);
            state.putTime(times[at]);
            state.put(times[at] - issues[at]);
            state.put(addresses[at] - position);
            state.put(((long) bytes[at] << 8) | kinds[at]);
        }
    }

    void shift(long ticks, long addressStep) {
        for (int i = 0; i < size; i++) {
            int at = (first + i) & (times.length - 1);
            times[at] += ticks;
            issues[at] += ticks;
            addresses[at] += addressStep;
        }
    }

    /** Tells everything up to a time, that included. */
    void tell(long until) {
        while (size > 0 && times[first] <= until) {
            int at = first;
            first = (first + 1) & (times.length - 1);
            size--;
            switch (KINDS[kinds[at]]) {
                case LANDED -> listener.landed(times[at], addresses[at], bytes[at], issues[at]);
                case COMPLETED -> listener.completed(times[at], addresses[at], bytes[at], issues[at]);
                case DROPPED -> listener.dropped(times[at], addresses[at], bytes[at], issues[at]);
                case REFUSED -> listener.refused(times[at], addresses[at], bytes[at], issues[at]);
                case FINISHED -> listener.finished(times[at], issues[at]);
            }
        }
    }
}
