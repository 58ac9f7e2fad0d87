package org.p2psim.run.flow;

import java.util.Arrays;

/** Credits that become free at known times, oldest first: a ring that grows to the most that it ever held. */
final class TimedUnits {
    private static final int HEADERS_SHIFT = 32;

    /** Of each entry the time, and the units: headers above, data below. */
    private long[] ring = new long[32];

    private int first;
    private int size;

    boolean isEmpty() {
        return size == 0;
    }

    int size() {
        return size;
    }

    /** @param time ticks, at or after that of the newest entry */
    void add(long time, int headerUnits, int dataUnits) {
        if (2 * size == ring.length) {
            grow();
        }
        int at = at(size++);
        ring[at] = time;
        ring[at + 1] = (long) headerUnits << HEADERS_SHIFT | dataUnits;
    }

    private int at(int index) {
        return (first + 2 * index) & (ring.length - 1);
    }

    /** When the newest entry is free; only if there is one. */
    long newest() {
        return ring[at(size - 1)];
    }

    /** More units that become free together with the newest entry; only if there is one. */
    void addToNewest(int headerUnits, int dataUnits) {
        ring[at(size - 1) + 1] += (long) headerUnits << HEADERS_SHIFT | dataUnits;
    }

    /** @param time ticks, whenever */
    void addInOrder(long time, int headerUnits, int dataUnits) {
        add(time, headerUnits, dataUnits);
        int place = size - 1;
        for (; place > 0 && time(place - 1) > time; place--) {
            ring[at(place)] = ring[at(place - 1)];
            ring[at(place) + 1] = ring[at(place - 1) + 1];
        }
        ring[at(place)] = time;
        ring[at(place) + 1] = (long) headerUnits << HEADERS_SHIFT | dataUnits;
    }

    private void grow() {
        int length = ring.length;
        ring = Arrays.copyOf(ring, 2 * length);
        System.arraycopy(ring, 0, ring, length, first);
    }

    int allHeaders() {
        int sum = 0;
        for (int i = 0; i < size; i++) {
            sum += headers(i);
        }
        return sum;
    }

    int allData() {
        int sum = 0;
        for (int i = 0; i < size; i++) {
            sum += data(i);
        }
        return sum;
    }

    /** Of the oldest entry; only if there is one. */
    long time() {
        return ring[first];
    }

    int headers() {
        return (int) (ring[first + 1] >>> HEADERS_SHIFT);
    }

    int data() {
        return (int) ring[first + 1];
    }

    /** @param index 0 for the oldest */
    long time(int index) {
        return ring[at(index)];
    }

    int headers(int index) {
        return (int) (ring[at(index) + 1] >>> HEADERS_SHIFT);
    }

    int data(int index) {
        return (int) ring[at(index) + 1];
    }

    void remove() {
        first = at(1);
        size--;
    }

    void shift(long ticks) {
        for (int i = 0; i < size; i++) {
            ring[at(i)] += ticks;
        }
    }
}
