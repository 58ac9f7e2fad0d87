package org.p2psim.scenario.inventory.lspci;

import com.google.common.collect.ImmutableList;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.p2psim.address.Bdf;
import org.p2psim.address.DeviceId;
import org.p2psim.outcome.GroupedNotes;
import org.p2psim.outcome.Note;
import org.p2psim.scenario.inventory.FoundFunction;
import org.p2psim.scenario.inventory.HostFacts;
import org.p2psim.scenario.inventory.Inventory;
import org.p2psim.scenario.inventory.config.Bridge;
import org.p2psim.scenario.inventory.config.Capabilities;
import org.p2psim.scenario.inventory.config.Express;
import org.p2psim.scenario.inventory.lspci.Reading.Identity;
import org.p2psim.topology.PortType;

/** Turns what a dump shows, function by function, into an inventory, and notes what it does not show. */
final class Interpretation {
    private static final String FORMAT = "lspci";

    private final Listing listing;
    private final HostFacts host;
    private final GroupedNotes notes = new GroupedNotes();
    private final Map<Bdf, Reading> functions = new LinkedHashMap<>();
    private final BusTree tree;
    private final PhysicalFunctions physical;
    private final ExtendedSpace extended;

    Interpretation(Listing listing, HostFacts host) {
        this.listing = listing;
        this.host = host;
        listing.sightings().forEach(seen -> functions.put(seen.address(), seen.merged()));
        this.tree = new BusTree(functions);
        this.physical = new PhysicalFunctions(functions);
        this.extended = new ExtendedSpace(listing.sightings(), host, notes);
    }

    Inventory inventory() {
        Map<Bdf, PortType> types = PortTypes.of(functions, tree, notes);
        ImmutableList.Builder<FoundFunction> found = ImmutableList.builder();
        for (Sighting seen : listing.sightings()) {
            found.add(function(seen, seen.merged(), types.getOrDefault(seen.address(), PortType.ENDPOINT)));
        }
        boolean complete = new Completeness(listing, types, tree, host, notes).check();
        new Checks(listing, tree, notes).run();
        return new Inventory(FORMAT, found.build(), complete, host, notes.notes());
    }

    private FoundFunction function(Sighting seen, Reading reading, PortType type) {
        Bdf address = seen.address();
        FoundFunction.Builder function = FoundFunction.at(address)
                .type(type)
                .id(id(address, reading.identity()))
                .acs(extended.acs(seen, reading));
        Identity identity = reading.identity();
        identity.subsystem().ifPresent(function::subsystem);
        identity.classCode().ifPresent(function::classCode);
        identity.description().ifPresent(function::description);
        reading.bars().all().forEach(function::bar);
        reading.surroundings().numaNode().ifPresent(function::numaNode);
        reading.surroundings().iommuGroup().ifPresent(function::iommuGroup);
        reading.surroundings().driver().ifPresent(function::driver);
        if (type.isBridge()) {
            bridge(address, reading, function);
        }
        capabilities(seen, reading, function);
        upstreamBridge(address).ifPresent(function::upstreamBridge);
        return function.build();
    }

    private DeviceId id(Bdf address, Identity identity) {
        Optional<DeviceId> id = identity.id().or(() -> physical.id(address, notes));
        if (id.isEmpty()) {
            notes.add(
                    Note.Kind.NOT_KNOWN,
                    "vendor and device ids: the listing has names only; add -nn to lspci, or -x",
                    "",
                    address);
        }
        return id.orElse(DeviceId.NOT_KNOWN);
    }

    private void bridge(Bdf address, Reading reading, FoundFunction.Builder function) {
        Optional<Bridge> bridge = reading.bridge();
        if (bridge.isPresent() && bridge.get().isConfigured()) {
            function.buses(bridge.get().secondary(), bridge.get().subordinate());
        } else if (bridge.isPresent()) {
            notes.add(
                    Note.Kind.NOT_KNOWN,
                    "bus numbers of bridges that nobody configured: nothing can be below them",
                    "",
                    address);
        }
        bridge.ifPresent(known -> known.windows().forEach(function::window));
    }

    private void capabilities(Sighting seen, Reading reading, FoundFunction.Builder function) {
        Bdf address = seen.address();
        Capabilities capabilities = reading.capabilities();
        capabilities.names().forEach(function::capability);
        if (capabilities.ats() || extended.isWhole(seen, reading)) {
            function.ats(capabilities.ats());
        }
        capabilities.express().flatMap(Express::linkCapability).ifPresent(function::linkCapability);
        capabilities.express().flatMap(Express::linkStatus).ifPresent(function::linkStatus);
        boolean virtual = physical.of(address).isPresent();
        OptionalInt none = OptionalInt.empty();
        (virtual
                        ? physical.mps(address)
                        : capabilities.express().map(Express::mps).orElse(none))
                .ifPresent(function::mps);
        (virtual
                        ? physical.mrrs(address)
                        : capabilities.express().map(Express::mrrs).orElse(none))
                .ifPresent(function::mrrs);
    }

    /** Only where the bus numbers do not say it: the kernel takes the physical function's bridge. */
    private Optional<Bdf> upstreamBridge(Bdf address) {
        if (tree.above(address).isPresent()) {
            return Optional.empty();
        }
        Optional<Bdf> owner = physical.of(address);
        if (owner.isPresent()) {
            return tree.above(owner.get());
        }
        Optional<Bdf> forwarding = tree.forwarding(address);
        if (forwarding.isPresent() && tree.hasGaps(address)) {
            return Optional.empty();
        }
        if (forwarding.isPresent()) {
            notes.add(
                    Note.Kind.ASSUMED,
                    "functions on a bus that no bridge of the dump has as its secondary bus were put below the bridge"
                            + " that forwards to it, as virtual functions are",
                    "",
                    address);
        }
        return forwarding;
    }
}
