package org.p2psim.run.flow;

import org.p2psim.transaction.Splitting;

/** How far a DMA has come: what its initiator asks for next, and from when on it may. All times in ticks. */
abstract sealed class Cursor permits SegmentCursor, OperationCursor {
    private static final Unfinished NOTHING = new Unfinished();

    private boolean aligned;
    private boolean first;
    private boolean last;
    private long dmaStart;
    private long dmaBytes;

    /** @param aligned whether requests end at multiples of their limit */
    static Cursor of(Requests requests, boolean aligned) {
        Cursor cursor = of(requests);
        cursor.aligned = aligned;
        return cursor;
    }

    private static Cursor of(Requests requests) {
        return requests instanceof Requests.Operations operations
                ? new OperationCursor(operations)
                : new SegmentCursor(requests.segments());
    }

    /** Bytes of the next request. */
    final int cut(long from, long left, int max) {
        return aligned ? Splitting.nextAlignedRequest(from, left, max) : Splitting.nextRequest(from, left, max);
    }

    /** A request is taken that belongs to a segment or operation with these bytes. */
    final void tookOf(long start, long bytes, boolean isFirst, boolean isLast) {
        dmaStart = start;
        dmaBytes = bytes;
        first = isFirst;
        last = isLast;
    }

    /** Whether the request that was taken last is the first of its segment or operation. */
    final boolean tookFirst() {
        return first;
    }

    /** Whether it is the last one. */
    final boolean tookLast() {
        return last;
    }

    /** Bytes of the segment or operation of the request that was taken last. */
    final long dmaBytes() {
        return dmaBytes;
    }

    /** Requests of up to {@code max} bytes in which it is cut, leaving aside boundaries of 4 KiB. */
    final long requests(int max) {
        long before = aligned ? dmaStart & (max - 1) : 0;
        return (before + dmaBytes + max - 1) / max;
    }

    /** Whether all requests are taken. */
    abstract boolean atEnd();

    /** Of the request that is taken next. */
    abstract long address();

    /** Takes the next request and returns its bytes. */
    abstract int take(int max);

    /** Bytes ahead that are cut and issued as those before, as far as is easy to say. */
    long alikeAhead() {
        return 0;
    }

    /** Stays the same as long as all requests are cut alike. */
    long stretch() {
        return 0;
    }

    /** From now on looks for shorter periods. Returns whether it did not until now. */
    boolean lookNearby() {
        return false;
    }

    /** Whether after each period it is at the same address again. */
    boolean goesRound() {
        return false;
    }

    /** Goes on by fewer bytes than are {@link #alikeAhead() ahead}. */
    void skip(long bytes) {
        throw new IllegalStateException("nothing of it repeats itself");
    }

    /** The segment or operation of the request that was taken last is another one, so many bytes ahead. */
    final void skipStart(long bytes) {
        dmaStart += bytes;
    }

    /** What it depends on besides how far it has come. */
    void put(State state) {}

    /** All of its times are later. */
    void shift(long ticks) {}

    /** The DMA starts; before the first request is taken. */
    void begin(long now) {}

    /**
     * From when on the request that was taken last may be issued; {@link Agenda#NEVER} if what it waits for is not
     * known yet.
     */
    long readyAt(long now) {
        return now;
    }

    /** The request that was taken last is issued. */
    void issued(long now) {}

    /** Number of the operation whose request was taken last, from 0 on. */
    long operation() {
        return 0;
    }

    /** So many bytes of an operation are through, now or at a time. */
    void arrived(long operation, int bytes, long at) {}

    /** Something of an operation was not done. */
    void failed(long operation) {}

    /** Operations that are started and not over. */
    Unfinished unfinished() {
        return NOTHING;
    }

    /** One more operation may be unfinished, from a time on. */
    void release(long at) {}

    /** An operation starts when the stage before is done with it. */
    void waitForFeed() {
        throw new IllegalArgumentException("only operations go from stage to stage");
    }

    /**
     * The stage before is done with an operation.
     *
     * @param started when it was begun in the first stage
     */
    void feed(long at, long started) {}

    /**
     * The stage before will do no more. Returns whether the request that was taken last waits for it, and so is never
     * issued.
     */
    boolean endFeed() {
        return false;
    }
}
