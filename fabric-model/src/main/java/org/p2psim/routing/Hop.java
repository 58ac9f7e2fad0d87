package org.p2psim.routing;

import org.p2psim.topology.HostBridge;
import org.p2psim.topology.PciFunction;

/**
 * One thing that a TLP passes.
 *
 * <ul>
 *   <li>{@link LinkHop}: a link, in one direction.
 *   <li>{@link SwitchHop}: a switch, from any of its ports to any.
 *   <li>{@link AcsBlockHop}: a port that lets a request on no further.
 *   <li>{@link IommuHop}: the IOMMU in front of a root bus, where the address is translated or the TLP blocked.
 *   <li>{@link RootComplexHop}: a root complex. A TLP between two host bridges passes two of them, each half.
 *   <li>{@link SocketHop}: the connection between two sockets.
 *   <li>{@link HostHop}: what joins a root bus and the memory side of its socket.
 *   <li>{@link MemoryHop}: the memory of a socket.
 * </ul>
 */
public sealed interface Hop {
    /** @param port the root or downstream port above the link */
    record LinkHop(PciFunction port, boolean upstream) implements Hop {}

    /** @param upstreamPort the one that stands for the switch */
    record SwitchHop(PciFunction upstreamPort) implements Hop {}

    record RootComplexHop(HostBridge bridge) implements Hop {}

    /** @param port whose ACS Translation Blocking lets no translated request on */
    record AcsBlockHop(PciFunction port) implements Hop {}

    record IommuHop(HostBridge bridge) implements Hop {}

    /** @param from id of the socket that the TLP leaves */
    record SocketHop(String from, String to) implements Hop {}

    record HostHop(HostBridge bridge) implements Hop {}

    /** @param socket its id */
    record MemoryHop(String socket) implements Hop {}
}
