package org.p2psim.scenario.inventory;

import com.google.common.collect.ImmutableListMultimap;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.Maps;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.p2psim.address.Bdf;
import org.p2psim.outcome.GroupedNotes;
import org.p2psim.outcome.Note;
import org.p2psim.topology.PortType;

/**
 * Port types of functions whose PCI Express capability was not captured, from their places in the tree: bridges on a
 * root bus are root ports, and below them upstream and downstream ports of switches take turns (PCIe base
 * specification 1.3). A bridge below a port that has other functions than bridges on its own bus is no switch: on the
 * bus inside a switch there are downstream ports only.
 *
 * <p>For dumps that nest their functions; the reader of {@code lspci} has rules of its own, as it must find the tree
 * first.
 */
public final class PortTypes {
    private final ImmutableMap<Bdf, TreePosition> positions;
    private final ImmutableListMultimap<Bdf, TreePosition> children;
    private final Map<Bdf, PortType> types = new HashMap<>();

    private PortTypes(Collection<TreePosition> positions) {
        this.positions = Maps.uniqueIndex(positions, TreePosition::address);
        this.children = positions.stream()
                .filter(position -> position.parent().isPresent())
                .collect(ImmutableListMultimap.toImmutableListMultimap(
                        position -> position.parent().orElseThrow(), position -> position));
    }

    /**
     * The type of each function, read or derived; derived types of bridges become a note.
     *
     * @param positions each address once, and no parent below its own child
     */
    public static ImmutableMap<Bdf, PortType> derive(Collection<TreePosition> positions, GroupedNotes notes) {
        PortTypes derivation = new PortTypes(positions);
        for (TreePosition position : positions) {
            derivation.type(position);
            if (position.isBridge() && position.type().isEmpty()) {
                notes.add(
                        Note.Kind.ASSUMED,
                        "port type taken from the place in the tree",
                        "",
                        position.address().toString());
            }
        }
        return ImmutableMap.copyOf(derivation.types);
    }

    private PortType type(TreePosition position) {
        PortType known = types.get(position.address());
        if (known != null) {
            return known;
        }
        PortType type = position.type().orElseGet(() -> position.isBridge() ? bridge(position) : endpoint(position));
        types.put(position.address(), type);
        return type;
    }

    private PortType bridge(TreePosition position) {
        if (position.isConventional()) {
            return PortType.PCIE_TO_PCI_BRIDGE;
        }
        if (position.onRootBus()) {
            return PortType.ROOT_PORT;
        }
        return parentType(position)
                .map(parent -> below(parent, position))
                .orElseGet(() -> hasEndpoints(position) ? PortType.DOWNSTREAM_PORT : PortType.UPSTREAM_PORT);
    }

    private PortType below(PortType parent, TreePosition position) {
        return switch (parent) {
            case UPSTREAM_PORT -> PortType.DOWNSTREAM_PORT;
            case PCIE_TO_PCI_BRIDGE -> PortType.PCIE_TO_PCI_BRIDGE;
            case ROOT_PORT, DOWNSTREAM_PORT, HOST_BRIDGE, ENDPOINT, LEGACY_ENDPOINT, RC_INTEGRATED_ENDPOINT ->
                hasEndpoints(position) ? PortType.PCIE_TO_PCI_BRIDGE : PortType.UPSTREAM_PORT;
        };
    }

    private PortType endpoint(TreePosition position) {
        if (position.isHostBridge() && position.onRootBus()) {
            return PortType.HOST_BRIDGE;
        }
        boolean belowConventional =
                position.express().isEmpty() && parentType(position).equals(Optional.of(PortType.PCIE_TO_PCI_BRIDGE));
        if (position.isConventional() || belowConventional) {
            return PortType.LEGACY_ENDPOINT;
        }
        return position.onRootBus() ? PortType.RC_INTEGRATED_ENDPOINT : PortType.ENDPOINT;
    }

    /** Empty also if bridges between the two were left out of the dump. */
    private Optional<PortType> parentType(TreePosition position) {
        return position.parent()
                .map(positions::get)
                .filter(parent -> isOnBusOf(parent, position))
                .map(this::type);
    }

    private boolean hasEndpoints(TreePosition bridge) {
        return children.get(bridge.address()).stream().anyMatch(child -> !child.isBridge() && isOnBusOf(bridge, child));
    }

    private static boolean isOnBusOf(TreePosition bridge, TreePosition position) {
        return bridge.secondaryBus().orElse(position.address().bus())
                == position.address().bus();
    }
}
