package org.p2psim.benchmark;

import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** As {@link EventsCounted}, with the TLPs that carry data. */
@AuxCounters(AuxCounters.Type.OPERATIONS)
@State(Scope.Thread)
public class TlpsCounted {
    /** Since the iteration began. */
    public long tlps;

    /** Since the iteration began. */
    public long events;

    /** Nanoseconds of all threads since the iteration began, those of the JVM included. */
    public long cpuNanos;
}
