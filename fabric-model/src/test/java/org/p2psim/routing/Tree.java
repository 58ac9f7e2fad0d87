package org.p2psim.routing;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.p2psim.address.Bdf;
import org.p2psim.address.DeviceId;
import org.p2psim.platform.Cpu;
import org.p2psim.platform.Socket;
import org.p2psim.topology.Acs;
import org.p2psim.topology.AcsBit;
import org.p2psim.topology.Fabric;
import org.p2psim.topology.HostBridge;
import org.p2psim.topology.IommuMode;
import org.p2psim.topology.PciFunction;
import org.p2psim.topology.PortType;

/** Grows a fabric function by function; buses are numbered in the order of growth. */
final class Tree {
    static final Cpu ZEN = new Cpu("AuthenticAMD", 0x19, 1);
    static final Cpu XEON = new Cpu("GenuineIntel", 6, 85);

    private static final ImmutableList<IommuMode> IOMMU_MODES = ImmutableList.copyOf(IommuMode.values());

    private final List<Socket> sockets = new ArrayList<>();
    private final List<HostBridge> hostBridges = new ArrayList<>();
    private final List<PciFunction> functions = new ArrayList<>();
    private final Map<Integer, Integer> devicesOnBus = new HashMap<>();
    private int buses;

    Tree socket(Cpu cpu) {
        sockets.add(new Socket("s" + sockets.size(), cpu));
        return this;
    }

    /** On the newest socket, with a function at 00.0 that stands for it. */
    Tree hostBridge(IommuMode iommu, String id) {
        int bus = buses++;
        hostBridges.add(new HostBridge("rc" + bus, "s" + (sockets.size() - 1), 0, bus, iommu, 0, 64, List.of()));
        add("host bridge " + bus, PortType.HOST_BRIDGE, bus, Optional.empty(), id, Optional.empty());
        return this;
    }

    PciFunction rootPort(String name, AcsBit... acs) {
        return add(name, PortType.ROOT_PORT, rootBus(), Optional.empty(), "8086:2030", acs(acs));
    }

    PciFunction integrated(String name) {
        return add(name, PortType.RC_INTEGRATED_ENDPOINT, rootBus(), Optional.empty(), "8086:0b25", Optional.empty());
    }

    PciFunction upstreamPort(String name, PciFunction port) {
        return below(port, name, PortType.UPSTREAM_PORT, Optional.empty());
    }

    PciFunction downstreamPort(String name, PciFunction upstreamPort, AcsBit... acs) {
        return below(upstreamPort, name, PortType.DOWNSTREAM_PORT, acs(acs));
    }

    PciFunction endpoint(String name, PciFunction port) {
        return below(port, name, PortType.ENDPOINT, Optional.empty());
    }

    PciFunction pciBridge(String name, PciFunction port) {
        return below(port, name, PortType.PCIE_TO_PCI_BRIDGE, Optional.empty());
    }

    Fabric fabric() {
        return Fabric.of(sockets, hostBridges, functions);
    }

    private int rootBus() {
        return hostBridges.get(hostBridges.size() - 1).bus();
    }

    private PciFunction below(PciFunction bridge, String name, PortType type, Optional<Acs> acs) {
        return add(name, type, bridge.secondaryBus(), Optional.of(bridge.address()), "1b21:0001", acs);
    }

    private PciFunction add(String name, PortType type, int bus, Optional<Bdf> bridge, String id, Optional<Acs> acs) {
        int device = devicesOnBus.merge(bus, 1, Integer::sum) - 1;
        PciFunction function = new PciFunction(
                new Bdf(0, bus, device, 0),
                name,
                DeviceId.parse(id),
                type,
                bridge,
                type.isBridge() ? buses++ : -1,
                acs,
                Optional.empty(),
                0,
                List.of(),
                List.of());
        functions.add(function);
        return function;
    }

    private static Optional<Acs> acs(AcsBit... bits) {
        return bits.length == 0 ? Optional.empty() : Optional.of(new Acs(0x7f, Acs.mask(List.of(bits))));
    }

    /** One or two sockets, up to four host bridges, switches nested up to three deep, ACS bits anywhere. */
    static Fabric random(SplittableRandom random) {
        Tree tree = new Tree();
        for (int socket = random.nextInt(1, 3); socket > 0; socket--) {
            tree.socket(random.nextBoolean() ? ZEN : XEON);
            for (int bridge = random.nextInt(1, 3); bridge > 0; bridge--) {
                tree.hostBridge(
                        IOMMU_MODES.get(random.nextInt(IOMMU_MODES.size())),
                        random.nextBoolean() ? "8086:2020" : "8086:29c0");
                if (random.nextInt(4) == 0) {
                    tree.integrated("integrated");
                }
                for (int port = random.nextInt(1, 4); port > 0; port--) {
                    tree.growBelow(tree.rootPort("root port", someBits(random)), 3, random);
                }
            }
        }
        return tree.fabric();
    }

    private void growBelow(PciFunction port, int depth, SplittableRandom random) {
        if (depth == 0 || random.nextInt(3) == 0) {
            for (int function = random.nextInt(1, 3); function > 0; function--) {
                endpoint("endpoint", port);
            }
            return;
        }
        PciFunction upstreamPort = upstreamPort("upstream port", port);
        for (int below = random.nextInt(1, 4); below > 0; below--) {
            growBelow(downstreamPort("downstream port", upstreamPort, someBits(random)), depth - 1, random);
        }
    }

    private static AcsBit[] someBits(SplittableRandom random) {
        int mask = random.nextBoolean() ? 0 : random.nextInt(0x80);
        return Acs.bits(mask).toArray(new AcsBit[0]);
    }
}
