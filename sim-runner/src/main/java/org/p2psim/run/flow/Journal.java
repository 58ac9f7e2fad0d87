package org.p2psim.run.flow;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What has been counted since a moment, so that it can be counted again as often as it repeats itself. */
final class Journal {
    private static final Reports.Kind[] KINDS = Reports.Kind.values();

    /** Of each TLP on a channel: start, ticks, payload, bytes on the wire. */
    private final Rows<Channel> sent = new Rows<>(4);
    /** Of each TLP that a listener was told of: kind, time, address, bytes, latency. */
    private final Rows<Reports> told = new Rows<>(5);

    private boolean full;

    /** Something and a few numbers in each row, without an object for each. */
    private static final class Rows<T> {
        private static final int MOST = 1 << 18;

        private final int width;
        private final List<T> things = new ArrayList<>();
        private long[] numbers;
        private int next;

        Rows(int width) {
            this.width = width;
            this.numbers = new long[64 * width];
        }

        void clear() {
            things.clear();
            next = 0;
        }

        int size() {
            return things.size();
        }

        /** Begins a row, which {@link #put} fills; false if there is no room for any more. */
        boolean add(T thing) {
            if (things.size() == MOST) {
                return false;
            }
            if (next == numbers.length) {
                numbers = Arrays.copyOf(numbers, 2 * next);
            }
            things.add(thing);
            return true;
        }

        void put(long number) {
            numbers[next++] = number;
        }

        T thing(int row) {
            return things.get(row);
        }

        long number(int row, int column) {
            return numbers[row * width + column];
        }
    }

    void clear() {
        sent.clear();
        told.clear();
        full = false;
    }

    boolean isFull() {
        return full;
    }

    /** Something has happened that is not counted again. */
    void spoil() {
        full = true;
    }

    void sent(Channel channel, long start, long ticks, int payload, int wireBytes) {
        if (!sent.add(channel)) {
            full = true;
            return;
        }
        sent.put(start);
        sent.put(ticks);
        sent.put(payload);
        sent.put(wireBytes);
    }

    /** A listener was told of a TLP. */
    void told(Reports reports, Reports.Kind kind, long time, long address, int bytes, long latency) {
        if (!told.add(reports)) {
            full = true;
            return;
        }
        told.put(kind.ordinal());
        told.put(time);
        told.put(address);
        told.put(bytes);
        told.put(latency);
    }

    /** Counts everything again: so many periods, one after the other. What listeners were told came in one period. */
    void repeat(long period, long count) {
        for (int i = 0; i < sent.size(); i++) {
            int payload = (int) sent.number(i, 2);
            int wireBytes = (int) sent.number(i, 3);
            sent.thing(i)
                    .use()
                    .addRepeated(sent.number(i, 0) + period, sent.number(i, 1), payload, wireBytes, period, count);
        }
        boolean oneByOne = false;
        for (int i = 0; i < told.size(); i++) {
            Reports reports = told.thing(i);
            if (reports.tellsRepeatsOneByOne()) {
                oneByOne = true;
            } else {
                reports.repeated(kind(i), time(i) + period, period, count, bytes(i), latency(i));
            }
        }
        for (long n = 1; oneByOne && n <= count; n++) {
            tellAgain(n, period);
        }
    }

    private void tellAgain(long n, long period) {
        for (int i = 0; i < told.size(); i++) {
            Reports reports = told.thing(i);
            if (reports.tellsRepeatsOneByOne()) {
                reports.tellAgain(n, kind(i), time(i) + n * period, address(i), bytes(i), latency(i));
            }
        }
    }

    private Reports.Kind kind(int row) {
        return KINDS[(int) told.number(row, 0)];
    }

    private long time(int row) {
        return told.number(row, 1);
    }

    private long address(int row) {
        return told.number(row, 2);
    }

    private int bytes(int row) {
        return (int) told.number(row, 3);
    }

    private long latency(int row) {
        return told.number(row, 4);
    }
}
