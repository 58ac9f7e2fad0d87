package org.p2psim.scenario.assembly;

import com.google.common.collect.ArrayListMultimap;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableListMultimap;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ListMultimap;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.p2psim.address.AddressRange;
import org.p2psim.address.Bdf;
import org.p2psim.scenario.Device;
import org.p2psim.scenario.Device.BarSpec;
import org.p2psim.scenario.FabricSpec;
import org.p2psim.scenario.FabricSpec.WindowSpec;
import org.p2psim.scenario.Finding;
import org.p2psim.scenario.FunctionSpec;
import org.p2psim.scenario.LinkSpec;
import org.p2psim.scenario.assembly.MachineAssembly.RootBus;
import org.p2psim.topology.Bar;
import org.p2psim.topology.Link;
import org.p2psim.topology.PciFunction;
import org.p2psim.topology.PortType;
import org.p2psim.topology.Window;

/** The functions of a fabric that lists them by address: who is below whom follows from the bus numbers. */
final class ListedFunctions {
    private static final String POINTER = "/fabric/functions/";

    private final FabricSpec spec;
    private final Map<String, Device> devices;
    private final Defaults defaults;
    private final boolean timed;
    private final List<Finding> findings;
    private final Map<Bdf, Integer> positions = new HashMap<>();
    private final Map<BusKey, Integer> bridges = new HashMap<>();
    private final Map<BusKey, String> rootBuses = new LinkedHashMap<>();
    private final ListMultimap<Integer, Integer> below = ArrayListMultimap.create();
    private final ListMultimap<String, Integer> onRootBus = ArrayListMultimap.create();
    private final List<PciFunction> functions = new ArrayList<>();
    private final Map<Bdf, Found> found = new HashMap<>();
    private final ImmutableListMultimap.Builder<String, Window> hostWindows = ImmutableListMultimap.builder();

    private record BusKey(int domain, int bus) {}

    /**
     * @param functions bridges before what is below them
     * @param hostWindows by root complex: what its functions decode
     */
    record Result(
            List<PciFunction> functions, Map<Bdf, Found> found, ImmutableListMultimap<String, Window> hostWindows) {}

    /**
     * @param devices with their defaults
     * @param timed whether time passes on this fabric, so that every link needs a speed
     */
    ListedFunctions(
            FabricSpec spec, Map<String, Device> devices, Defaults defaults, boolean timed, List<Finding> findings) {
        this.spec = spec;
        this.devices = devices;
        this.defaults = defaults;
        this.timed = timed;
        this.findings = findings;
    }

    /** All functions that have a place; those that have none are findings. */
    Result list() {
        spec.rootComplexes().forEach(root -> {
            RootBus bus = RootBus.parse(root.bus());
            rootBuses.put(new BusKey(bus.domain(), bus.number()), root.id());
        });
        index();
        for (int i = 0; i < spec.functions().size(); i++) {
            place(i);
        }
        checkDevices();
        for (String root : rootBuses.values()) {
            List<Window> windows = new ArrayList<>();
            onRootBus.get(root).forEach(i -> windows.addAll(emit(i, Optional.empty())));
            hostWindows.putAll(root, merged(windows));
        }
        for (int i = 0; i < spec.functions().size(); i++) {
            if (!found.containsKey(spec.functions().get(i).at()) && findings.isEmpty()) {
                findings.add(Finding.at(POINTER + i + "/below", "below", "these bridges are below each other"));
            }
        }
        return new Result(functions, ImmutableMap.copyOf(found), hostWindows.build());
    }

