package org.p2psim.run.engine;

import java.util.Arrays;

/** A ring of unordered lists of events. Lists are linked in arrays, so that no event is an object. */
final class Buckets {
    /** The first event of each bucket; 0 if there is none. */
    private final int[] heads;

    private final Occupancy occupancy;
    /** Time and key of each event, side by side. */
    private long[] events;
    /** What follows each event in its bucket, or among the free places; 0 if nothing does. */
    private int[] next;

    private int firstFree;
    private int used;
    private int size;

    /** The number of buckets is a power of two. */
    Buckets(int buckets, int places) {
        heads = new int[buckets];
        occupancy = new Occupancy(buckets);
        events = new long[2 * (places + 1)];
        next = new int[places + 1];
    }

    int count() {
        return heads.length;
    }

    int size() {
        return size;
    }

    void clear() {
        Arrays.fill(heads, 0);
        occupancy.clear();
        firstFree = 0;
        used = 0;
        size = 0;
    }

    void add(int bucket, long time, long key) {
        int place = firstFree;
        if (place == 0) {
            place = newPlace();
        } else {
            firstFree = next[place];
        }
        events[2 * place] = time;
        events[2 * place + 1] = key;
        int head = heads[bucket];
        next[place] = head;
        heads[bucket] = place;
        if (head == 0) {
            occupancy.set(bucket);
        }
        size++;
    }

    private int newPlace() {
        if (++used == next.length) {
            next = Arrays.copyOf(next, 2 * used);
            events = Arrays.copyOf(events, 4 * used);
        }
        return used;
    }

    /** The first bucket from here on, round the end if need be, that is not empty. Only if one is not. */
    int next(int bucket) {
        return occupancy.next(bucket);
    }

    /** Moves all that the bucket holds. */
    void moveTo(NearEvents near, int bucket) {
        int place = heads[bucket];
        heads[bucket] = 0;
        occupancy.clear(bucket);
        while (place != 0) {
            near.add(events[2 * place], events[2 * place + 1]);
            int following = next[place];
            free(place);
            place = following;
        }
    }

    /** Whether there was such an event; if there were many, one of them is gone. */
    boolean remove(int bucket, long time, long key) {
        int before = 0;
        for (int place = heads[bucket]; place != 0; place = next[place]) {
            if (events[2 * place] == time && events[2 * place + 1] == key) {
                unlink(bucket, before, place);
                return true;
            }
            before = place;
        }
        return false;
    }

    private void unlink(int bucket, int before, int place) {
        if (before != 0) {
            next[before] = next[place];
        } else {
            heads[bucket] = next[place];
            if (heads[bucket] == 0) {
                occupancy.clear(bucket);
            }
        }
        free(place);
    }

    private void free(int place) {
        next[place] = firstFree;
        firstFree = place;
        size--;
    }

    /** Writes times and keys from a place on, in no order. Returns the place after them. */
    int copyTo(long[] target, int from) {
        int to = from;
        for (int head : heads) {
            for (int place = head; place != 0; place = next[place]) {
                target[to++] = events[2 * place];
                target[to++] = events[2 * place + 1];
            }
        }
        return to;
    }
}
