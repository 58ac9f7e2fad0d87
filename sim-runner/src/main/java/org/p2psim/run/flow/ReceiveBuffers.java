package org.p2psim.run.flow;

import org.p2psim.timing.Timings;
import org.p2psim.topology.Fabric;
import org.p2psim.topology.HostBridge;
import org.p2psim.topology.Link;
import org.p2psim.topology.PciFunction;
import org.p2psim.topology.SocketLink;
import org.p2psim.transaction.Credits;
import org.p2psim.unit.Ticks;

/**
 * The credits of receivers whose buffers nobody states. They hold what comes while credits are on their way back, and
 * while TLPs are on their way behind the receiver, so that the rates that are stated are the limit and no latency is.
 */
final class ReceiveBuffers {
    /** Of what nothing queues up in, or what others keep in bounds. */
    static final Credits UNLIMITED = new Credits(
            Credits.INFINITE, Credits.INFINITE, Credits.INFINITE, Credits.INFINITE, Credits.INFINITE, Credits.INFINITE);

    /** Header credits for TLPs of this payload, so that smaller ones may be limited by them. */
    private static final int SMALL_PAYLOAD = 128;

    /** Room for more bytes than this is as good as room without limit. */
    private static final int MOST_BYTES = 1 << 28;

    /** Never less than a port of a public model has. */
    private static final Credits LEAST = Credits.SWITCH_PORT;

    private final Fabric fabric;
    private final Timings timings;
    /** Between two channels that are no links, ticks. */
    private final long longestLeg;

    ReceiveBuffers(Fabric fabric, Timings timings) {
        this.fabric = fabric;
        this.timings = timings;
        this.longestLeg = longestLeg(fabric);
    }

    /** So many TLPs, of whatever size. */
    static Credits ofTlps(int count) {
        return new Credits(count, Credits.INFINITE, count, Credits.INFINITE, count, Credits.INFINITE);
    }

    /** Of a function at the end of a link, which has room for the completions of whatever it requests. */
    Credits ofEndpoint(Link link) {
        Credits usual = ofPort(link, 0);
        return new Credits(usual.ph(), usual.pd(), usual.nph(), usual.npd(), Credits.INFINITE, Credits.INFINITE);
    }

    /** Of a root port or a port of a switch. */
    Credits ofPort(Link link, PciFunction port) {
        return ofPort(link, link.receptionTicks() + behind(port));
    }

    /**
     * As much as the link carries while credits come back, in whole TLPs and with one more that they come back for;
     * besides, what it carries while a TLP is on its way behind the port, for it leaves the buffer only then: in TLPs
     * however small.
     *
     * @param behind the longest way from the wire to where a TLP is taken over, ticks
     */
    private Credits ofPort(Link link, long behind) {
        int mps = timings.mps();
        int carried = bytesOf(link.bytesPerSecond(), timings.creditLoop());
        int bytes = (carried + mps - 1) / mps * mps + mps;
        int onTheWay = Credits.dataUnits(bytesOf(link.bytesPerSecond(), behind));
        int headers = Math.max(LEAST.ph(), bytes / SMALL_PAYLOAD + onTheWay);
        int data = Math.max(LEAST.pd(), Credits.dataUnits(bytes) + onTheWay);
        return new Credits(headers, data, headers, headers, headers, data);
    }

    /** What lies between a port and where what it received is taken over at the latest, ticks. */
    private long behind(PciFunction port) {
        return switch (port.type()) {
            case ROOT_PORT -> longestLeg;
            case UPSTREAM_PORT -> port.latency();
            case DOWNSTREAM_PORT ->
                fabric.upstreamBridge(port).map(PciFunction::latency).orElse(0L);
            case HOST_BRIDGE, PCIE_TO_PCI_BRIDGE, ENDPOINT, LEGACY_ENDPOINT, RC_INTEGRATED_ENDPOINT -> 0;
        };
    }

    /** Of a stage inside a root complex: as much as it carries until what follows has taken it over, in small TLPs. */
    Credits ofStage(long bytesPerSecond) {
        int bytes = bytesOf(bytesPerSecond, timings.creditLoop() + longestLeg);
        int units = Math.max(LEAST.pd(), Credits.dataUnits(bytes));
        return new Credits(units, units, units, units, units, units);
    }

    /** What passes at a rate in so many ticks. */
    private static int bytesOf(long bytesPerSecond, long ticks) {
        double bytes = bytesPerSecond * (ticks / (double) Ticks.PER_SECOND);
        return (int) Math.min(bytes, MOST_BYTES);
    }

    /** A TLP passes one socket link at most, and half of a root complex on each side of it. */
    private static long longestLeg(Fabric fabric) {
        long rootComplex = fabric.hostBridges().stream()
                .mapToLong(HostBridge::p2pLatency)
                .max()
                .orElse(0);
        return rootComplex + fabric.socketLink().map(SocketLink::latency).orElse(0L);
    }
}
