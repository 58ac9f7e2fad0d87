package org.p2psim.benchmark;

import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/**
 * Makes JMH give two rates per wall time besides that of windows. Their quotient is the rate of events per time of the
 * processors, which a busy machine disturbs less.
 */
@AuxCounters(AuxCounters.Type.OPERATIONS)
@State(Scope.Thread)
public class EventsCounted {
    /** Events since the iteration began. */
    public long events;

    /** Nanoseconds of all threads since the iteration began, those of the JVM included. */
    public long cpuNanos;
}
