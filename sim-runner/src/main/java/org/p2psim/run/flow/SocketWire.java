package org.p2psim.run.flow;

import org.p2psim.unit.Ticks;

/** One direction of the connection between two sockets, where its bandwidth is known. */
final class SocketWire implements Station {
    private final long bytesPerSecond;
    private long free;

    SocketWire(long bytesPerSecond) {
        this.bytesPerSecond = bytesPerSecond;
    }

    /** Only data counts: what the connection adds of its own is not known. */
    @Override
    public long pass(Tlp tlp, long now) {
        long ticks = tlp.payload() * Ticks.PER_SECOND / bytesPerSecond;
        long start = Math.max(now, free);
        free = start + ticks;
        tlp.tail = Math.max(tlp.tail, ticks);
        return start;
    }
}
