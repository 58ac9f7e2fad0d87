package org.p2psim.run.flow;

import org.p2psim.topology.HostBridge;
import org.p2psim.topology.PciFunction;

/** What the parts that a TLP or a packet passes take in one run: the same for all that pass. */
@FunctionalInterface
public interface Latencies {
    /** What the machine says. */
    Latencies AS_STATED = (part, stated) -> stated;

    /**
     * The latency of a part.
     *
     * @param part its name, of its own among all parts
     * @param stated ticks, not negative
     */
    long of(String part, long stated);

    /** Of what a root complex passes from peer to peer. */
    default long of(HostBridge bridge) {
        return of("root complex " + bridge.rootBus(), bridge.p2pLatency());
    }

    /** Of a switch, or of a function's answer to a read. */
    default long of(PciFunction function) {
        return of(function.address().toString(), function.latency());
    }
}
