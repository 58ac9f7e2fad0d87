package org.p2psim.run.flow;

import java.util.Arrays;
import java.util.List;
import org.p2psim.run.flow.DmaRequest.Segment;

/** Segments as one space of offsets, and a place in it. */
final class Window {
    /** Offsets at which the segments begin, and where the last one ends. */
    private final long[] offsets;

    private final long[] addresses;
    private int segment;
    private long offset;

    Window(List<Segment> segments) {
        offsets = new long[segments.size() + 1];
        addresses = new long[segments.size()];
        for (int i = 0; i < addresses.length; i++) {
            addresses[i] = segments.get(i).dmaAddress();
            offsets[i + 1] = offsets[i] + segments.get(i).length();
        }
    }

    long length() {
        return offsets[addresses.length];
    }

    long offset() {
        return offset;
    }

    /** @param newOffset within the window */
    void seek(long newOffset) {
        offset = newOffset;
        int found = Arrays.binarySearch(offsets, newOffset);
        segment = found >= 0 ? found : -found - 2;
    }

    long address() {
        return addresses[segment] + offset - offsets[segment];
    }

    /** Which segment the place is in. */
    int segment() {
        return segment;
    }

    /** Bytes up to the end of the segment. */
    long contiguous() {
        return offsets[segment + 1] - offset;
    }

    /** @param bytes at most {@link #contiguous()} */
    void advance(long bytes) {
        offset += bytes;
        if (offset == offsets[segment + 1] && segment + 1 < addresses.length) {
            segment++;
        }
    }
}
