package org.p2psim.run.flow;

import org.p2psim.transaction.TlpKind;

/** A TLP on its way. To run it means that it is at its next station. */
final class Tlp implements Runnable {
    private static final long FOUR_GIB = 1L << 32;

    private final Way way;
    private final TlpKind kind;
    private final long address;
    private final int bytes;
    private final long issued;

    /** Index of the station that it is at or on its way to. */
    int station;
    /** How long its tail is behind its head, ticks. */
    long tail;

    boolean above4GiB;

    /**
     * @param bytes that it carries or asks for
     * @param issued when the request that it is, or belongs to, was issued, ticks
     */
    Tlp(Way way, TlpKind kind, long address, int bytes, long issued) {
        this.way = way;
        this.kind = kind;
        this.address = address;
        this.bytes = bytes;
        this.issued = issued;
        this.above4GiB = Long.compareUnsigned(address, FOUR_GIB) >= 0;
    }

    /** A part of this TLP, for the rest of the way. */
    Tlp part(long partAddress, int partBytes) {
        Tlp part = new Tlp(way, kind, partAddress, partBytes, issued);
        part.station = station;
        part.above4GiB = above4GiB;
        return part;
    }

    @Override
    public void run() {
        way.arrived(this);
    }

    long address() {
        return address;
    }

    int bytes() {
        return bytes;
    }

    long issued() {
        return issued;
    }

    /** Bytes of data in it. */
    int payload() {
        return kind.withData() ? bytes : 0;
    }

    int wireBytes(boolean flitMode) {
        return kind.wireBytes(address, bytes, above4GiB, flitMode);
    }
}
