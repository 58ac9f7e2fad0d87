package org.p2psim.run.flow;

/** A place that TLPs pass one after the other, in the order in which they come. */
sealed interface Station permits Wire, SocketWire, Translator {
    /** What {@link #pass} returns for a TLP that goes no further. */
    long BLOCKED = -1;

    /** Takes a TLP whose head is here now, and returns when its head leaves, ticks, or {@link #BLOCKED}. */
    long pass(Tlp tlp, long now);
}
