package org.p2psim.run.engine;

import java.util.Arrays;

/** A binary heap of events, each a time and a key, which orders those of one time. */
final class KeyHeap {
    /** Time and key of each event, side by side. */
    private long[] events = new long[32];

    private int size;

    int size() {
        return size;
    }

    void clear() {
        size = 0;
    }

    /** Of the first event; only if there is one. */
    long firstTime() {
        return events[0];
    }

    /** Of the first event; only if there is one. */
    long firstKey() {
        return events[1];
    }

    void add(long time, long key) {
        if (2 * size == events.length) {
            events = Arrays.copyOf(events, 2 * events.length);
        }
        siftUp(size++, time, key);
    }

    /** Only if there is one. */
    void removeFirst() {
        int last = --size;
        if (last > 0) {
            siftDown(0, events[2 * last], events[2 * last + 1]);
        }
    }

    /** Whether there was such an event; if there were many, one of them is gone. */
    boolean remove(long time, long key) {
        for (int i = 0; i < size; i++) {
            if (events[2 * i] == time && events[2 * i + 1] == key) {
                removeAt(i);
                return true;
            }
        }
        return false;
    }

    private void removeAt(int index) {
        int last = --size;
        if (index < last) {
            long time = events[2 * last];
            long key = events[2 * last + 1];
            siftDown(index, time, key);
            if (events[2 * index] == time && events[2 * index + 1] == key) {
                siftUp(index, time, key);
            }
        }
    }

    private void siftUp(int from, long time, long key) {
        long[] heap = events;
        int index = from;
        while (index > 0) {
            int parent = (index - 1) >>> 1;
            if (!before(time, key, heap[2 * parent], heap[2 * parent + 1])) {
                break;
            }
            heap[2 * index] = heap[2 * parent];
            heap[2 * index + 1] = heap[2 * parent + 1];
            index = parent;
        }
        heap[2 * index] = time;
        heap[2 * index + 1] = key;
    }

    private void siftDown(int from, long time, long key) {
        long[] heap = events;
        int index = from;
        while (2 * index + 1 < size) {
            int child = 2 * index + 1;
            int right = child + 1;
            if (right < size && before(heap[2 * right], heap[2 * right + 1], heap[2 * child], heap[2 * child + 1])) {
                child = right;
            }
            if (!before(heap[2 * child], heap[2 * child + 1], time, key)) {
                break;
            }
            heap[2 * index] = heap[2 * child];
            heap[2 * index + 1] = heap[2 * child + 1];
            index = child;
        }
        heap[2 * index] = time;
        heap[2 * index + 1] = key;
    }

    static boolean before(long time, long key, long otherTime, long otherKey) {
        return time < otherTime || (time == otherTime && key < otherKey);
    }

    /** Writes times and keys from a place on, in no order. Returns the place after them. */
    int copyTo(long[] target, int place) {
        System.arraycopy(events, 0, target, place, 2 * size);
        return place + 2 * size;
    }
}
