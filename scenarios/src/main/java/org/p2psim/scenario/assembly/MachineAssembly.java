package org.p2psim.scenario.assembly;

import com.google.common.base.Splitter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import org.p2psim.address.AddressRange;
import org.p2psim.address.Bdf;
import org.p2psim.boot.AcsBoot;
import org.p2psim.boot.BootFunction;
import org.p2psim.boot.CommandLine;
import org.p2psim.platform.Cpu;
import org.p2psim.platform.KernelRelease;
import org.p2psim.platform.Socket;
import org.p2psim.scenario.Device;
import org.p2psim.scenario.Device.BarSpec;
import org.p2psim.scenario.FabricSpec;
import org.p2psim.scenario.FabricSpec.IommuSpec;
import org.p2psim.scenario.FabricSpec.P2pSpec;
import org.p2psim.scenario.FabricSpec.RootComplexSpec;
import org.p2psim.scenario.FabricSpec.SocketLinkSpec;
import org.p2psim.scenario.FabricSpec.WindowSpec;
import org.p2psim.scenario.Finding;
import org.p2psim.scenario.Scenario.CpuSpec;
import org.p2psim.timing.Timings;
import org.p2psim.topology.Fabric;
import org.p2psim.topology.HostBridge;
import org.p2psim.topology.IommuMode;
import org.p2psim.topology.PciFunction;
import org.p2psim.topology.ResourceAssignment;
import org.p2psim.topology.ResourceAssignment.Request;
import org.p2psim.topology.SocketLink;
import org.p2psim.topology.Window;
import org.p2psim.unit.Bytes;

/** Builds the machine of a scenario, complete, or says why it cannot be one. */
final class MachineAssembly {
    private static final long LOW_WINDOWS = 0x8000_0000L;
    private static final long LOW_WINDOWS_END = 0xfec0_0000L;
    private static final long HIGH_WINDOWS = 0x3800_0000_0000L;
    private static final long HIGH_WINDOW_SIZE = 4 * Bytes.TIB;
    private static final long LAST_PHYSICAL_ADDRESS = (1L << 52) - 1;

    private final FabricSpec spec;
    private final Map<String, Device> devices;
    private final boolean guest;
    private final boolean timed;
    private final Assumptions assumptions;
    private final List<Finding> findings;
    private final Defaults defaults;
    private final Map<Bdf, Found> found = new HashMap<>();
    private final Map<String, Cpu> cpus = new LinkedHashMap<>();

    /**
     * @param devices with their defaults
     * @param guest whether functions are passed through to a virtual machine
     * @param timed whether the scenario has a timeline
     */
    MachineAssembly(
            FabricSpec spec,
            Map<String, Device> devices,
            boolean guest,
            boolean timed,
            Assumptions assumptions,
            List<Finding> findings) {
        this.spec = spec;
        this.devices = devices;
        this.guest = guest;
        this.timed = timed;
        this.assumptions = assumptions;
        this.findings = findings;
        // Defaults are about time: on a machine without declared devices none passes.
        this.defaults = new Defaults(devices.isEmpty() ? new Assumptions() : assumptions);
    }

    /**
     * @param timings what its parts cost
     * @param addresses of the declared devices, by name
     */
    record Machine(Fabric fabric, Timings timings, Map<String, Bdf> addresses) {}

    /** The machine as a kernel with this command line leaves it; empty if there are findings. */
    Optional<Machine> assemble(KernelRelease release, String cmdline) {
        int before = findings.size();
        List<Socket> sockets = sockets();
        List<HostBridge> hostBridges = new ArrayList<>();
        boolean listed = !spec.functions().isEmpty();
        List<PciFunction> functions = listed ? list(hostBridges) : draw(hostBridges);
        checkWindowsApart(hostBridges);
        if (findings.size() > before) {
            return Optional.empty();
        }
        Fabric bare = Fabric.of(sockets, socketLink(), hostBridges, functions);
        Fabric placed = listed ? bare : place(bare);
        Timings timings = new TimingAssembly(spec, devices, placed, findings).timings();
        return findings.size() > before
                ? Optional.empty()
                : Optional.of(new Machine(boot(placed, release, cmdline), timings, addresses(placed)));
    }

