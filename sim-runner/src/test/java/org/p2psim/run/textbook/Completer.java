package org.p2psim.run.textbook;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;
import org.p2psim.transaction.Splitting;

/** Answers reads, in the order in which their data is there. */
final class Completer implements Source {
    private final Transmitter egress;
    private final Deque<Tlp> reads = new ArrayDeque<>();
    /** Bytes of the first of them that are on their way. */
    private int answered;

    Completer(Transmitter egress) {
        this.egress = egress;
        egress.addSource(this);
    }

    void answer(Tlp read) {
        reads.add(read);
        egress.wake();
    }

    @Override
    public @Nullable Tlp head(Transmitter link) {
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
