package org.p2psim.run.engine;

/**
 * The events that are next: some in order, in a ring, and if there are more than fit, the others in a heap. A new one
 * goes to its place from the end that is nearer. Most events are due soon or after all others, so that few have to move
 * for them.
 */
final class NearEvents {
    /** How many are kept in order. */
    static final int MOST_IN_ORDER = 128;

    private static final int MASK = 2 * MOST_IN_ORDER - 1;

    /** Time and key of each, side by side. */
    private final long[] ring = new long[2 * MOST_IN_ORDER];

    /** Place of the first. */
    private int first;
    /** Twice how many are in the ring. */
    private int used;

    private final KeyHeap others = new KeyHeap();

    int size() {
        return (used >> 1) + others.size();
    }

    boolean isEmpty() {
        return used == 0 && others.size() == 0;
    }

    /** Whether there are more than are kept in order. */
    boolean isCrowded() {
        return others.size() != 0;
    }

    void clear() {
        used = 0;
        others.clear();
    }

    void add(long time, long key) {
        if (used > MASK) {
            others.add(time, key);
        } else if (used == 0 || ring[(first + (used >> 2 << 1)) & MASK] <= time) {
            addFromTheEnd(time, key);
        } else {
            addFromTheFront(time, key);
        }
    }

    private void addFromTheEnd(long time, long key) {
        long[] events = ring;
        int place = (first + used) & MASK;
        for (int left = used; left > 0; left -= 2) {
            int before = (place - 2) & MASK;
            long itsTime = events[before];
            if (itsTime < time || (itsTime == time && events[before + 1] <= key)) {
                break;
            }
            events[place] = itsTime;
            events[place + 1] = events[before + 1];
            place = before;
        }
        events[place] = time;
        events[place + 1] = key;
        used += 2;
    }

    private void addFromTheFront(long time, long key) {
        long[] events = ring;
        int place = (first - 2) & MASK;
        first = place;
        for (int left = used; left > 0; left -= 2) {
            int after = (place + 2) & MASK;
            long itsTime = events[after];
            if (itsTime > time || (itsTime == time && events[after + 1] >= key)) {
                break;
            }
            events[place] = itsTime;
            events[place + 1] = events[after + 1];
            place = after;
        }
        events[place] = time;
        events[place + 1] = key;
        used += 2;
    }

    /** Of the first event; only if there is one. */
    long firstTime() {
        return firstIsOther() ? others.firstTime() : ring[first];
    }

    /** Of the first event; only if there is one. */
    long firstKey() {
        return firstIsOther() ? others.firstKey() : ring[first + 1];
    }

    /** Only if there is one. */
    void removeFirst() {
        if (firstIsOther()) {
            others.removeFirst();
        } else {
            first = (first + 2) & MASK;
            used -= 2;
        }
    }

    private boolean firstIsOther() {
        return others.size() != 0
                && (used == 0 || KeyHeap.before(others.firstTime(), others.firstKey(), ring[first], ring[first + 1]));
    }

    /** Whether there was such an event; if there were many, one of them is gone. */
    boolean remove(long time, long key) {
        for (int i = 0; i < used; i += 2) {
            int place = (first + i) & MASK;
            if (ring[place] == time && ring[place + 1] == key) {
                removeAt(i);
                return true;
            }
        }
        return others.remove(time, key);
    }

    private void removeAt(int index) {
        used -= 2;
        for (int i = index; i < used; i += 2) {
            int place = (first + i) & MASK;
            int after = (place + 2) & MASK;
            ring[place] = ring[after];
            ring[place + 1] = ring[after + 1];
        }
    }

    /** Writes times and keys from a place on, in no order. Returns the place after them. */
    int copyTo(long[] target, int place) {
        for (int i = 0; i < used; i++) {
            target[place + i] = ring[(first + i) & MASK];
        }
        return others.copyTo(target, place + used);
    }
}
