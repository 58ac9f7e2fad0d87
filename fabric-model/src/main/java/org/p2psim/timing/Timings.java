package org.p2psim.timing;

import com.google.common.collect.ImmutableMap;
import java.util.List;
import java.util.Map;
import org.p2psim.address.Bdf;
import org.p2psim.topology.HostBridge;
import org.p2psim.unit.Ticks;

/**
 * What the parts of one machine cost. A part that is not listed costs the default of its kind.
 *
 * @param ports by address: bridges, and functions with a link above them
 * @param rootComplexes by {@link HostBridge#rootBus}
 * @param memories by id of the socket
 * @param devices by address of the function
 * @param mps Max_Payload_Size that the machine's ports are set to, bytes: how late Acks and UpdateFCs may be
 * @param creditLoop how long the buffer of a port that says no credits lets its link be busy before the first credit
 *     is back, ticks, besides the latency of what is behind the port
 * @param ecrc whether functions and root complexes send TLPs with a digest (ECRC Generation Enable of AER)
 */
public record Timings(
        Map<Bdf, PortTiming> ports,
        Map<String, RootComplexTiming> rootComplexes,
        Map<String, MemoryTiming> memories,
        Map<Bdf, DeviceTiming> devices,
        int mps,
        long creditLoop,
        boolean ecrc) {
    /** A port is built to keep its link busy across a switch and a root complex: credits for 500 ns. */
    public static final Timings DEFAULT = of(Map.of(), Map.of(), Map.of(), Map.of());

    public Timings {
        ports = ImmutableMap.copyOf(ports);
        rootComplexes = ImmutableMap.copyOf(rootComplexes);
        memories = ImmutableMap.copyOf(memories);
        devices = ImmutableMap.copyOf(devices);
        Range.check("Max_Payload_Size", mps, 128, 4096);
        Range.atLeast("time of credits", creditLoop, 0);
    }

    /** Without ECRC. */
    public Timings(
            Map<Bdf, PortTiming> ports,
            Map<String, RootComplexTiming> rootComplexes,
            Map<String, MemoryTiming> memories,
            Map<Bdf, DeviceTiming> devices,
            int mps,
            long creditLoop) {
        this(ports, rootComplexes, memories, devices, mps, creditLoop, false);
    }

    /** Max_Payload_Size 256, credits for 500 ns, no ECRC. */
    public static Timings of(
            Map<Bdf, PortTiming> ports,
            Map<String, RootComplexTiming> rootComplexes,
            Map<String, MemoryTiming> memories,
            Map<Bdf, DeviceTiming> devices) {
        return new Timings(ports, rootComplexes, memories, devices, 256, Ticks.ofNanoseconds(500), false);
    }

    public PortTiming port(Bdf address) {
        return ports.getOrDefault(address, PortTiming.DEFAULT);
    }

    public RootComplexTiming rootComplex(HostBridge bridge) {
        return rootComplexes.getOrDefault(bridge.rootBus(), RootComplexTiming.DEFAULT);
    }

    /** @param socket its id */
    public MemoryTiming memory(String socket) {
        return memories.getOrDefault(socket, MemoryTiming.DEFAULT);
    }

    public DeviceTiming device(Bdf address) {
        return devices.getOrDefault(address, DeviceTiming.DEFAULT);
    }

    /**
     * What becomes of a request to a peer that comes through these root complexes, in this order.
     *
     * @param posted true for writes
     */
    public Response response(List<HostBridge> bridges, boolean posted) {
        return bridges.stream()
                .map(bridge -> rootComplex(bridge).response(posted))
                .filter(response -> response != Response.SERVED)
                .findFirst()
                .orElse(Response.SERVED);
    }
}