    /** The functions of trees; the host bridges grow by theirs. */
    private List<PciFunction> draw(List<HostBridge> hostBridges) {
        Drawing drawing = new Drawing(devices, defaults, assumptions, findings);
        List<PciFunction> functions = new ArrayList<>();
        RootBuses rootBuses = new RootBuses(findings);
        for (int i = 0; i < spec.rootComplexes().size(); i++) {
            RootComplexSpec rootComplex = spec.rootComplexes().get(i);
            String pointer = "/fabric/root-complexes/" + i;
            Cpu cpu = cpuOf(rootComplex, pointer);
            RootBus bus = RootBus.parse(rootComplex.bus());
            List<Draft> onRootBus = drawing.rootBus(rootComplex, pointer, cpu);
            Enumeration.Result result = Enumeration.enumerate(onRootBus, bus.domain(), bus.number(), findings);
            rootBuses.add(rootComplex.id(), pointer, bus, result.lastBus());
            functions.addAll(result.functions());
            result.drafts().forEach((address, draft) -> found.put(address, Found.inTree(draft.acs())));
            hostBridges.add(hostBridge(rootComplex, pointer, bus, cpu, windows(rootComplex, pointer, i)));
        }
        drawing.checkAllUsed();
        return functions;
    }

    /** The functions of a list; the host bridges grow by theirs. */
    private List<PciFunction> list(List<HostBridge> hostBridges) {
        ListedFunctions.Result result = new ListedFunctions(spec, devices, defaults, timed, findings).list();
        RootBuses rootBuses = new RootBuses(findings);
        for (int i = 0; i < spec.rootComplexes().size(); i++) {
            RootComplexSpec rootComplex = spec.rootComplexes().get(i);
            String pointer = "/fabric/root-complexes/" + i;
            if (rootComplex.hostBridge().isPresent()
                    || !rootComplex.rootPorts().isEmpty()
                    || !rootComplex.integratedEndpoints().isEmpty()) {
                findings.add(Finding.at(
                        pointer, "fabric-form", "draw a tree below it or list functions, not both in one file"));
            }
            RootBus bus = RootBus.parse(rootComplex.bus());
            rootBuses.add(rootComplex.id(), pointer, bus, bus.number());
            List<Window> windows = rootComplex.windows().isEmpty()
                    ? result.hostWindows().get(rootComplex.id())
                    : windows(rootComplex, pointer, i);
            hostBridges.add(hostBridge(rootComplex, pointer, bus, cpuOf(rootComplex, pointer), windows));
        }
        found.putAll(result.found());
        return result.functions();
    }

    private List<Socket> sockets() {
        List<Socket> sockets = new ArrayList<>();
        for (FabricSpec.SocketSpec socket : spec.sockets()) {
            Cpu cpu = cpu(socket.cpu());
            cpus.put(socket.id(), cpu);
            sockets.add(new Socket(socket.id(), cpu));
        }
        return sockets;
    }

    static Cpu cpu(CpuSpec spec) {
        return spec.vendor().equals(CpuSpec.NOT_KNOWN)
                ? Cpu.NOT_KNOWN
                : new Cpu(spec.vendor(), spec.family(), spec.model().orElse(0));
    }

    private Cpu cpuOf(RootComplexSpec rootComplex, String pointer) {
        Cpu cpu = cpus.get(rootComplex.socket());
        if (cpu == null) {
            String message = "no socket \"%s\"%s"
                    .formatted(rootComplex.socket(), Finding.nearest(rootComplex.socket(), cpus.keySet()));
            findings.add(Finding.at(pointer + "/socket", "unknown-socket", message));
            return cpu(spec.sockets().get(0).cpu());
        }
        return cpu;
    }

