package org.p2psim.run.textbook;

import java.util.Iterator;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.p2psim.run.flow.DmaListener;
import org.p2psim.run.flow.DmaRequest;
import org.p2psim.run.flow.DmaRequest.Direction;
import org.p2psim.run.flow.DmaRequest.Segment;
import org.p2psim.transaction.Splitting;
import org.p2psim.transaction.TlpKind;

/** A DMA: the requests that its initiator issues one after the other, and what has become of them. */
final class Dma implements Source {
    private static final int OF_ROOT_COMPLEX = -2;

    private final Clock clock;
    private final DmaRequest request;
    private final DmaListener listener;
    private final Device initiator;
    private final Receiver target;
    private final boolean reads;

    private final Iterator<Segment> segments;
    private long address;
    private long remaining;
    private @Nullable Tlp next;
    private long outstanding;
    private long lastTag = -1;
    private boolean ended;

    Dma(Clock clock, DmaRequest request, DmaListener listener, Device initiator, Receiver target) {
        this.clock = clock;
        this.request = request;
        this.listener = listener;
        this.initiator = initiator;
        this.target = target;
        this.reads = request.direction() == Direction.READ;
        this.segments = request.segments().iterator();
        prepare();
    }

    DmaRequest request() {
        return request;
    }

    Device initiator() {
        return initiator;
    }

    Receiver target() {
        return target;
    }

    /** That of a root complex is like none of a function. */
    int completerId() {
        return target instanceof Device device ? device.id() : OF_ROOT_COMPLEX;
    }

    private void prepare() {
        if (remaining == 0 && segments.hasNext()) {
            Segment segment = segments.next();
            address = segment.dmaAddress();
            remaining = segment.length();
        }
        if (remaining == 0) {
            next = null;
            return;
        }
        int bytes = Splitting.nextRequest(address, remaining, reads ? request.mrrs() : request.mps());
        next = Tlp.request(this, reads ? TlpKind.MEM_READ : TlpKind.MEM_WRITE, address, bytes);
        address += bytes;
        remaining -= bytes;
    }

    boolean wantsTag() {
        return next != null;
    }

    /** When it took its last tag, in the order of its function; -1 if it never did. */
    long lastTag() {
        return lastTag;
    }

    @Override
    public @Nullable Tlp head(Transmitter egress) {
        return next != null && (!reads || initiator.tags().mayTake(this)) ? next : null;
    }

    @Override
    public Tlp begin() {
        Tlp tlp = Objects.requireNonNull(next);
        tlp.issued = clock.now();
        outstanding += tlp.bytes;
        if (reads) {
            lastTag = initiator.tags().take();
        }
        prepare();
        return tlp;
    }

    /** What is on its way goes on. */
    void stop() {
        next = null;
        remaining = 0;
        segments.forEachRemaining(segment -> {});
        endIfDrained();
    }

    void wrote(Tlp write) {
        listener.landed(clock.now(), write.address, write.bytes, write.issued);
        arrived(write.bytes);
    }

    /** The first completion of a read leaves. */
    void served(Tlp read) {
        listener.landed(clock.now(), read.address, read.bytes, read.issued);
    }

    /** The last completion of a read is back. */
    void completed(Tlp read) {
        listener.completed(clock.now(), read.address, read.bytes, read.issued);
        arrived(read.bytes);
    }

    private void arrived(int bytes) {
        outstanding -= bytes;
        endIfDrained();
    }

    private void endIfDrained() {
        if (outstanding == 0 && next == null && !ended) {
            ended = true;
            initiator.end(this);
            listener.done();
        }
    }
}
