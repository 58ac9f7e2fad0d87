package org.p2psim.dmabuf;

import java.util.List;
import java.util.function.Supplier;

/** DMA of one initiator that was issued and has not landed. Whoever runs the model says when. */
public final class InFlight {
    private final String name;
    private long count;

    public InFlight(String name) {
        this.name = name;
    }

    public void issued() {
        count++;
    }

    /** One has landed, was dropped, or was refused. */
    public void over() {
        if (count == 0) {
            throw new IllegalStateException("no DMA of " + name + " is on the way");
        }
        count--;
    }

    public boolean isEmpty() {
        return count == 0;
    }

    /** Goes on once all of it has come to its end. */
    public <T> Reply<T> whenDrained(Supplier<Reply<T>> next) {
        return Reply.after(
                new Wait(
                        Wait.Kind.DMA,
                        "DMA of " + name,
                        this::isEmpty,
                        () -> count == 0 ? List.of() : List.of("%d DMA(s) of %s".formatted(count, name))),
                next);
    }
}