    private Optional<SocketLink> socketLink() {
        if (spec.sockets().size() == 1 && spec.socketLink().isEmpty()) {
            return Optional.empty();
        }
        SocketLinkSpec link = spec.socketLink().orElse(new SocketLinkSpec(OptionalLong.empty(), OptionalLong.empty()));
        return Optional.of(new SocketLink(defaults.socketLatency(link.latency()), link.bandwidth()));
    }

    private HostBridge hostBridge(
            RootComplexSpec rootComplex, String pointer, RootBus bus, Cpu cpu, List<Window> windows) {
        Optional<IommuMode> stated = rootComplex.iommu().flatMap(IommuSpec::mode);
        IommuMode mode = stated.orElse(IommuMode.OFF);
        if (stated.isEmpty()) {
            assumptions.assume(rootComplex.id(), "IOMMU off");
        }
        if (guest && mode == IommuMode.OFF) {
            assumptions.assume(rootComplex.id(), "IOMMU translating and ACS requested, because VFIO needs an IOMMU");
            mode = IommuMode.TRANSLATING;
        }
        if (mode == IommuMode.TRANSLATING) {
            defaults.translation(rootComplex.id());
        }
        P2pSpec p2p = rootComplex.p2p().orElse(P2pSpec.NOTHING_STATED);
        return new HostBridge(
                rootComplex.id(),
                rootComplex.socket(),
                bus.domain(),
                bus.number(),
                mode,
                defaults.p2pLatency(rootComplex.id(), p2p.latency()),
                defaults.p2pMaxPayload(rootComplex.id(), p2p.maxPayload(), cpu),
                windows);
    }

    private List<Window> windows(RootComplexSpec rootComplex, String pointer, int position) {
        List<Window> windows = new ArrayList<>();
        if (rootComplex.windows().isEmpty()) {
            assumptions.assume(
                    rootComplex.id(), "windows: 4 TiB of prefetchable memory and a share of the range below 4 GiB");
            long share = (LOW_WINDOWS_END - LOW_WINDOWS) / spec.rootComplexes().size() / Bytes.MIB * Bytes.MIB;
            windows.add(new Window(new AddressRange(LOW_WINDOWS + position * share, share), false));
            windows.add(
                    new Window(new AddressRange(HIGH_WINDOWS + position * HIGH_WINDOW_SIZE, HIGH_WINDOW_SIZE), true));
            return windows;
        }
        for (int i = 0; i < rootComplex.windows().size(); i++) {
            WindowSpec window = rootComplex.windows().get(i);
            String where = pointer + "/windows/" + i;
            long limit = window.prefetchable() ? LAST_PHYSICAL_ADDRESS : 0xffff_ffffL;
            boolean fits = window.base() >= 0
                    && window.size() > 0
                    && window.base() <= limit
                    && window.size() - 1 <= limit - window.base();
            if (!fits) {
                findings.add(Finding.at(
                        where,
                        "window",
                        window.prefetchable()
                                ? "a window must lie in the 52-bit address space"
                                : "a window that is not prefetchable must lie below 4 GiB"));
            } else {
                windows.add(new Window(new AddressRange(window.base(), window.size()), window.prefetchable()));
            }
        }
        return windows;
    }

    private void checkWindowsApart(List<HostBridge> hostBridges) {
        record Owned(Window window, int owner) {}
        List<Owned> all = new ArrayList<>();
        for (int i = 0; i < hostBridges.size(); i++) {
            for (Window window : hostBridges.get(i).windows()) {
                all.add(new Owned(window, i));
            }
        }
        all.sort(Comparator.comparing(owned -> owned.window().range().base(), Long::compareUnsigned));
        for (int i = 1; i < all.size(); i++) {
            AddressRange before = all.get(i - 1).window().range();
            AddressRange range = all.get(i).window().range();
            if (range.overlaps(before)) {
                String pointer = "/fabric/root-complexes/" + all.get(i).owner() + "/windows";
                findings.add(Finding.at(pointer, "window", "the window %s overlaps %s".formatted(range, before)));
            }
        }
    }

