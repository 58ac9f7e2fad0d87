package org.p2psim.run.flow;

import org.p2psim.transaction.Splitting;
import org.p2psim.transaction.TlpKind;

/**
 * Answers reads: a function for what reads it, or an IOMMU for reads that it blocks, in the order in which they arrive;
 * host memory in the order in which data is there.
 */
final class Completer extends Input {
    private final Progress progress;
    private final Channel first;
    private final TlpKind kind;
    private final boolean inOrder;
    private final TlpQueue reads = new TlpQueue();
    private Tlp next;
    private boolean prepared;
    private int sent;
    private long lastReady;

    /**
     * What answers.
     *
     * @param first the channel on which its completions begin their way
     * @param inOrder whether it is in the order of arrival
     */
    Completer(Progress progress, Channel first, TlpKind kind, boolean inOrder, Tlp blank) {
        this.progress = progress;
        this.first = first;
        this.kind = kind;
        this.inOrder = inOrder;
        this.next = blank;
        first.ports().addSource(this);
    }

    /**
     * A read is there.
     *
     * @param tail when it has arrived, ticks
     * @param latency until its data is there, ticks
     */
    void ask(Tlp read, long tail, long latency) {
        read.eligible = tail + latency;
        read.sequence = inOrder ? tail : read.eligible;
        reads.addInOrder(read);
        progress.poke(first, read.eligible);
    }

    void put(State state) {
        state.put(reads.size());
        for (int i = 0; i < reads.size(); i++) {
            state.put(reads.at(i));
            state.put(reads.at(i).missing);
            state.putTime(reads.at(i).sequence);
        }
        state.put(prepared ? next.bytes : -1);
        state.put(sent);
        state.putTime(lastReady);
    }

    void shift(long ticks) {
        for (int i = 0; i < reads.size(); i++) {
            reads.at(i).shift(ticks);
            reads.at(i).sequence += ticks;
        }
        if (prepared) {
            next.shift(ticks);
        }
        lastReady += ticks;
    }

    @Override
    long readyAt(Channel channel, long now) {
        return reads.isEmpty() ? Agenda.NEVER : Math.max(lastReady, reads.head().eligible);
    }

    @Override
    boolean isUndisturbed() {
        return false;
    }

    @Override
    Tlp head() {
        if (!prepared) {
            Tlp read = reads.head();
            long address = read.address + sent;
            Flow flow = read.flow;
            int bytes = kind == TlpKind.COMPLETION
                    ? read.bytes
                    : Splitting.nextCompletion(
                            address,
                            read.bytes - sent,
                            flow.request().rcb(),
                            flow.request().completionMax());
            Path back = flow.way().answers(this);
            next = progress.take(flow, back);
            next.set(flow, back, kind, address, bytes, read.issued);
            next.request = read;
            next.poisoned = kind == TlpKind.COMPLETION_WITH_DATA && flow.poisonsAnswer(read, sent);
            prepared = true;
        }
        return next;
    }

    @Override
    void taken(long now, long end) {
        Tlp read = reads.head();
        if (sent == 0 && kind == TlpKind.COMPLETION_WITH_DATA) {
            read.flow.served(read, now);
        }
        prepared = false;
        sent += next.bytes;
        if (sent >= read.bytes) {
            lastReady = Math.max(lastReady, read.eligible);
            reads.remove();
            sent = 0;
        }
    }
}
