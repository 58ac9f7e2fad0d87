package org.p2psim.run.flow;

/** Numbers, first in, first out: a ring that grows to the most that it ever held. */
final class LongRing {
    private long[] ring = new long[16];
    private int first;
    private int size;

    boolean isEmpty() {
        return size == 0;
    }

    int size() {
        return size;
    }

    void add(long value) {
        if (size == ring.length) {
            long[] larger = new long[2 * size];
            for (int i = 0; i < size; i++) {
                larger[i] = ring[(first + i) & (size - 1)];
            }
            ring = larger;
            first = 0;
        }
        ring[(first + size++) & (ring.length - 1)] = value;
    }

    /** Adds a value where it belongs in ascending order. */
    void addInOrder(long value) {
        add(value);
        int mask = ring.length - 1;
        for (int i = size - 1; i > 0 && ring[(first + i - 1) & mask] > value; i--) {
            ring[(first + i) & mask] = ring[(first + i - 1) & mask];
            ring[(first + i - 1) & mask] = value;
        }
    }

    /** The oldest; only if there is one. */
    long head() {
        return ring[first];
    }

    /** Only if there is one. */
    long newest() {
        return at(size - 1);
    }

    /** @param index 0 for the oldest */
    long at(int index) {
        return ring[(first + index) & (ring.length - 1)];
    }

    long remove() {
        long value = ring[first];
        first = (first + 1) & (ring.length - 1);
        size--;
        return value;
    }

    void shift(long by) {
        for (int i = 0; i < size; i++) {
            ring[(first + i) & (ring.length - 1)] += by;
        }
    }
}
