package org.p2psim.run.flow;

import java.util.Iterator;
import org.p2psim.run.flow.DmaRequest.Segment;
import org.p2psim.transaction.Splitting;

/** Segments, one after the other. */
final class SegmentCursor extends Cursor {
    private static final long FOUR_GIB = 1L << 32;

    private final Iterator<Segment> segments;
    private long address;
    private long remaining;
    private long opened;

    SegmentCursor(Iterable<Segment> segments) {
        this.segments = segments.iterator();
        openSegment();
    }

    @Override
    boolean atEnd() {
        return remaining == 0;
    }

    @Override
    long address() {
        return address;
    }

    @Override
    int take(int max) {
        int bytes = Splitting.nextRequest(address, remaining, max);
        address += bytes;
        remaining -= bytes;
        if (remaining == 0) {
            openSegment();
        }
        return bytes;
    }

    /** Within this segment. */
    @Override
    long alikeAhead() {
        return Long.compareUnsigned(address, FOUR_GIB) < 0 ? Math.min(remaining, FOUR_GIB - address) : remaining;
    }

    @Override
    long stretch() {
        return Long.compareUnsigned(address, FOUR_GIB) < 0 ? -opened : opened;
    }

    @Override
    void skip(long bytes) {
        address += bytes;
        remaining -= bytes;
    }

    private void openSegment() {
        opened++;
        if (segments.hasNext()) {
            Segment segment = segments.next();
            address = segment.dmaAddress();
            remaining = segment.length();
        }
    }
}
