package org.p2psim.benchmark;

import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Makes JMH give the time of one pair besides that of all. */
@AuxCounters(AuxCounters.Type.OPERATIONS)
@State(Scope.Thread)
public class PairsCounted {
    /** Pairs decided since the iteration began. */
    public long pairs;
}