    private Fabric place(Fabric bare) {
        List<Request> requests = new ArrayList<>();
        for (PciFunction function : bare.endpoints()) {
            Device device = devices.get(function.name());
            if (device != null) {
                device.bars().entrySet().stream()
                        .sorted(Map.Entry.comparingByKey())
                        .forEach(entry -> {
                            BarSpec bar = entry.getValue();
                            if (DeviceRules.checkBar(
                                    "/devices" + Finding.step(function.name()) + "/bars",
                                    device.bars(),
                                    entry.getKey(),
                                    bar,
                                    findings)) {
                                requests.add(new Request(
                                        function.address(),
                                        entry.getKey(),
                                        bar.size(),
                                        bar.prefetchable(),
                                        bar.base()));
                            }
                        });
            }
        }
        ResourceAssignment.Result result = ResourceAssignment.assign(bare, requests);
        for (ResourceAssignment.Failure failure : result.failures()) {
            String name = bare.function(failure.request().function()).name();
            String pointer = "/devices" + Finding.step(name) + "/bars/"
                    + failure.request().index();
            findings.add(Finding.at(pointer, "bar", failure.message()));
        }
        return result.fabric();
    }

    private Fabric boot(Fabric placed, KernelRelease release, String cmdline) {
        boolean requested =
                placed.hostBridges().stream().anyMatch(bridge -> bridge.iommu().requestsAcs())
                        && CommandLine.parse(cmdline).requestsAcs(placed.bootCpu());
        AcsBoot boot = AcsBoot.of(release, requested, cmdline);
        Map<Bdf, BootFunction> bridges = new HashMap<>();
        List<PciFunction> functions = new ArrayList<>();
        for (PciFunction function : placed.functions()) {
            Found stated = Objects.requireNonNull(found.get(function.address()));
            BootFunction booting =
                    stated.booting(function, function.upstreamBridge().map(bridges::get));
            bridges.put(function.address(), booting);
            functions.add(function.withAcs(stated.inForce() ? booting.firmware() : boot.booted(booting)));
        }
        return Fabric.of(placed.sockets(), placed.socketLink(), placed.hostBridges(), functions);
    }

    private Map<String, Bdf> addresses(Fabric fabric) {
        Map<String, Bdf> addresses = new LinkedHashMap<>();
        for (PciFunction function : fabric.endpoints()) {
            addresses.put(function.name(), function.address());
        }
        return addresses;
    }

    /** Domain and number of a root bus, from {@code 0000:16} or {@code 16}. */
    record RootBus(int domain, int number) {
        static RootBus parse(String text) {
            List<String> parts = Splitter.on(':').splitToList(text);
            int number = Integer.parseInt(parts.get(parts.size() - 1), 16);
            return new RootBus(parts.size() == 1 ? 0 : Integer.parseUnsignedInt(parts.get(0), 16), number);
        }
    }

    /** The bus ranges of root complexes, which must be apart in each domain. */
    private static final class RootBuses {
        private record Range(String id, int domain, int first, int last) {}

        private final List<Finding> findings;
        private final List<Range> ranges = new ArrayList<>();

        RootBuses(List<Finding> findings) {
            this.findings = findings;
        }

        void add(String id, String pointer, RootBus bus, int lastBus) {
            for (Range other : ranges) {
                if (other.domain == bus.domain() && bus.number() <= other.last && other.first <= lastBus) {
                    String message = "buses %02x to %02x overlap %02x to %02x of \"%s\""
                            .formatted(bus.number(), lastBus, other.first, other.last, other.id);
                    findings.add(Finding.at(pointer + "/bus", "bus-numbers", message));
                }
            }
            ranges.add(new Range(id, bus.domain(), bus.number(), lastBus));
        }
    }
}
