package org.p2psim.run.flow;

/** How much of what happens is an event. The times are the same in all of them. */
public enum Fidelity {
    /** Everything is an event. */
    L0,
    /** Only decisions are events; what follows from one is known when it is made. */
    L1,
    /** As {@link #L1}, and what repeats itself exactly is skipped. */
    L2
}
