package org.p2psim.scenario.inventory;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.p2psim.address.Bdf;
import org.p2psim.outcome.GroupedNotes;
import org.p2psim.outcome.Note;
import org.p2psim.topology.PortType;

/**
 * Says of each function of a dump what is above it. Where a dump leaves out a port that must be there, one is invented
 * of which nothing is known, so that no verdict is given for certain.
 */
final class Placement {
    private static final int BUSES = 256;
    private static final int FIRST_PORT = 1 << 3;
    private static final int SLOTS = 32 << 3;

    private final Inventory inventory;
    private final GroupedNotes notes;
    private final List<FoundFunction> functions = new ArrayList<>();
    private final Map<Bdf, FoundFunction> byAddress = new HashMap<>();
    private final Map<RootBus, FoundFunction> bySecondary = new HashMap<>();
    private final Map<Bdf, Bdf> above = new LinkedHashMap<>();
    private final Set<RootBus> rootBuses = new TreeSet<>();
    private final Set<RootBus> usedBuses = new HashSet<>();
    private final Map<RootBus, Bdf> inventedRootPorts = new HashMap<>();
    private final Map<Link, Bdf> inventedDownstreamPorts = new HashMap<>();
    private final Map<List<Integer>, InventedBus> inventedBuses = new HashMap<>();

    /** A bus of a domain. */
    record RootBus(int domain, int bus) implements Comparable<RootBus> {
        static RootBus of(Bdf address) {
            return new RootBus(address.domain(), address.bus());
        }

        @Override
        public int compareTo(RootBus other) {
            return Comparator.comparingInt(RootBus::domain)
                    .thenComparingInt(RootBus::bus)
                    .compare(this, other);
        }
    }

    /** Below a switch, whose upstream port is given. */
    private record Link(Bdf upstream, RootBus bus) {}

    private static final class InventedBus {
        private final RootBus bus;
        private int nextSlot = FIRST_PORT;

        InventedBus(RootBus bus) {
            this.bus = bus;
        }
    }

    Placement(Inventory inventory, GroupedNotes notes) {
        this.inventory = inventory;
        this.notes = notes;
        for (FoundFunction function : inventory.functions()) {
            byAddress.put(function.address(), function);
            usedBuses.add(RootBus.of(function.address()));
            int secondary = function.secondaryBus().orElse(0);
            boolean numbered =
                    function.type().isBridge() && secondary > function.address().bus();
            if (numbered) {
                RootBus below = new RootBus(function.address().domain(), secondary);
                for (int bus = secondary;
                        bus <= Math.min(function.subordinateBus().orElse(secondary), BUSES - 1);
                        bus++) {
                    usedBuses.add(new RootBus(below.domain(), bus));
                }
                if (bySecondary.putIfAbsent(below, function) != null) {
                    notes.add(
                            Note.Kind.CAUTION,
                            "the bus below is claimed by another bridge too, so nothing is placed here",
                            "",
                            function.address());
                }
            }
        }
        inventory.functions().forEach(this::place);
        functions.stream()
                .filter(function -> !above.containsKey(function.address()))
                .forEach(function -> rootBuses.add(RootBus.of(function.address())));
        nameHostBridges();
    }

    /** All functions, the invented ones where the kernel's list would have them. */
    List<FoundFunction> functions() {
        return functions;
    }

    /** The bridge above a function; empty on a root bus. */
    Optional<Bdf> above(FoundFunction function) {
        return Optional.ofNullable(above.get(function.address()));
    }

    /** The root bus that a function hangs from. */
    RootBus root(FoundFunction function) {
        Bdf at = function.address();
        for (Bdf bridge = above.get(at); bridge != null; bridge = above.get(at)) {
            at = bridge;
        }
        return RootBus.of(at);
    }

    /** The bridge whose secondary bus is the function's own: then the bus number says it all. */
    boolean followsFromBus(FoundFunction function) {
        RootBus bus = RootBus.of(function.address());
        FoundFunction bridge = bySecondary.get(bus);
        return bridge != null && !rootBuses.contains(bus) && above(function).equals(Optional.of(bridge.address()));
    }

    /** Whether a bridge's bus number is its own: the second of two that claim one bus has none, nor one of a root bus. */
    boolean ownsBus(FoundFunction bridge) {
        RootBus bus =
                new RootBus(bridge.address().domain(), bridge.secondaryBus().orElse(0));
        return bridge.equals(bySecondary.get(bus)) && !rootBuses.contains(bus);
    }

    private void place(FoundFunction function) {
        Optional<FoundFunction> bridge = bridgeAbove(function);
        if (bridge.isEmpty()) {
            if (belongsBelowAPort(function)) {
                above.put(function.address(), inventRootPort(function));
            }
        } else if (!inventory.complete()
                && bridge.get().type() == PortType.UPSTREAM_PORT
                && function.type() != PortType.DOWNSTREAM_PORT) {
            above.put(function.address(), inventDownstreamPort(function, bridge.get()));
        } else {
            above.put(function.address(), bridge.get().address());
        }
        functions.add(function);
    }

    private Optional<FoundFunction> bridgeAbove(FoundFunction function) {
        RootBus bus = RootBus.of(function.address());
        return function.upstreamBridge()
                .map(byAddress::get)
                .filter(nested -> canBeAbove(nested, function))
                .or(() -> Optional.ofNullable(bySecondary.get(bus)).filter(numbered -> canBeAbove(numbered, function)))
                .or(() -> byAddress.values().stream()
                        .filter(bridge -> spans(bridge, function.address()) && canBeAbove(bridge, function))
                        .max(Comparator.comparingInt((FoundFunction bridge) ->
                                        bridge.secondaryBus().orElse(0))
                                .thenComparing(FoundFunction::address)));
    }

