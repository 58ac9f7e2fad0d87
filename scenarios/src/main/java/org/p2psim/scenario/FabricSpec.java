package org.p2psim.scenario;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.p2psim.address.DeviceId;
import org.p2psim.scenario.Scenario.CpuSpec;
import org.p2psim.scenario.quantity.Address;
import org.p2psim.scenario.quantity.BusNumber;
import org.p2psim.scenario.quantity.Rate;
import org.p2psim.scenario.quantity.Size;
import org.p2psim.scenario.quantity.Time;
import org.p2psim.topology.IommuMode;
import org.p2psim.transaction.Credits;

/**
 * The machine of a scenario, as the file draws it: a tree below each root complex, or a list of all functions.
 *
 * @param functions instead of trees: every function by its address, in the order of the kernel's lists
 */
public record FabricSpec(
        List<SocketSpec> sockets,
        Optional<SocketLinkSpec> socketLink,
        List<RootComplexSpec> rootComplexes,
        List<FunctionSpec> functions) {
    public FabricSpec {
        sockets = ImmutableList.copyOf(sockets);
        rootComplexes = ImmutableList.copyOf(rootComplexes);
        functions = ImmutableList.copyOf(functions);
    }

    /** What the listed endpoints are called: a file may name them without declaring a device. */
    public ImmutableSet<String> listedEndpoints() {
        return functions.stream()
                .filter(function -> function.type().isEndpoint())
                .map(FunctionSpec::label)
                .collect(ImmutableSet.toImmutableSet());
    }

    /**
     * A CPU socket.
     *
     * @param profile name of a profile whose values go for what is not stated
     */
    public record SocketSpec(String id, CpuSpec cpu, Optional<String> profile, Optional<MemorySpec> memory) {}

    /**
     * The memory of a socket, as DMA reaches it.
     *
     * @param readLatency if the last-level cache has the data
     * @param llcMiss what is added if it has not
     * @param llc size of that cache
     * @param remote what is added to reads from another socket, beyond the socket link
     */
    public record MemorySpec(
            @Time OptionalLong readLatency,
            @Time OptionalLong llcMiss,
            @Size OptionalLong llc,
            @Time OptionalLong remote,
            @Rate OptionalLong bandwidth,
            @Time OptionalLong writeLatency) {}

    /** What joins the sockets. */
    public record SocketLinkSpec(
            @Time OptionalLong latency, @Rate OptionalLong bandwidth) {}

    /**
     * A host bridge with its root bus.
     *
     * @param socket id of its socket
     * @param bus root bus, {@code 16} or {@code 0000:16}
     * @param profile name of a profile whose values go for what is not stated
     * @param hostBridge the function that stands for it on the root bus
     * @param memoryBandwidth between its root ports and host memory, in each direction
     */
    public record RootComplexSpec(
            String id,
            String socket,
            String bus,
            Optional<String> profile,
            Optional<HostBridgeSpec> hostBridge,
            Optional<IommuSpec> iommu,
            Optional<P2pSpec> p2p,
            @Rate OptionalLong memoryBandwidth,
            List<WindowSpec> windows,
            List<PortSpec> rootPorts,
            List<IntegratedEndpointSpec> integratedEndpoints) {
        public RootComplexSpec {
            windows = ImmutableList.copyOf(windows);
            rootPorts = ImmutableList.copyOf(rootPorts);
            integratedEndpoints = ImmutableList.copyOf(integratedEndpoints);
        }
    }

    public record HostBridgeSpec(Optional<String> at, DeviceId id) {}

    public record IommuSpec(Optional<IommuMode> mode, Optional<IotlbSpec> iotlb) {}

    /**
     * What translation costs.
     *
     * @param entries translations that are kept
     * @param page that one of them covers
     * @param miss what a translation costs that is not kept
     */
    public record IotlbSpec(
            OptionalInt entries,
            @Size OptionalLong page,
            @Time OptionalLong miss,
            OptionalLong walksPerSecond) {}

    /** How the root complex forwards from root port to root port. */
    public record P2pSpec(
            @Time OptionalLong latency,
            @Size OptionalLong maxPayload,
            @Rate OptionalLong readBandwidth,
            @Rate OptionalLong writeBandwidth,
            Optional<ReadForwarding> reads,
            Optional<Forwarding> writes) {
        public static final P2pSpec NOTHING_STATED = new P2pSpec(
                OptionalLong.empty(),
                OptionalLong.empty(),
                OptionalLong.empty(),
                OptionalLong.empty(),
                Optional.empty(),
                Optional.empty());
    }

    /** What a root complex does with writes to a peer. */
    public enum Forwarding {
        FORWARDED,
        REFUSED
    }

    /** What a root complex does with reads of a peer. */
    public enum ReadForwarding {
        FORWARDED,
        /** They end with Unsupported Request. */
        REFUSED,
        /** They end with Completer Abort. */
        ABORTED,
        /** They are never answered. */
        DROPPED
    }

    /** Memory that the CPU routes to this root bus. */
    public record WindowSpec(@Address long base, @Size long size, boolean prefetchable) {}

    /**
     * A function on the root bus itself.
     *
     * @param device name of a declared device
     */
    public record IntegratedEndpointSpec(Optional<String> at, String device) {}

    /**
     * A root port or a switch's downstream port, with at most one device below: a switch may have functions beside its
     * upstream port.
     *
     * @param at device and function number on its bus
     * @param pciId vendor and device id of the port itself
     * @param bus the secondary bus
     * @param link what the port can do
     * @param credits what its receiver advertises
     * @param arbitrationWeight TLPs of its receiver that an egress port takes before it turns to the next port
     * @param device names of the functions of one device, in the order of their function numbers
     */
    public record PortSpec(
            String id,
            Optional<String> at,
            Optional<DeviceId> pciId,
            @BusNumber OptionalInt bus,
            Optional<LinkSpec> link,
            Optional<Credits> credits,
            OptionalInt arbitrationWeight,
            Optional<AcsSpec> acs,
            @JsonProperty("switch") Optional<SwitchSpec> switchBelow,

            @JsonFormat(with = JsonFormat.Feature.ACCEPT_SINGLE_VALUE_AS_ARRAY)
            List<String> device,

            Optional<BridgeSpec> bridge) {
        public PortSpec {
            device = ImmutableList.copyOf(device);
        }
    }

    /** A PCIe switch: one upstream port and its downstream ports. */
    public record SwitchSpec(
            String id, Optional<DeviceId> pciId, Optional<UpstreamSpec> upstream, List<PortSpec> downstream) {
        public SwitchSpec {
            downstream = ImmutableList.copyOf(downstream);
        }
    }

    /**
     * A switch's upstream port.
     *
     * @param profile name of a profile whose values go for what is not stated
     * @param cutThrough time of a TLP through the switch, head in to head out
     * @param storeAndForward instead: time from its last byte in to its first byte out
     */
    public record UpstreamSpec(
            Optional<String> at,
            Optional<String> profile,
            Optional<LinkSpec> link,
            Optional<Credits> credits,
            OptionalInt arbitrationWeight,
            @Time OptionalLong cutThrough,
            @Time OptionalLong storeAndForward,
            Optional<AcsSpec> acs) {
        public static final UpstreamSpec NOTHING_STATED = new UpstreamSpec(
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                OptionalInt.empty(),
                OptionalLong.empty(),
                OptionalLong.empty(),
                Optional.empty());
    }

    /**
     * A PCIe-to-PCI bridge.
     *
     * @param devices names of the functions on its conventional bus, each a device of its own
     */
    public record BridgeSpec(String id, Optional<DeviceId> pciId, Optional<AcsSpec> acs, List<String> devices) {
        public BridgeSpec {
            devices = ImmutableList.copyOf(devices);
        }
    }
}
