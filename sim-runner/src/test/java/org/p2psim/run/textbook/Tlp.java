package org.p2psim.run.textbook;

import org.jspecify.annotations.Nullable;
import org.p2psim.run.flow.DmaRequest;
import org.p2psim.transaction.Credits;
import org.p2psim.transaction.Ordering;
import org.p2psim.transaction.TlpClass;
import org.p2psim.transaction.TlpKind;

/** A memory write, a memory read or a completion with data. */
final class Tlp {
    private static final long FOUR_GIB = 1L << 32;

    final TlpKind kind;
    final Dma dma;
    final Receiver to;
    final long address;
    final int bytes;
    /** Of a completion: the read that it answers. */
    final @Nullable Tlp read;

    /** Of a request: when its transmission began, ticks. */
    long issued;
    /** Of a read: bytes that are not back yet. */
    int missing;

    private Tlp(TlpKind kind, Dma dma, Receiver to, long address, int bytes, @Nullable Tlp read) {
        this.kind = kind;
        this.dma = dma;
        this.to = to;
        this.address = address;
        this.bytes = bytes;
        this.read = read;
        this.missing = bytes;
    }

    static Tlp request(Dma dma, TlpKind kind, long address, int bytes) {
        return new Tlp(kind, dma, dma.target(), address, bytes, null);
    }

    /** What answers a part of this read. */
    Tlp completion(long itsAddress, int itsBytes) {
        return new Tlp(TlpKind.COMPLETION_WITH_DATA, dma, dma.initiator(), itsAddress, itsBytes, this);
    }

    /** Some of its bytes in a TLP of their own. */
    Tlp part(long itsAddress, int itsBytes) {
        Tlp part = new Tlp(kind, dma, to, itsAddress, itsBytes, read);
        part.issued = issued;
        return part;
    }

    TlpClass tlpClass() {
        return kind.tlpClass();
    }

    int payload() {
        return kind.withData() ? bytes : 0;
    }

    int dataCredits() {
        return Credits.dataUnits(kind.dataBytes(address, bytes));
    }

    int wireBytes(boolean flitMode) {
        return kind.wireBytes(address, bytes, Long.compareUnsigned(address, FOUR_GIB) >= 0, flitMode);
    }

    boolean mayPass(Tlp earlier) {
        return Ordering.mayPass(passing(), earlier.passing()) != Ordering.May.NO;
    }

    private Ordering.Passing passing() {
        DmaRequest.Attributes attributes = dma.request().attributes();
        return new Ordering.Passing(
                tlpClass(),
                kind.withData(),
                attributes.relaxedOrdering(),
                attributes.idBasedOrdering(),
                dma.initiator().id(),
                0,
                tlpClass() == TlpClass.COMPLETION ? dma.completerId() : Ordering.Passing.NONE);
    }
}
