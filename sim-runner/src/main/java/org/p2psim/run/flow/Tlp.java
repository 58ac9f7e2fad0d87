package org.p2psim.run.flow;

import org.jspecify.annotations.Nullable;
import org.p2psim.timing.DmaEngineTiming;
import org.p2psim.timing.Response;
import org.p2psim.transaction.Credits;
import org.p2psim.transaction.Splitting;
import org.p2psim.transaction.TlpKind;

/** A TLP on its way. There is a pool of them: one that has arrived is used again. */
final class Tlp {
    private static final long FOUR_GIB = 1L << 32;

    /** By which events name it. */
    final int id;

    /** Whether it has a digest. */
    private final boolean ecrc;

    Flow flow;
    Path path;
    /** Index of the channel that it waits for or is on. */
    int step;
    /** What lies before that channel. */
    Path.Leg leg;

    TlpKind kind = TlpKind.MEM_WRITE;
    /** Flow-control class, see {@link Channel}. */
    int tlpClass;

    /** Of the first byte, as the initiator addresses it. */
    long address;
    /** That it carries or asks for; where it is sent on in parts, that are left. */
    int bytes;
    /** Bytes of header, framing and data on a link with framing. */
    int wireBytes;
    /** Bytes of data in it. */
    int payload;
    /** Data credits that it takes. */
    int dataUnits;

    /** Of a request: when it was issued; of a completion: when its request was. Ticks. */
    long issued;
    /** Number of the operation that it belongs to. */
    long operation;
    /** The channel that it waits for in a buffer. */
    @Nullable
    Channel next;
    /** How long its tail is behind its head, ticks. */
    long tail;
    /** From when on its next channel may send it, ticks. */
    long eligible;
    /** Place in the order of arrival in the buffer that it is in. */
    long sequence;
    /** Data credits that it holds in that buffer. */
    int heldUnits;

    /** Of a request: how many its flow had issued before. */
    long number;
    /** Whether its data is marked as bad (EP); of a read, whether any of what it has got is. */
    boolean poisoned;
    /** Of a read: how it is answered. */
    Response response = Response.SERVED;
    /** Of a read: whether its initiator waits for it no longer. */
    boolean givenUp;

    boolean above4GiB;
    /** The last skip in which it was moved. */
    private long moved;
    /** Of a completion: the read that it answers. */
    @Nullable
    Tlp request;
    /** Of a request: bytes of its whole DMA. */
    long dmaBytes;
    /** Whether it is the first request of its DMA. */
    boolean firstOfDma;
    /** Whether it is the last write of a DMA that is no multiple of {@link DmaEngineTiming#TAIL_UNIT}. */
    boolean tailOfOdd;
    /** Of a read of host memory: how long its translation takes after its arrival, ticks. */
    long walk;
    /** Of a read: bytes that are not back yet. */
    int missing;

    Tlp(int id, Flow flow, Path path, boolean ecrc) {
        this.id = id;
        this.ecrc = ecrc;
        this.flow = flow;
        this.path = path;
        this.leg = path.leg(0);
    }

    void set(Flow itsFlow, Path itsPath, TlpKind itsKind, long itsAddress, int itsBytes, long itsIssue) {
        boolean above = isAbove4GiB(itsAddress);
        boolean alike = kind == itsKind && bytes == itsBytes && above4GiB == above && ((address ^ itsAddress) & 3) == 0;
        flow = itsFlow;
        path = itsPath;
        step = 0;
        leg = itsPath.leg(0);
        address = itsAddress;
        issued = itsIssue;
        tail = 0;
        eligible = 0;
        request = null;
        missing = itsBytes;
        dmaBytes = itsBytes;
        firstOfDma = false;
        tailOfOdd = false;
        poisoned = false;
        response = Response.SERVED;
        givenUp = false;
        walk = 0;
        if (!alike) {
            kind = itsKind;
            tlpClass = itsKind.tlpClass().ordinal();
            bytes = itsBytes;
            above4GiB = above;
            measure();
        }
    }

    static boolean isAbove4GiB(long address) {
        return Long.compareUnsigned(address, FOUR_GIB) >= 0;
    }

    /** Bytes of it that go next: all, unless what lies before its channel sends it on in parts. */
    int piece() {
        int max = leg.maxPayload();
        return payload > max ? Splitting.nextPart(address, bytes, max) : bytes;
    }

    /** Data credits that those take. */
    int pieceUnits() {
        int piece = piece();
        return piece == bytes ? dataUnits : Credits.dataUnits(kind.dataBytes(address, piece));
    }

    /** How far the tail is behind the head if that has waited until now: it has been coming in all the time. */
    long tailAfter(long now) {
        return tail - (now - eligible);
    }

    /** To the next channel of its path, or the end. */
    void goOn() {
        leg = path.leg(++step);
    }

    /** Where only its data or its address have changed. */
    void measure() {
        wireBytes = kind.wireBytes(address, bytes, above4GiB, false, ecrc);
        payload = carriesData() ? bytes : 0;
        dataUnits = Credits.dataUnits(kind.dataBytes(address, bytes));
    }

    /** Everything about it happens so much later, and at the address to which its flow has gone on. */
    void shift(long ticks) {
        if (moved == flow.skipNumber()) {
            return;
        }
        moved = flow.skipNumber();
        issued += ticks;
        eligible += ticks;
        address += flow.addressStep();
        if (request != null) {
            request.shift(ticks);
        }
    }

    boolean carriesData() {
        return kind == TlpKind.MEM_WRITE || kind == TlpKind.COMPLETION_WITH_DATA;
    }
}
