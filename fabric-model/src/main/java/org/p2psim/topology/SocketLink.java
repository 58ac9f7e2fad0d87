package org.p2psim.topology;

import java.util.OptionalLong;

/**
 * What joins the sockets of a machine (UPI, Infinity Fabric), between the root complexes of any two of them.
 *
 * @param latency time of a TLP from socket to socket, one way, ticks
 * @param bytesPerSecond what it carries in one direction; empty if it is never the bottleneck
 */
public record SocketLink(long latency, OptionalLong bytesPerSecond) {
    /** For machines with one socket, where nothing passes it. */
    public static final SocketLink NONE = new SocketLink(0, OptionalLong.empty());

    public boolean hasBandwidth() {
        return bytesPerSecond.isPresent();
    }
}
