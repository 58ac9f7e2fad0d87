package org.p2psim.run.textbook;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.p2psim.topology.Link;
import org.p2psim.transaction.Credits;
import org.p2psim.transaction.Splitting;

/** A function at the end of a link: it issues requests, takes writes and answers reads in the order of their arrival. */
final class Device extends Receiver implements Source {
    private final int id;
    private final long readLatency;
    private final long writeLatency;
    private final Tags tags = new Tags();
    /** Reads whose data is there. */
    private final Deque<Tlp> reads = new ArrayDeque<>();
    /** Bytes of the first of them that are on their way. */
    private int answered;

    /**
     * A function.
     *
     * @param readLatency from a read to its first completion, ticks
     * @param writeLatency from a write until it is seen, ticks
     */
    Device(Clock clock, Link link, int mps, Credits advertised, int id, long readLatency, long writeLatency) {
        super(clock, link, mps, advertised);
        this.id = id;
        this.readLatency = readLatency;
        this.writeLatency = writeLatency;
    }

    int id() {
        return id;
    }

    Tags tags() {
        return tags;
    }

    /** From now on it is asked for data. */
    void becomeCompleter() {
        answers().addSource(this);
    }

    void begin(Dma dma) {
        answers().addSource(dma);
        answers().wake();
    }

    void end(Dma dma) {
        answers().removeSource(dma);
        tags.end(dma);
    }

    @Override
    void headArrives(Tlp tlp, long ticks) {}

    /** What has come makes room at once. */
    @Override
    void tailArrives(Tlp tlp) {
        super.tailArrives(tlp);
        release(tlp.tlpClass(), tlp.dataCredits());
        switch (tlp.kind) {
            case MEM_WRITE -> clock.after(receptionTicks + writeLatency, () -> tlp.dma.wrote(tlp));
            case MEM_READ -> clock.after(receptionTicks + readLatency, () -> answer(tlp));
            case COMPLETION_WITH_DATA -> clock.after(receptionTicks, () -> complete(tlp));
            default -> throw new IllegalArgumentException("nobody sends a TLP of kind " + tlp.kind);
        }
    }

    private void answer(Tlp read) {
        reads.add(read);
        answers().wake();
    }

    private void complete(Tlp completion) {
        Tlp read = Objects.requireNonNull(completion.read);
        read.missing -= completion.bytes;
        if (read.missing == 0) {
            tags.giveBack();
            read.dma.completed(read);
            answers().wake();
        }
    }

    @Override
    public @Nullable Tlp head(Transmitter egress) {
        return reads.isEmpty() ? null : nextCompletion(reads.element());
    }

    private Tlp nextCompletion(Tlp read) {
        long address = read.address + answered;
        int rcb = read.dma.request().rcb();
        int mps = read.dma.request().mps();
        return read.completion(address, Splitting.nextCompletion(address, read.bytes - answered, rcb, mps));
    }

    @Override
    public Tlp begin() {
        Tlp read = reads.element();
        Tlp completion = nextCompletion(read);
        if (answered == 0) {
            read.dma.served(read);
        }
        answered += completion.bytes;
        if (answered == read.bytes) {
            reads.remove();
            answered = 0;
        }
        return completion;
    }
}
