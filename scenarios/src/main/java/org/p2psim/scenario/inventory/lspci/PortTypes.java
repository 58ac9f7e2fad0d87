package org.p2psim.scenario.inventory.lspci;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.p2psim.address.Bdf;
import org.p2psim.outcome.GroupedNotes;
import org.p2psim.outcome.Note;
import org.p2psim.scenario.inventory.config.Express;
import org.p2psim.scenario.inventory.config.Extent;
import org.p2psim.scenario.inventory.config.Header;
import org.p2psim.topology.PortType;

/**
 * What each function is: from its PCI Express capability, or from its place where that was not captured.
 *
 * <p>Not {@link org.p2psim.scenario.inventory.PortTypes}, which trusts the nesting of its dumps: here the place follows
 * from bus numbers, which may be missing, claimed twice or lead in a circle, and a listing may lack functions, so that
 * the neighbours on a bus prove nothing about the bridge above.
 */
final class PortTypes {
    private final Map<Bdf, Reading> functions;
    private final BusTree tree;
    private final GroupedNotes notes;
    private final Map<Bdf, PortType> types = new HashMap<>();

    private PortTypes(Map<Bdf, Reading> functions, BusTree tree, GroupedNotes notes) {
        this.functions = functions;
        this.tree = tree;
        this.notes = notes;
    }

    static Map<Bdf, PortType> of(Map<Bdf, Reading> functions, BusTree tree, GroupedNotes notes) {
        PortTypes derivation = new PortTypes(functions, tree, notes);
        Map<Bdf, PortType> types = new LinkedHashMap<>();
        functions.keySet().forEach(address -> types.put(address, derivation.type(address)));
        return types;
    }

    private PortType type(Bdf address) {
        PortType known = types.get(address);
        if (known != null) {
            return known;
        }
        // Bus numbers may lead in a circle; whoever comes back here finds this.
        types.put(address, PortType.ROOT_PORT);
        Reading reading = functions.getOrDefault(address, Reading.NOTHING);
        boolean bridge = reading.identity()
                .header()
                .map(header -> header != Header.NORMAL)
                .orElse(false);
        PortType type = bridge ? bridge(address, reading) : function(address, reading);
        types.put(address, type);
        return type;
    }

    private static Optional<PortType> express(Reading reading) {
        return reading.capabilities().express().flatMap(Express::type);
    }

    private static boolean isConventional(Reading reading) {
        return reading.capabilities().express().isEmpty()
                && reading.capabilities().extent() != Extent.HIDDEN;
    }

    private PortType bridge(Bdf address, Reading reading) {
        Optional<PortType> express = express(reading).filter(PortType::isBridge);
        if (express.isPresent()) {
            return express.get();
        }
        if (isConventional(reading) || reading.identity().header().equals(Optional.of(Header.CARDBUS))) {
            return PortType.PCIE_TO_PCI_BRIDGE;
        }
        notes.add(
                Note.Kind.ASSUMED,
                "port types of bridges were derived from their place: a root port on a root bus, then upstream and"
                        + " downstream ports in turn, as the PCI Express capability was not captured",
                "",
                address);
        return byPlace(address);
    }

    private PortType byPlace(Bdf address) {
        if (tree.onRootBus(address)) {
            return PortType.ROOT_PORT;
        }
        Optional<Bdf> above = tree.hasGaps(address)
                ? tree.above(address)
                : tree.above(address).or(() -> tree.forwarding(address));
        if (above.isEmpty()) {
            return tree.sharesBusWithBridges(address) ? PortType.DOWNSTREAM_PORT : PortType.UPSTREAM_PORT;
        }
        return switch (type(above.get())) {
            case UPSTREAM_PORT -> PortType.DOWNSTREAM_PORT;
            case PCIE_TO_PCI_BRIDGE -> PortType.PCIE_TO_PCI_BRIDGE;
            case ROOT_PORT, DOWNSTREAM_PORT, HOST_BRIDGE, ENDPOINT, LEGACY_ENDPOINT, RC_INTEGRATED_ENDPOINT ->
                PortType.UPSTREAM_PORT;
        };
    }

    private PortType function(Bdf address, Reading reading) {
        Optional<PortType> express = express(reading);
        boolean endpoint = express.isPresent()
                && (express.get() == PortType.ENDPOINT || express.get() == PortType.LEGACY_ENDPOINT);
        if (BusTree.isHostBridge(reading) && (!endpoint || tree.onRootBus(address))) {
            return PortType.HOST_BRIDGE;
        }
        if (express.isPresent() && express.get().isEndpoint()) {
            return express.get();
        }
        if (isConventional(reading)) {
            return PortType.LEGACY_ENDPOINT;
        }
        notes.add(
                Note.Kind.ASSUMED,
                "port types of endpoints were derived from their place: integrated in the root complex on a root bus,"
                        + " else at the end of a link, as the PCI Express capability was not captured",
                "",
                address);
        return tree.onRootBus(address) ? PortType.RC_INTEGRATED_ENDPOINT : PortType.ENDPOINT;
    }
}
