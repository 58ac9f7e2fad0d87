package org.p2psim.run.flow;

import java.util.Iterator;
import org.p2psim.run.flow.DmaRequest.Segment;
import org.p2psim.transaction.Splitting;

/** How far a DMA has come: the first byte that is not asked for yet. */
final class Cursor {
    private static final long FOUR_GIB = 1L << 32;

    private final Iterator<Segment> segments;
    private final boolean aligned;
    private long address;
    private int opened;
    private long segmentStart;
    private long segmentBytes;
    private long remaining;
    private boolean first;
    private long takenSegment;
    private long takenStart;

    /** @param aligned whether requests end at multiples of their limit */
    Cursor(Iterable<Segment> segments, boolean aligned) {
        this.aligned = aligned;
        this.segments = segments.iterator();
        openSegment();
    }

    boolean atEnd() {
        return remaining == 0;
    }

    long address() {
        return address;
    }

    /** Takes the next request and returns its bytes. */
    int take(int max) {
        first = address == segmentStart;
        takenSegment = segmentBytes;
        takenStart = segmentStart;
        int bytes = aligned
                ? Splitting.nextAlignedRequest(address, remaining, max)
                : Splitting.nextRequest(address, remaining, max);
        address += bytes;
        remaining -= bytes;
        if (remaining == 0) {
            openSegment();
        }
        return bytes;
    }

    /** Whether the request that was taken last is the first of its segment. */
    boolean tookFirst() {
        return first;
    }

    /** Bytes of the segment that the request that was taken last belongs to. */
    long takenSegment() {
        return takenSegment;
    }

    /** Requests of up to {@code max} bytes in which that segment is cut, leaving aside boundaries of 4 KiB. */
    long requests(int max) {
        long before = aligned ? takenStart & (max - 1) : 0;
        return (before + takenSegment + max - 1) / max;
    }

    /** Segments that it has come to. */
    int opened() {
        return opened;
    }

    /** Bytes ahead that are cut as those before, as far as is easy to say: within this segment. */
    long alikeAhead() {
        return Long.compareUnsigned(address, FOUR_GIB) < 0 ? Math.min(remaining, FOUR_GIB - address) : remaining;
    }

    /** Goes on by fewer bytes than are ahead in this segment. */
    void skip(long bytes) {
        address += bytes;
        remaining -= bytes;
    }

    private void openSegment() {
        if (segments.hasNext()) {
            Segment segment = segments.next();
            opened++;
            address = segment.dmaAddress();
            segmentStart = address;
            segmentBytes = segment.length();
            remaining = segment.length();
        }
    }
}
