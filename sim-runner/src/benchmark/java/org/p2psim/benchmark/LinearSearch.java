package org.p2psim.benchmark;

import org.p2psim.p2p.MapType;
import org.p2psim.p2p.P2pdma;
import org.p2psim.topology.Fabric;
import org.p2psim.topology.Path;
import org.p2psim.topology.PciFunction;

/** The decision as one writes it down first: both ways up as lists, searched for the first function in common. */
final class LinearSearch {
    private final Fabric fabric;
    private final P2pdma p2pdma;

    LinearSearch(Fabric fabric, P2pdma p2pdma) {
        this.fabric = fabric;
        this.p2pdma = p2pdma;
    }

    MapType mapType(PciFunction provider, PciFunction client) {
        Path path = fabric.path(provider, client);
        boolean redirects = path.common().filter(PciFunction::redirects).isPresent()
                || path.providerSide().stream().anyMatch(PciFunction::redirects)
                || path.clientSide().stream().anyMatch(PciFunction::redirects);
        if (path.common().isPresent() && !redirects) {
            return MapType.BUS_ADDR;
        }
        return p2pdma.trustsRootComplex(provider, client) ? MapType.THRU_HOST_BRIDGE : MapType.NOT_SUPPORTED;
    }
}
