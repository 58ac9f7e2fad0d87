package org.p2psim.run.flow;

/** How much of what happens is an event. The times are the same in all of them. */
public enum Fidelity {
    /** Everything is an event. */
    L0,
    /**
     * Only decisions are events; what follows from one is known when it is made. What repeats itself exactly is not
     * decided again, but each TLP of it is told.
     */
    L1,
    /** As {@link #L1}, but what repeats itself exactly is only counted. */
    L2
}
