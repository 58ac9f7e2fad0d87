package org.p2psim.topology;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Optional;

/**
 * The two ways up from a provider and a client. With a common bridge (which may be one of the two), each side ends
 * just below it, and it is left out of both; without one, each side ends on its root bus.
 */
public record Path(List<PciFunction> providerSide, List<PciFunction> clientSide, Optional<PciFunction> common) {
    public Path {
        providerSide = ImmutableList.copyOf(providerSide);
        clientSide = ImmutableList.copyOf(clientSide);
    }

    /**
     * What the kernel counts (p2pdma.c, {@code calc_map_type_and_dist()}): every function passed on both sides; the
     * host bridge is not one.
     */
    public int hops() {
        return providerSide.size() + clientSide.size();
    }
}
