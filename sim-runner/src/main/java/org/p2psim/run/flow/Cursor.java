package org.p2psim.run.flow;

import java.util.Iterator;
import org.p2psim.run.flow.DmaRequest.Segment;
import org.p2psim.transaction.Splitting;

/** How far a DMA has come: the first byte that is not asked for yet. */
final class Cursor {
    private static final long FOUR_GIB = 1L << 32;

    private final Iterator<Segment> segments;
    private long address;
    private long remaining;
    private long opened;

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

    /** Bytes ahead that are cut as those before, as far as is easy to say: within this segment. */
    long alikeAhead() {
        return Long.compareUnsigned(address, FOUR_GIB) < 0 ? Math.min(remaining, FOUR_GIB - address) : remaining;
    }

    /** Stays the same as long as all requests are cut alike. */
    long stretch() {
        return Long.compareUnsigned(address, FOUR_GIB) < 0 ? -opened : opened;
    }

    /** Goes on by fewer bytes than are ahead in this segment. */
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
