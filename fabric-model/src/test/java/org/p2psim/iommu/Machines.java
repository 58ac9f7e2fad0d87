package org.p2psim.iommu;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import org.p2psim.address.Bdf;
import org.p2psim.address.DeviceId;
import org.p2psim.platform.Cpu;
import org.p2psim.platform.Socket;
import org.p2psim.topology.Acs;
import org.p2psim.topology.Fabric;
import org.p2psim.topology.HostBridge;
import org.p2psim.topology.IommuMode;
import org.p2psim.topology.PciFunction;
import org.p2psim.topology.PortType;

/** Builds machines by hand or by chance; buses below bridges are numbered in the order of building. */
final class Machines {
    /** What every port of QEMU and many others offer: SV, TB, RR, CR, UF, DT; and what Linux turns on of it. */
    static final Optional<Acs> ON = Optional.of(new Acs(0x5f, 0x1d));

    static final Optional<Acs> OFF = Optional.of(new Acs(0x5f, 0));
    static final Optional<Acs> NONE = Optional.empty();
    static final Optional<Acs> NOT_KNOWN = Optional.of(Acs.NOT_KNOWN);

    private static final List<String> IDS = List.of(
            "1b36:000c", "1b36:000c", "1b36:000c", "8086:8c10", "8086:a110", "111d:80b5", "8086:10c9", "1d17:9999");

    private final List<HostBridge> hostBridges = new ArrayList<>();
    private final List<PciFunction> functions = new ArrayList<>();
    private final Set<Bdf> virtualFunctions = new LinkedHashSet<>();
    private int nextBus = 0x40;

    Machines hostBridge(int domain, int bus, IommuMode iommu) {
        hostBridges.add(new HostBridge("rc%x-%x".formatted(domain, bus), "0", domain, bus, iommu, 0, 64, List.of()));
        return this;
    }

    /** On a root bus, the address in full. */
    PciFunction root(String address, PortType type, String id, Optional<Acs> acs) {
        return add(Bdf.parse(address), type, id, Optional.empty(), acs);
    }

    /** Below a bridge; of the address only device and function, as in {@code 00.1}. */
    PciFunction below(PciFunction bridge, String address, PortType type, String id, Optional<Acs> acs) {
        Bdf local = Bdf.parse("00:" + address);
        return add(
                new Bdf(bridge.address().domain(), bridge.secondaryBus(), local.device(), local.function()),
                type,
                id,
                Optional.of(bridge.address()),
                acs);
    }

    PciFunction endpoint(PciFunction bridge, String address) {
        return below(bridge, address, PortType.ENDPOINT, "10de:2330", NONE);
    }

    private PciFunction add(Bdf address, PortType type, String id, Optional<Bdf> bridge, Optional<Acs> acs) {
        PciFunction function =
                PciFunction.of(address, DeviceId.parse(id), type, bridge, type.isBridge() ? nextBus++ : -1, acs);
        functions.add(function);
        return function;
    }

    Fabric fabric() {
        return fabric(functions);
    }

    Fabric fabric(List<PciFunction> others) {
        return Fabric.of(List.of(new Socket("0", new Cpu("GenuineIntel", 6, 85))), hostBridges, others);
    }

    List<PciFunction> functions() {
        return functions;
    }

    Set<Bdf> virtualFunctions() {
        return virtualFunctions;
    }

    /** One to three root buses, root ports and integrated endpoints, switches, bridges to conventional PCI. */
    static Machines random(SplittableRandom random) {
        Machines machine = new Machines();
        for (int bridge = random.nextInt(1, 4); bridge > 0; bridge--) {
            int bus = bridge * 8;
            int domain = random.nextInt(8) == 0 ? 0x10000 : 0;
            machine.hostBridge(domain, bus, random.nextInt(5) == 0 ? IommuMode.OFF : IommuMode.TRANSLATING);
            for (int device = 0; device < random.nextInt(1, 5); device++) {
                PortType type = switch (random.nextInt(6)) {
                    case 0 -> PortType.HOST_BRIDGE;
                    case 1 -> PortType.RC_INTEGRATED_ENDPOINT;
                    case 2 -> PortType.PCIE_TO_PCI_BRIDGE;
                    default -> PortType.ROOT_PORT;
                };
                for (int function = 0; function < random.nextInt(1, 4); function++) {
                    PciFunction made = machine.add(
                            new Bdf(domain, bus, device, function), type, id(random), Optional.empty(), acs(random));
                    machine.grow(made, 3, random);
                }
            }
        }
        return machine;
    }

    private void grow(PciFunction above, int depth, SplittableRandom random) {
        if (!above.type().isBridge() || nextBus > 0x70) {
            return;
        }
        boolean ports = above.type() == PortType.UPSTREAM_PORT;
        int devices = above.type().hasLinkBelow() ? 1 : random.nextInt(1, 4);
        for (int device = 0; device < devices; device++) {
            PortType type = ports ? PortType.DOWNSTREAM_PORT : typeBelow(above, depth, random);
            for (int function = 0; function < random.nextInt(1, 4); function++) {
                PciFunction made = below(above, "%02x.%x".formatted(device, function), type, id(random), acs(random));
                if (type == PortType.ENDPOINT && function > 0 && random.nextInt(4) == 0) {
                    virtualFunctions.add(made.address());
                }
                grow(made, depth - 1, random);
            }
        }
    }

    private static PortType typeBelow(PciFunction above, int depth, SplittableRandom random) {
        if (above.type() == PortType.PCIE_TO_PCI_BRIDGE) {
            return depth > 0 && random.nextInt(4) == 0 ? PortType.PCIE_TO_PCI_BRIDGE : PortType.LEGACY_ENDPOINT;
        }
        return switch (depth > 0 ? random.nextInt(4) : 3) {
            case 0, 1 -> PortType.UPSTREAM_PORT;
            case 2 -> PortType.PCIE_TO_PCI_BRIDGE;
            default -> PortType.ENDPOINT;
        };
    }

    private static String id(SplittableRandom random) {
        return IDS.get(random.nextInt(IDS.size()));
    }

    private static Optional<Acs> acs(SplittableRandom random) {
        return switch (random.nextInt(6)) {
            case 0 -> NOT_KNOWN;
            case 1 -> NONE;
            case 2 -> Optional.of(new Acs(random.nextInt(1, 0x80), 0, random.nextInt(0x80)));
            case 3 -> Optional.of(new Acs(random.nextInt(0x80), random.nextInt(0x80)));
            default -> ON;
        };
    }
}
