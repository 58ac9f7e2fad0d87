package org.p2psim.run.flow;

import java.util.Arrays;

/**
 * The operations of a flow that are started and not over, by number: a ring that grows to the most that it ever held.
 * An operation is over when all of its bytes are through, and those of all operations before it.
 */
final class Unfinished {
    private long[] started = new long[16];
    private long[] latest = new long[16];
    private long[] missing = new long[16];
    private long[] failed = new long[16];
    private long first;
    private long next;
    private long lastFinish;

    private int at(long operation) {
        return (int) operation & (started.length - 1);
    }

    /** The next operation starts. */
    void add(long start, int bytes) {
        if (next - first == started.length) {
            started = larger(started);
            latest = larger(latest);
            missing = larger(missing);
            failed = larger(failed);
        }
        int index = at(next++);
        started[index] = start;
        latest[index] = start;
        missing[index] = bytes;
        failed[index] = 0;
    }

    /** Twice as long, with every operation where its number says. */
    private long[] larger(long[] ring) {
        long[] larger = Arrays.copyOf(ring, 2 * ring.length);
        System.arraycopy(ring, 0, larger, ring.length, ring.length);
        return larger;
    }

    void arrived(long operation, int bytes, long time) {
        int index = at(operation);
        missing[index] -= bytes;
        latest[index] = Math.max(latest[index], time);
    }

    void fail(long operation) {
        failed[at(operation)] = 1;
    }

    /** Whether something of the oldest one was not done. */
    boolean hasFailed() {
        return failed[at(first)] != 0;
    }

    /** Whether the oldest one is over. */
    boolean hasFinished() {
        return first < next && missing[at(first)] == 0;
    }

    /** When the oldest one is over, which it is. */
    long finish() {
        return Math.max(lastFinish, latest[at(first)]);
    }

    /** Forgets the oldest one, which is over, and returns when it had started. */
    long remove() {
        lastFinish = finish();
        return started[at(first++)];
    }

    /** Everything that the end of an operation depends on, and when it began, which is told at its end. */
    void put(State state) {
        state.put(next - first);
        for (long operation = first; operation < next; operation++) {
            int index = at(operation);
            state.putPast(started[index]);
            state.putPast(latest[index]);
            state.put(missing[index]);
            state.put(failed[index]);
        }
        state.putPast(lastFinish);
    }

    void shift(long ticks) {
        for (long operation = first; operation < next; operation++) {
            started[at(operation)] += ticks;
            latest[at(operation)] += ticks;
        }
        lastFinish += ticks;
    }

    /** Whether all before the newest one are over, and it will be over after them. */
    boolean isNewestAlone() {
        return next - first == 1 && lastFinish <= latest[at(first)];
    }

    /** What of it repeats itself while it is alone, and far from its end. */
    void putNewest(State state, long untaken) {
        int index = at(next - 1);
        state.putPast(latest[index]);
        state.put(missing[index] - untaken);
        state.put(failed[index]);
    }

    /** So many bytes of it are through. */
    void skipOfNewest(long bytes) {
        missing[at(next - 1)] -= bytes;
    }

    /** What has become of it last was so much later, but not its start. */
    void shiftNewest(long ticks) {
        latest[at(next - 1)] += ticks;
    }
}