    private void index() {
        for (int i = 0; i < spec.functions().size(); i++) {
            FunctionSpec function = spec.functions().get(i);
            String acs = POINTER + i + "/acs";
            function.acs().ifPresent(said -> DeviceRules.checkAcs(said, acs, findings));
            if (positions.putIfAbsent(function.at(), i) != null) {
                String message = "two functions have the address %s".formatted(function.at());
                findings.add(Finding.at(POINTER + i + "/at", "duplicate-address", message));
            }
            if (function.bus().isPresent() && !function.type().isBridge()) {
                findings.add(Finding.at(POINTER + i + "/bus", "bus-numbers", "only bridges have a bus below them"));
            } else if (function.bus().orElse(0) > 0) {
                BusKey key = new BusKey(function.at().domain(), function.bus().getAsInt());
                Integer other = bridges.putIfAbsent(key, i);
                if (other != null || rootBuses.containsKey(key)) {
                    String message = "bus %02x is already below %s"
                            .formatted(
                                    key.bus(),
                                    other == null
                                            ? rootBuses.get(key)
                                            : spec.functions().get(other).at());
                    findings.add(Finding.at(POINTER + i + "/bus", "bus-numbers", message));
                }
            }
        }
    }

    private void place(int index) {
        FunctionSpec function = spec.functions().get(index);
        BusKey bus = new BusKey(function.at().domain(), function.at().bus());
        if (function.below().isPresent()) {
            placeBelow(index, function.below().get());
        } else if (rootBuses.containsKey(bus)) {
            onRootBus.put(Optional.ofNullable(rootBuses.get(bus)).orElseThrow(), index);
        } else if (bridges.containsKey(bus)) {
            below.put(Optional.ofNullable(bridges.get(bus)).orElseThrow(), index);
        } else {
            String message = "no root complex and no bridge has bus %04x:%02x; say below, or list the bridge"
                    .formatted(bus.domain(), bus.bus());
            findings.add(Finding.at(POINTER + index + "/at", "bus-numbers", message));
        }
    }

    private void placeBelow(int index, String name) {
        if (rootBuses.containsValue(name)) {
            onRootBus.put(name, index);
            return;
        }
        Optional<Integer> bridge = address(name).map(positions::get);
        if (bridge.isPresent()
                && spec.functions().get(bridge.get()).type().isBridge()
                && !bridge.get().equals(index)) {
            below.put(bridge.get(), index);
        } else {
            String message = "\"%s\" is neither a root complex nor the address of another bridge".formatted(name);
            findings.add(Finding.at(POINTER + index + "/below", "below", message));
        }
    }

