package org.p2psim.run.flow;

/** A place that TLPs pass one after the other, in the order in which they come. */
sealed interface Station permits Wire, SocketWire, Translator {
    /** Takes a TLP whose head is here now, and returns when its head leaves, ticks. */
    long pass(Tlp tlp, long now);
}
