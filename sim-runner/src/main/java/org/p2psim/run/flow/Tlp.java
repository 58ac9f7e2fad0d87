package org.p2psim.run.flow;

import org.jspecify.annotations.Nullable;
import org.p2psim.transaction.TlpKind;

/** A TLP on its way. There is a pool of them: one that has arrived is used again. */
final class Tlp {
    private static final long FOUR_GIB = 1L << 32;

    /** By which events name it. */
    final int id;

    Flow flow;
    Path path;
    /** Index of the channel that it waits for or is on. */
    int step;

    TlpKind kind = TlpKind.MEM_WRITE;
    /** Flow-control class, see {@link Channel}. */
    int tlpClass;

    /** Of the first byte, as the initiator addresses it. */
    long address;
    /** That it carries or asks for; where it is sent on in parts, that are left. */
    int bytes;
    /** Bytes of header, framing and data on a link with framing. */
    int wireBytes;

    /** Of a request: when it was issued; of a completion: when its request was. Ticks. */
    long issued;
    /** The channel that it waits for in a buffer. */
    @Nullable Channel next;
    /** How long its tail is behind its head, ticks. */
    long tail;
    /** From when on its next channel may send it, ticks. */
    long eligible;
    /** Place in the order of arrival in the buffer that it is in. */
    long sequence;
    /** Data credits that it holds in that buffer. */
    int heldUnits;

    boolean above4GiB;
    /** The last skip in which it was moved. */
    private long moved;
    /** Of a completion: the read that it answers. */
    @Nullable Tlp request;
    /** Of a read: bytes that are not back yet. */
    int missing;

    Tlp(int id, Flow flow, Path path) {
        this.id = id;
        this.flow = flow;
        this.path = path;
    }

    void set(Flow itsFlow, Path itsPath, TlpKind itsKind, long itsAddress, int itsBytes, long itsIssue) {
        flow = itsFlow;
        path = itsPath;
        step = 0;
        kind = itsKind;
        tlpClass = itsKind.tlpClass().ordinal();
        address = itsAddress;
        bytes = itsBytes;
        issued = itsIssue;
        tail = 0;
        eligible = 0;
        above4GiB = Long.compareUnsigned(itsAddress, FOUR_GIB) >= 0;
        request = null;
        missing = itsBytes;
        measure();
    }

    /** Where only its data or its address have changed. */
    void measure() {
        wireBytes = kind.wireBytes(address, bytes, above4GiB, false);
    }

    /** Everything about it happens so much later, and at the address to which its flow has gone on. */
    void shift(long ticks) {
        if (moved == flow.skipNumber()) {
            return;
        }
        moved = flow.skipNumber();
        issued += ticks;
        eligible += ticks;
        address += flow.skippedBytes();
        if (request != null) {
            request.shift(ticks);
        }
    }

    boolean carriesData() {
        return kind == TlpKind.MEM_WRITE || kind == TlpKind.COMPLETION_WITH_DATA;
    }

    /** Bytes of data in it. */
    int payload() {
        return carriesData() ? bytes : 0;
    }
}