    private static Optional<Bdf> address(String text) {
        try {
            return Optional.of(Bdf.parse(text));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private void checkDevices() {
        Set<String> used = new HashSet<>();
        for (int i = 0; i < spec.functions().size(); i++) {
            Optional<String> device = spec.functions().get(i).device();
            if (device.isPresent() && !devices.containsKey(device.get())) {
                String message = "no device \"%s\" is declared%s"
                        .formatted(device.get(), Finding.nearest(device.get(), devices.keySet()));
                findings.add(Finding.at(POINTER + i + "/device", "unknown-device", message));
            } else if (device.map(devices::get)
                    .filter(known -> !known.isFunction())
                    .isPresent()) {
                String message = DeviceRules.NO_PLACE.formatted(device.get());
                findings.add(Finding.at(POINTER + i + "/device", "no-function", message));
            } else if (device.isPresent() && !used.add(device.get())) {
                String message = "\"%s\" is used twice; a function is in one place".formatted(device.get());
                findings.add(Finding.at(POINTER + i + "/device", "device-used-twice", message));
            }
        }
    }

    /** Adds a function and all below it; gives what it decodes and forwards. */
    private List<Window> emit(int index, Optional<Bdf> bridge) {
        FunctionSpec function = spec.functions().get(index);
        if (found.containsKey(function.at())) {
            return List.of();
        }
        found.put(
                function.at(),
                Found.listed(function.acs(), function.subsystem(), function.externalFacing(), function.untrusted()));
        int position = functions.size();
        functions.add(bare(function, bridge));
        List<Window> forwarded = new ArrayList<>();
        below.get(index).forEach(i -> forwarded.addAll(emit(i, Optional.of(function.at()))));
        ImmutableList<Bar> bars = bars(function, index);
        List<Window> windows = function.windows().isEmpty() ? merged(forwarded) : windows(function, index);
        functions.set(position, functions.get(position).withBars(bars).withWindows(windows));
        List<Window> decoded = new ArrayList<>(windows);
        bars.forEach(bar -> decoded.add(new Window(bar.range(), bar.prefetchable())));
        return decoded;
    }

    private PciFunction bare(FunctionSpec function, Optional<Bdf> bridge) {
        boolean port = function.type().hasLinkBelow();
        Optional<Link> link = function.link().flatMap(LinkSpec::link);
        return new PciFunction(
                function.at(),
                function.label(),
                function.id(),
                function.type(),
                bridge,
                function.type().isBridge() ? function.bus().orElse(0) : -1,
                Optional.empty(),
                port && timed
                        ? Optional.of(link.orElseGet(() -> defaults.rootPortLink(function.label())))
                        : link.filter(trained -> port),
                timed ? latency(function) : 0,
                List.of(),
                List.of());
    }

    private long latency(FunctionSpec function) {
        if (function.type() == PortType.UPSTREAM_PORT) {
            return defaults.throughSwitch(function.label(), function.cutThrough(), function.storeAndForward());
        }
        Optional<Device> device = function.device().map(devices::get);
        return device.isPresent() ? device.get().readLatency().orElseThrow() : 0;
    }

    private ImmutableList<Bar> bars(FunctionSpec function, int index) {
        boolean own = !function.bars().isEmpty();
        Map<Integer, BarSpec> specs = own
                ? function.bars()
                : function.device().map(devices::get).map(Device::bars).orElse(ImmutableMap.of());
        String pointer = own
                ? POINTER + index + "/bars"
                : "/devices" + Finding.step(function.device().orElse("")) + "/bars";
        ImmutableList.Builder<Bar> bars = ImmutableList.builder();
        specs.entrySet().stream().sorted(Map.Entry.comparingByKey()).forEach(entry -> {
            BarSpec bar = entry.getValue();
            String where = pointer + "/" + entry.getKey();
            if (bar.base().isEmpty()) {
                findings.add(Finding.at(where, "bar", "a BAR of a listed function needs its base"));
            } else if (DeviceRules.checkBar(pointer, specs, entry.getKey(), bar, findings)) {
                bars.add(new Bar(
                        entry.getKey(), new AddressRange(bar.base().getAsLong(), bar.size()), bar.prefetchable()));
            }
        });
        return bars.build();
    }

    private List<Window> windows(FunctionSpec function, int index) {
        List<Window> windows = new ArrayList<>();
        for (int i = 0; i < function.windows().size(); i++) {
            WindowSpec window = function.windows().get(i);
            String where = POINTER + index + "/windows/" + i;
            if (window.size() == 0) {
                findings.add(Finding.at(where + "/size", "window", "a window has one byte at least"));
            } else if (Long.compareUnsigned(window.base() + window.size() - 1, window.base()) < 0) {
                findings.add(Finding.at(where, "window", "a window must end within the 64-bit address space"));
            } else {
                windows.add(new Window(new AddressRange(window.base(), window.size()), window.prefetchable()));
            }
        }
        return windows;
    }

    /** Ranges of one kind that touch or overlap become one. */
    private static List<Window> merged(List<Window> windows) {
        List<Window> merged = new ArrayList<>();
        windows.stream()
                .sorted(Comparator.comparing(window -> window.range().base(), Long::compareUnsigned))
                .forEach(window -> {
                    Optional<Window> before = merged.stream()
                            .filter(other -> other.prefetchable() == window.prefetchable())
                            .reduce((first, second) -> second);
                    Optional<Window> joined = before.flatMap(other -> joined(other, window));
                    if (joined.isPresent()) {
                        merged.set(merged.indexOf(before.get()), joined.get());
                    } else {
                        merged.add(window);
                    }
                });
        return merged;
    }

    /** Empty if there is something between the two, or if they are the whole address space, which is no range. */
    private static Optional<Window> joined(Window low, Window high) {
        long base = low.range().base();
        long end = low.range().last();
        if (Long.compareUnsigned(high.range().base() - base, end - base + 1) > 0 && end != -1) {
            return Optional.empty();
        }
        long last = Long.compareUnsigned(high.range().last(), end) > 0
                ? high.range().last()
                : end;
        return base == 0 && last == -1
                ? Optional.empty()
                : Optional.of(new Window(new AddressRange(base, last - base + 1), low.prefetchable()));
    }
}
