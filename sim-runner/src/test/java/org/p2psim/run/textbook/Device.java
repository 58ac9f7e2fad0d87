package org.p2psim.run.textbook;

import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.p2psim.topology.Link;
import org.p2psim.transaction.Credits;

/** A function at the end of a link: it issues requests, takes writes and answers reads in the order of their arrival. */
final class Device extends Receiver {
    private final int id;
    private final long readLatency;
    private final long writeLatency;
    private final Tags tags = new Tags();
    private @Nullable Completer completer;

    /**
     * A function.
     *
     * @param readLatency from a read to its first completion, ticks
     * @param writeLatency from a write until it is seen, ticks
     */
    Device(Clock clock, Link link, int mps, Credits advertised, int id, long readLatency, long writeLatency) {
        super(clock, Optional.of(link), mps, advertised);
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
        if (completer == null) {
            completer = new Completer(back());
        }
    }

    void begin(Dma dma) {
        back().addSource(dma);
        back().wake();
    }

    void end(Dma dma) {
        back().removeSource(dma);
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
            case MEM_READ ->
                clock.after(
                        receptionTicks + readLatency,
                        () -> Objects.requireNonNull(completer).answer(tlp));
            case COMPLETION_WITH_DATA -> clock.after(receptionTicks, () -> complete(tlp));
            default -> throw new IllegalArgumentException("nobody sends a TLP of kind " + tlp.kind);
        }
    }

    private void complete(Tlp completion) {
        Tlp read = Objects.requireNonNull(completion.read);
        read.missing -= completion.bytes;
        if (read.missing == 0) {
            tags.giveBack();
            read.dma.completed(read);
            back().wake();
        }
    }
}