    /** Virtual functions may have a bus of their own inside the range of the bridge above their physical function. */
    private static boolean spans(FoundFunction bridge, Bdf address) {
        int secondary = bridge.secondaryBus().orElse(0);
        return bridge.address().domain() == address.domain()
                && secondary > bridge.address().bus()
                && secondary <= address.bus()
                && address.bus() <= bridge.subordinateBus().orElse(secondary);
    }

    /** A bridge that is not below the function itself, as far as functions have a place yet. */
    private boolean canBeAbove(FoundFunction bridge, FoundFunction function) {
        if (!bridge.type().isBridge()) {
            return false;
        }
        for (Bdf at = bridge.address(); at != null; at = above.get(at)) {
            if (at.equals(function.address())) {
                return false;
            }
        }
        return true;
    }

    /** PCIe endpoints and switch ports are below a port, except in guests that show them on bus 0. */
    private boolean belongsBelowAPort(FoundFunction function) {
        return switch (function.type()) {
            case UPSTREAM_PORT, DOWNSTREAM_PORT -> true;
            case ENDPOINT -> function.address().bus() != 0 && !onBusOfAPort(function);
            case HOST_BRIDGE, ROOT_PORT, PCIE_TO_PCI_BRIDGE, LEGACY_ENDPOINT, RC_INTEGRATED_ENDPOINT -> false;
        };
    }

    private boolean onBusOfAPort(FoundFunction function) {
        return inventory.functions().stream()
                .anyMatch(other -> RootBus.of(other.address()).equals(RootBus.of(function.address()))
                        && (other.type() == PortType.ROOT_PORT || other.type() == PortType.HOST_BRIDGE));
    }

    private Bdf inventRootPort(FoundFunction function) {
        RootBus link = RootBus.of(function.address());
        Bdf known = inventedRootPorts.get(link);
        if (known != null) {
            return known;
        }
        notes.add(
                Note.Kind.NOT_KNOWN,
                "the dump shows no bridge above: a root port of which nothing is known stands for it",
                "",
                function.address());
        List<Integer> group = List.of(link.domain(), function.numaNode().orElse(-1));
        Bdf port = nextPort(group);
        FoundFunction invented = add(port, PortType.ROOT_PORT, link.bus());
        inventedRootPorts.put(link, port);
        if (link.bus() != 0 && port.domain() == link.domain()) {
            bySecondary.putIfAbsent(link, invented);
        }
        return port;
    }

    private Bdf inventDownstreamPort(FoundFunction function, FoundFunction upstream) {
        Link link = new Link(upstream.address(), RootBus.of(function.address()));
        Bdf known = inventedDownstreamPorts.get(link);
        if (known != null) {
            return known;
        }
        notes.add(
                Note.Kind.ASSUMED,
                "the file leaves out the switch's downstream port above; one of which nothing is known stands for it",
                "",
                function.address());
        Bdf address = upstream.address();
        Bdf port =
                nextPort(List.of(address.domain(), ~(address.bus() << 8 | address.device() << 3 | address.function())));
        add(port, PortType.DOWNSTREAM_PORT, function.address().bus());
        above.put(port, address);
        inventedDownstreamPorts.put(link, port);
        return port;
    }

    /** The next free place on the bus that was invented for a group. */
    private Bdf nextPort(List<Integer> group) {
        InventedBus bus = inventedBuses.get(group);
        if (bus == null || bus.nextSlot >= SLOTS) {
            bus = new InventedBus(freeBus(group.get(0)));
            inventedBuses.put(group, bus);
        }
        int slot = bus.nextSlot;
        bus.nextSlot += 1 << 3;
        return new Bdf(bus.bus.domain(), bus.bus.bus(), slot >> 3, slot & 7);
    }

    private RootBus freeBus(int domain) {
        for (int bus = 0; bus < BUSES; bus++) {
            RootBus candidate = new RootBus(domain, bus);
            if (usedBuses.add(candidate)) {
                return candidate;
            }
        }
        return freeBus(domain == Integer.MAX_VALUE ? 0 : domain + 1);
    }

    private FoundFunction add(Bdf address, PortType type, int secondary) {
        FoundFunction function = FoundFunction.at(address)
                .type(type)
                .buses(secondary, secondary)
                .invented()
                .build();
        byAddress.put(address, function);
        functions.add(function);
        return function;
    }

    /** Where a format leaves out the function that stands for the host bridge, it is there, but nobody knows its id. */
    private void nameHostBridges() {
        Set<RootBus> roots = new HashSet<>();
        for (FoundFunction function : List.copyOf(functions)) {
            RootBus bus = RootBus.of(function.address());
            boolean root = !above.containsKey(function.address());
            boolean unlisted = !inventory.complete() || function.invented();
            if (root && unlisted && roots.add(bus)) {
                Bdf standIn = new Bdf(bus.domain(), bus.bus(), 0, 0);
                if (!byAddress.containsKey(standIn)) {
                    notes.add(
                            Note.Kind.NOT_KNOWN,
                            "the id of the host bridge, which decides about ways through the root complex",
                            "",
                            "%04x:%02x".formatted(bus.domain(), bus.bus()));
                    FoundFunction bridge = FoundFunction.at(standIn)
                            .type(PortType.HOST_BRIDGE)
                            .acs(Optional.empty())
                            .invented()
                            .build();
                    byAddress.put(standIn, bridge);
                    functions.add(0, bridge);
                }
            }
        }
    }
}
