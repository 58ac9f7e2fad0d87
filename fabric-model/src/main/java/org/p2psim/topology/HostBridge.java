package org.p2psim.topology;

import com.google.common.collect.ImmutableList;
import java.util.List;

/**
 * A host bridge: one root bus of a root complex, which is what Linux counts as a host bridge.
 *
 * @param socket the id of the socket whose root complex this is
 * @param domain PCI domain (segment) of the root bus
 * @param bus number of the root bus
 * @param iommu mode of the IOMMU that serves this root bus
 * @param p2pLatency time of a TLP from root port to root port inside the root complex, ticks
 * @param p2pMaxPayload largest payload of a TLP that the root complex forwards to a peer, bytes: larger ones are cut
 * @param windows the memory that the CPU routes to this root bus
 */
public record HostBridge(
        String name,
        String socket,
        int domain,
        int bus,
        IommuMode iommu,
        long p2pLatency,
        int p2pMaxPayload,
        List<Window> windows) {
    public HostBridge {
        windows = ImmutableList.copyOf(windows);
    }

    /** {@code 0000:16}: domain and root bus number. */
    public String rootBus() {
        return "%04x:%02x".formatted(domain, bus);
    }

    public HostBridge withWindows(List<Window> newWindows) {
        return new HostBridge(name, socket, domain, bus, iommu, p2pLatency, p2pMaxPayload, newWindows);
    }
}
