package org.p2psim.dmabuf;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * What an operation waits for before it goes on. It has no time: whoever runs the model makes it come true.
 *
 * @param what in words: "the KERNEL fences of buf0"
 * @param over whether it has come true; once true it may become false again only for {@link Kind#LOCK}
 * @param pending what it still waits for, by name
 * @param interruptible whether a signal to the waiting thread ends it, too
 */
public record Wait(
        Kind kind, String what, BooleanSupplier over, Supplier<List<String>> pending, boolean interruptible) {
    public enum Kind {
        /** Fences of a {@code dma_resv}. */
        FENCES,
        /** Importers that have to unmap. */
        UNMAP,
        /** DMA on its way. */
        DMA,
        /** A lock that somebody else holds. */
        LOCK,
        /** A reset of a device. */
        RESET,
        /** References that keep a device from going away. */
        REFERENCES,
        /** Memory that is being cleared. */
        SCRUB,
        /** A page fault of a NIC that has to be resolved. */
        FAULT
    }

    /** One that no signal ends. */
    public Wait(Kind kind, String what, BooleanSupplier over, Supplier<List<String>> pending) {
        this(kind, what, over, pending, false);
    }

    public boolean isOver() {
        return over.getAsBoolean();
    }

    /** What is still missing, by name; empty if it is over. */
    public ImmutableList<String> blockers() {
        return ImmutableList.copyOf(pending.get());
    }

    @Override
    public String toString() {
        return kind + ": " + what;
    }
}
