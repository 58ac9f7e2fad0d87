package org.p2psim.scenario.assembly;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.p2psim.address.Bdf;
import org.p2psim.scenario.Device;
import org.p2psim.scenario.FabricSpec;
import org.p2psim.scenario.FabricSpec.Forwarding;
import org.p2psim.scenario.FabricSpec.IommuSpec;
import org.p2psim.scenario.FabricSpec.IotlbSpec;
import org.p2psim.scenario.FabricSpec.MemorySpec;
import org.p2psim.scenario.FabricSpec.P2pSpec;
import org.p2psim.scenario.FabricSpec.PortSpec;
import org.p2psim.scenario.FabricSpec.ReadForwarding;
import org.p2psim.scenario.FabricSpec.RootComplexSpec;
import org.p2psim.scenario.FabricSpec.SwitchSpec;
import org.p2psim.scenario.FabricSpec.UpstreamSpec;
import org.p2psim.scenario.Finding;
import org.p2psim.scenario.FunctionSpec;
import org.p2psim.scenario.LinkSpec;
import org.p2psim.timing.DeviceTiming;
import org.p2psim.timing.DmaEngineTiming;
import org.p2psim.timing.IommuTiming;
import org.p2psim.timing.MemoryTiming;
import org.p2psim.timing.PortTiming;
import org.p2psim.timing.Response;
import org.p2psim.timing.RootComplexTiming;
import org.p2psim.timing.Timings;
import org.p2psim.topology.Fabric;
import org.p2psim.topology.HostBridge;
import org.p2psim.topology.PciFunction;
import org.p2psim.transaction.Credits;

/** What the parts of a scenario's machine cost: what the file states, on top of the defaults of each kind. */
final class TimingAssembly {
    private final FabricSpec spec;
    private final Map<String, Device> devices;
    private final List<Finding> findings;
    private final Map<String, Bdf> addresses = new HashMap<>();
    private final Map<String, String> rootBuses = new HashMap<>();
    private final int largestPayload;
    private final Map<Bdf, PortTiming> ports = new HashMap<>();
    private final Map<String, RootComplexTiming> rootComplexes = new HashMap<>();
    private final Map<String, MemoryTiming> memories = new HashMap<>();
    private final Map<Bdf, DeviceTiming> deviceTimings = new HashMap<>();

    /** @param devices with their defaults */
    TimingAssembly(FabricSpec spec, Map<String, Device> devices, Fabric fabric, List<Finding> findings) {
        this.spec = spec;
        this.devices = devices;
        this.findings = findings;
        for (PciFunction function : fabric.functions()) {
            addresses.put(function.name(), function.address());
        }
        for (HostBridge bridge : fabric.hostBridges()) {
            rootBuses.put(bridge.name(), bridge.rootBus());
        }
        largestPayload = devices.values().stream()
                .mapToInt(device -> (int) device.mps().orElseThrow())
                .max()
                .orElse(Timings.DEFAULT.mps());
    }

    Timings timings() {
        for (int i = 0; i < spec.sockets().size(); i++) {
            String pointer = "/fabric/sockets/" + i + "/memory";
            String socket = spec.sockets().get(i).id();
            spec.sockets().get(i).memory().ifPresent(memory -> memories.put(socket, memory(memory, pointer)));
        }
        for (int i = 0; i < spec.rootComplexes().size(); i++) {
            RootComplexSpec root = spec.rootComplexes().get(i);
            rootComplexes.put(Optional.ofNullable(rootBuses.get(root.id())).orElseThrow(), rootComplex(root));
            ports(root.rootPorts(), "/fabric/root-complexes/" + i + "/root-ports/");
        }
        for (int i = 0; i < spec.functions().size(); i++) {
            FunctionSpec function = spec.functions().get(i);
            port(
                    function.label(),
                    "/fabric/functions/" + i,
                    function.link(),
                    function.credits(),
                    function.arbitrationWeight(),
                    function.storeAndForward().isPresent());
        }
        devices.forEach(this::device);
        return new Timings(ports, rootComplexes, memories, deviceTimings, largestPayload, Timings.DEFAULT.creditLoop());
    }

    private MemoryTiming memory(MemorySpec stated, String pointer) {
        MemoryTiming usual = MemoryTiming.DEFAULT;
        if (stated.llc().orElse(1) <= 0) {
            findings.add(Finding.at(pointer + "/llc", "llc", "a cache has one byte at least, and fewer than 8 EiB"));
            return usual;
        }
        return new MemoryTiming(
                stated.readLatency().orElse(usual.readLatency()),
                stated.llcMiss().orElse(usual.llcMiss()),
                stated.llc(),
                stated.remote().orElse(usual.remote()),
                stated.bandwidth(),
                stated.writeLatency().orElse(usual.writeLatency()));
    }

