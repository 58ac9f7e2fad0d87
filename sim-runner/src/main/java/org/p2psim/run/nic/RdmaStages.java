package org.p2psim.run.nic;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Optional;
import org.p2psim.run.flow.DevicePort;
import org.p2psim.run.flow.DmaListener;
import org.p2psim.run.flow.DmaRequest;
import org.p2psim.run.flow.Requests;
import org.p2psim.run.flow.Stage;
import org.p2psim.scenario.Device;
import org.p2psim.topology.PciFunction;
import org.p2psim.unit.Bytes;

/**
 * The way of the packets of one RDMA operation: a packet is sent when its bytes are read, takes the port for its bytes
 * and headers, and is written at the other end when it is there.
 */
public final class RdmaStages {
    /** A NIC sends only as much as its peer has room for. */
    public static final int MOST_IN_FLIGHT = (int) Bytes.MIB;

    private final String lane;
    private final int mtu;
    private final ImmutableList.Builder<Stage> stages = ImmutableList.builder();

    /**
     * @param lane name of the operation, from which its stages are named
     * @param wires of the NICs that take part; the smallest MTU counts, as connections negotiate it
     */
    public RdmaStages(String lane, List<Device.Wire> wires) {
        this.lane = lane;
        this.mtu = (int) wires.stream().mapToLong(RdmaStages::mtu).min().orElse(Device.Wire.DEFAULT_MTU);
    }

    private static long mtu(Device.Wire wire) {
        return wire.mtu().orElse(Device.Wire.DEFAULT_MTU);
    }

    /** What is transferred, a packet's data at a time. */
    public Requests packets(List<DmaRequest.Segment> segments) {
        long bytes = segments.stream().mapToLong(DmaRequest.Segment::length).sum();
        int packet = (int) Math.min(mtu, bytes);
        return new Requests.Operations(
                segments,
                bytes,
                packet,
                packet,
                Requests.Pattern.SEQUENTIAL,
                packet,
                new Requests.Start.AtOnce(),
                MOST_IN_FLIGHT / mtu,
                0);
    }

    /** Memory is read or written, by one of the NICs. */
    public RdmaStages dma(DmaRequest request, DmaListener listener) {
        stages.add(new Stage.Dma(request, listener));
        return this;
    }

    /** Packets leave a NIC; nothing, if its port is not described. */
    public RdmaStages out(
            String nic, PciFunction function, Optional<Device.Wire> wire, Requests packets, DmaListener l) {
        return port(
                nic + " out",
                function,
                wire,
                wire.map(Device.Wire::latencyOrDefault).orElse(0L),
                packets,
                l);
    }

    /** Packets come to a NIC; nothing, if its port is not described. */
    public RdmaStages in(
            String nic, PciFunction function, Optional<Device.Wire> wire, Requests packets, DmaListener l) {
        return port(nic + " in", function, wire, 0, packets, l);
    }

    private RdmaStages port(
            String name,
            PciFunction function,
            Optional<Device.Wire> wire,
            long latency,
            Requests packets,
            DmaListener listener) {
        wire.ifPresent(port -> stages.add(new Stage.Behind(
                lane + " on " + name,
                function,
                new DevicePort(name, port.rate(), (int) port.header().orElse(Device.Wire.DEFAULT_HEADER), latency),
                packets,
                mtu,
                listener)));
        return this;
    }

    public List<Stage> stages() {
        return stages.build();
    }
}
