package org.p2psim.outcome;

import java.util.Optional;
import org.p2psim.platform.Errno;

/**
 * Something that happened, in the order it happened.
 *
 * @param operation index of the timeline's line that caused it, from 0; {@link #NO_OPERATION} if none did
 * @param start when it began, ticks
 * @param end when it ended, ticks; equal to the start for an instant
 * @param lane the object that it happened to: a dma-buf, an attachment, an MR, a function, a DMA
 * @param what the operation or effect in a word or two: {@code export}, {@code map}, {@code rdma-read}, ...
 * @param errno how it was refused, if it was
 * @param detail what happened, in a sentence
 */
public record Event(
        int index,
        int operation,
        long start,
        long end,
        String lane,
        String what,
        Kind kind,
        Optional<Errno> errno,
        String detail) {
    /** No line of the timeline caused it. */
    public static final int NO_OPERATION = -1;

    /** Where the event comes from, and how it ended. */
    public enum Kind {
        /** A line of the timeline that did what it says. */
        DONE,
        /** A line of the timeline that was refused with an errno. */
        REFUSED,
        /** Something that followed from a line of the timeline. */
        EFFECT,
        /** An operation waited; a {@link WaitOutcome} has for whom. */
        WAIT,
        /** An invariant broke. */
        VIOLATION
    }
}