    private static RootComplexTiming rootComplex(RootComplexSpec root) {
        P2pSpec p2p = root.p2p().orElse(P2pSpec.NOTHING_STATED);
        return new RootComplexTiming(
                p2p.readBandwidth(),
                p2p.writeBandwidth(),
                p2p.reads().map(TimingAssembly::response).orElse(Response.SERVED),
                p2p.writes().orElse(Forwarding.FORWARDED) == Forwarding.FORWARDED,
                root.iommu()
                        .flatMap(IommuSpec::iotlb)
                        .map(TimingAssembly::iommu)
                        .orElse(IommuTiming.DEFAULT),
                root.memoryBandwidth(),
                RootComplexTiming.DEFAULT.completionSlot());
    }

    private static Response response(ReadForwarding reads) {
        return switch (reads) {
            case FORWARDED -> Response.SERVED;
            case REFUSED -> Response.UNSUPPORTED_REQUEST;
            case ABORTED -> Response.COMPLETER_ABORT;
            case DROPPED -> Response.NONE;
        };
    }

    private static IommuTiming iommu(IotlbSpec stated) {
        IommuTiming usual = IommuTiming.DEFAULT;
        OptionalLong walks = stated.walksPerSecond();
        return new IommuTiming(
                stated.entries().orElse(usual.entries()),
                stated.page().orElse(usual.page()),
                stated.miss().orElse(usual.miss()),
                walks.isPresent() ? IommuTiming.intervalOf(walks.getAsLong()) : usual.walkInterval());
    }

    /** Requests for translations are as many at once as the device wants. */
    private static IommuTiming atc(IotlbSpec stated) {
        return new IommuTiming(
                stated.entries().orElse(IommuTiming.DEFAULT.entries()),
                stated.page().orElse(IommuTiming.DEFAULT.page()),
                stated.miss().orElseThrow(),
                stated.walksPerSecond().isPresent()
                        ? IommuTiming.intervalOf(stated.walksPerSecond().getAsLong())
                        : 0);
    }

    private void ports(List<PortSpec> specs, String pointer) {
        for (int i = 0; i < specs.size(); i++) {
            PortSpec stated = specs.get(i);
            String where = pointer + i;
            port(stated.id(), where, stated.link(), stated.credits(), stated.arbitrationWeight(), false);
            if (stated.switchBelow().isPresent()) {
                SwitchSpec below = stated.switchBelow().get();
                UpstreamSpec upstream = below.upstream().orElse(UpstreamSpec.NOTHING_STATED);
                port(
                        below.id(),
                        where + "/switch/upstream",
                        upstream.link(),
                        upstream.credits(),
                        upstream.arbitrationWeight(),
                        upstream.storeAndForward().isPresent());
                ports(below.downstream(), where + "/switch/downstream/");
            }
        }
    }

    private void device(String name, Device device) {
        Bdf address = addresses.get(name);
        if (address == null) {
            return;
        }
        String pointer = "/devices" + Finding.step(name);
        if (device.link().isPresent() || device.credits().isPresent()) {
            port(name, pointer, device.link(), device.credits(), OptionalInt.empty(), false);
        }
        deviceTimings.put(
                address,
                new DeviceTiming(
                        device.writeLatency().orElse(0),
                        device.dmaBandwidth(),
                        device.issueInterval().orElse(0),
                        device.ats().map(TimingAssembly::atc),
                        DmaEngineTiming.NONE,
                        device.completionTimeout().map(Device.Timeout::ticks).orElse(DeviceTiming.DEFAULT_TIMEOUT),
                        device.memoryRequests().orElse(Response.SERVED),
                        device.poisonRate().orElse(0)));
    }

    private void port(
            String name,
            String pointer,
            Optional<LinkSpec> link,
            Optional<Credits> credits,
            OptionalInt weight,
            boolean storeAndForward) {
        credits.ifPresent(stated -> checkFits(stated, pointer + "/credits"));
        PortTiming timing = new PortTiming(
                credits,
                link.map(LinkSpec::efficiency).orElse(OptionalInt.empty()),
                link.map(LinkSpec::errorRate).orElse(OptionalLong.empty()),
                weight.orElse(PortTiming.DEFAULT.arbitrationWeight()),
                storeAndForward);
        if (!timing.equals(PortTiming.DEFAULT)) {
            // A listed function comes before the device that it is.
            ports.putIfAbsent(Optional.ofNullable(addresses.get(name)).orElseThrow(), timing);
        }
    }

    /** A TLP that no buffer can take would wait for ever. */
    private void checkFits(Credits credits, String pointer) {
        try {
            credits.requireMinimum(largestPayload);
        } catch (IllegalArgumentException e) {
            findings.add(Finding.at(
                    pointer,
                    "credits",
                    "%s, for TLPs of the largest mps, %d bytes".formatted(e.getMessage(), largestPayload)));
        }
    }
}
