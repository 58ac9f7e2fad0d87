package org.p2psim.run.flow;

import java.util.Collection;

/**
 * What listeners are still to be told, of all flows together: in order of time, and of one instant in the order in which
 * flows have begun. Each flow keeps what is to be told of it in order; here the first of each are merged, in a heap.
 */
final class Untold {
    private Reports[] heap = {};
    /** Of each in the heap, when what it has to tell next has happened. */
    private long[] times = {};

    private int size;

    /** Tells all that has happened up to a time, that included. */
    void tell(Collection<Flow> flows, long until) {
        collect(flows, until);
        while (size > 0) {
            Reports first = heap[0];
            first.tell(Math.min(until, untilSecond()));
            long next = first.next();
            if (next <= until) {
                siftDown(0, first, next);
            } else {
                size--;
                siftDown(0, heap[size], times[size]);
            }
        }
    }

    private void collect(Collection<Flow> flows, long until) {
        if (heap.length < flows.size()) {
            heap = new Reports[2 * flows.size()];
            times = new long[heap.length];
        }
        size = 0;
        for (Flow flow : flows) {
            long next = flow.reports().next();
            if (next <= until) {
                heap[size] = flow.reports();
                times[size++] = next;
            }
        }
        for (int i = size / 2 - 1; i >= 0; i--) {
            siftDown(i, heap[i], times[i]);
        }
    }

    /** How long it is the turn of the first. */
    private long untilSecond() {
        if (size == 1) {
            return Agenda.NEVER;
        }
        int second = size > 2 && isBefore(2, heap[1], times[1]) ? 2 : 1;
        return heap[second].order < heap[0].order ? times[second] - 1 : times[second];
    }

    private void siftDown(int from, Reports reports, long time) {
        int index = from;
        while (2 * index + 1 < size) {
            int child = 2 * index + 1;
            if (child + 1 < size && isBefore(child + 1, heap[child], times[child])) {
                child++;
            }
            if (!isBefore(child, reports, time)) {
                break;
            }
            heap[index] = heap[child];
            times[index] = times[child];
            index = child;
        }
        heap[index] = reports;
        times[index] = time;
    }

    private boolean isBefore(int index, Reports reports, long time) {
        return times[index] < time || (times[index] == time && heap[index].order < reports.order);
    }
}
