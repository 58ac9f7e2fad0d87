package org.p2psim.run.replay;

import org.p2psim.unit.Bytes;

/** Where the buffers of host memory are that the timeline uses: above 4 GiB, one after the other. */
final class HostBuffers {
    private static final long BASE = 1L << 40;
    private static final long ALIGNMENT = 2 * Bytes.MIB;

    private long next = BASE;

    /** Address of a buffer of its own. */
    long take(long bytes) {
        long address = next;
        next += ((bytes - 1) / ALIGNMENT + 1) * ALIGNMENT;
        return address;
    }
}
