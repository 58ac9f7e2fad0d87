package org.p2psim.run.pciebench;

import java.util.List;
import java.util.Optional;
import org.p2psim.address.Bdf;
import org.p2psim.address.DeviceId;
import org.p2psim.platform.Cpu;
import org.p2psim.platform.Socket;
import org.p2psim.topology.Fabric;
import org.p2psim.topology.HostBridge;
import org.p2psim.topology.IommuMode;
import org.p2psim.topology.Link;
import org.p2psim.topology.PciFunction;
import org.p2psim.topology.PortType;

/**
 * A host of one socket with one device below a root port.
 *
 * @param device the NFP-6000 of pcie-bench, or whatever else reads and writes host memory
 */
record BenchMachine(Fabric fabric, PciFunction rootPort, PciFunction device) {
    static final String SOCKET = "s0";

    static BenchMachine of(Link link, IommuMode iommu) {
        Socket socket = new Socket(SOCKET, new Cpu("GenuineIntel", 6, 79));
        HostBridge bridge = new HostBridge("rc0", SOCKET, 0, 0, iommu, 0, 256, List.of());
        PciFunction rootPort =
                function("0000:00:01.0", "8086:6f02", PortType.ROOT_PORT, Optional.empty(), 1, Optional.of(link));
        PciFunction device = function(
                "0000:01:00.0", "19ee:6000", PortType.ENDPOINT, Optional.of(rootPort.address()), -1, Optional.empty());
        return new BenchMachine(
                Fabric.of(List.of(socket), List.of(bridge), List.of(rootPort, device)), rootPort, device);
    }

    HostBridge bridge() {
        return fabric.hostBridges().get(0);
    }

    private static PciFunction function(
            String address, String id, PortType type, Optional<Bdf> bridge, int secondaryBus, Optional<Link> link) {
        return new PciFunction(
                Bdf.parse(address),
                address,
                DeviceId.parse(id),
                type,
                bridge,
                secondaryBus,
                Optional.empty(),
                link,
                0,
                List.of(),
                List.of());
    }
}
