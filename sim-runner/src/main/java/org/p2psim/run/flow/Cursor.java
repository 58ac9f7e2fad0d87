package org.p2psim.run.flow;

import java.util.Iterator;
import org.p2psim.run.flow.DmaRequest.Segment;
import org.p2psim.transaction.Splitting;

/** How far a DMA has come: the first byte that is not asked for yet. */
final class Cursor {
    private static final long FOUR_GIB = 1L << 32;

    private final Iterator<Segment> segments;
    private long address;
    private int opened;
    private long remaining;

    Cursor(Iterable<Segment> segments) {
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
        int bytes = Splitting.nextRequest(address, remaining, max);
        address += bytes;
        remaining -= bytes;
        if (remaining == 0) {
            openSegment();
        }
        return bytes;
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
            remaining = segment.length();
        }
    }
}
