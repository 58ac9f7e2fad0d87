package org.p2psim.run.flow;

import java.util.Iterator;
import org.p2psim.run.flow.DmaRequest.Segment;
import org.p2psim.transaction.Splitting;

/** How far a DMA has come: the first byte that is not asked for yet. */
final class Cursor {
    private final Iterator<Segment> segments;
    private long address;
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

    private void openSegment() {
        if (segments.hasNext()) {
            Segment segment = segments.next();
            address = segment.dmaAddress();
            remaining = segment.length();
        }
    }
}
