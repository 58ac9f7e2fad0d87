package org.p2psim.scenario.inventory.lspci;

import java.util.Map;
import org.p2psim.address.Bdf;
import org.p2psim.outcome.GroupedNotes;
import org.p2psim.outcome.Note;
import org.p2psim.scenario.inventory.HostFacts;
import org.p2psim.topology.PortType;

/** Finds out whether a dump shows the whole machine or devices that somebody chose. */
final class Completeness {
    private static final Bdf FIRST = new Bdf(0, 0, 0, 0);

    private final Listing listing;
    private final Map<Bdf, PortType> types;
    private final BusTree tree;
    private final HostFacts host;
    private final GroupedNotes notes;

    Completeness(Listing listing, Map<Bdf, PortType> types, BusTree tree, HostFacts host, GroupedNotes notes) {
        this.listing = listing;
        this.types = types;
        this.tree = tree;
        this.host = host;
        this.notes = notes;
    }

    /** Whether every function of a root bus that is mentioned is there, too. */
    boolean check() {
        boolean chosen = listing.sightings().stream().allMatch(Sighting::selected);
        boolean complete = !chosen && !isHeadless();
        for (Sighting seen : listing.sightings()) {
            if (lacksBridge(seen)) {
                complete = false;
                notes.add(
                        Note.Kind.CAUTION,
                        "the bridge above these functions, or its bus numbers, are not in the dump: it shows a part of"
                                + " the machine",
                        "",
                        seen.address());
            }
        }
        if (!complete) {
            notes.add(
                    Note.Kind.CAUTION,
                    "the dump does not show the whole machine: host bridges, and what else is on their buses, may be"
                            + " missing; run " + LspciReader.COMMAND + " without -s and -d",
                    "");
        }
        return complete;
    }

    /**
     * Nearly every machine has a function at 00:00.0, so that a listing without one may begin in the middle. Who
     * captured the host beside it did so on purpose: there, the function was removed.
     */
    private boolean isHeadless() {
        boolean firstDomain = types.keySet().stream().anyMatch(address -> address.domain() == 0);
        return firstDomain && !types.containsKey(FIRST) && host.kernel().isEmpty();
    }

    /** Ports of switches never are on a root bus; endpoints with a link are in virtual machines, on the first bus. */
    private boolean lacksBridge(Sighting seen) {
        Bdf address = seen.address();
        if (!tree.isKnown() || tree.above(address).isPresent()) {
            return false;
        }
        if (!tree.onRootBus(address)) {
            return tree.hasGaps(address);
        }
        return switch (types.getOrDefault(address, PortType.HOST_BRIDGE)) {
            case UPSTREAM_PORT, DOWNSTREAM_PORT -> !tree.hasHostBridge(address);
            case ENDPOINT, LEGACY_ENDPOINT ->
                address.bus() != 0
                        && !tree.hasHostBridge(address)
                        && seen.merged().capabilities().express().isPresent();
            case HOST_BRIDGE, ROOT_PORT, PCIE_TO_PCI_BRIDGE, RC_INTEGRATED_ENDPOINT -> false;
        };
    }
}
