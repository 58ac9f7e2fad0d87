package org.p2psim.run.flow;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import org.p2psim.address.AddressRange;
import org.p2psim.address.Bdf;
import org.p2psim.address.DeviceId;
import org.p2psim.platform.Cpu;
import org.p2psim.platform.Socket;
import org.p2psim.topology.Acs;
import org.p2psim.topology.AcsBit;
import org.p2psim.topology.Bar;
import org.p2psim.topology.Fabric;
import org.p2psim.topology.HostBridge;
import org.p2psim.topology.IommuMode;
import org.p2psim.topology.Link;
import org.p2psim.topology.PciFunction;
import org.p2psim.topology.PortType;
import org.p2psim.topology.SocketLink;
import org.p2psim.unit.Bytes;
import org.p2psim.unit.Ticks;

/** Grows a fabric function by function, with links and latencies; buses are numbered in the order of growth. */
final class Machine {
    private SocketLink socketLink = new SocketLink(Ticks.ofNanoseconds(50), OptionalLong.empty());
    static final long SWITCH = Ticks.ofNanoseconds(105);
    static final long ROOT_COMPLEX = Ticks.ofNanoseconds(200);
    static final long READ = Ticks.ofNanoseconds(400);

    private static final ImmutableList<IommuMode> IOMMU_MODES = ImmutableList.copyOf(IommuMode.values());

    private final List<Socket> sockets = new ArrayList<>();
    private final List<HostBridge> hostBridges = new ArrayList<>();
    private final List<PciFunction> functions = new ArrayList<>();
    private final Map<Integer, Integer> devicesOnBus = new HashMap<>();
    private int buses;

    Machine socket() {
        sockets.add(new Socket("s" + sockets.size(), new Cpu("GenuineIntel", 6, 85)));
        return this;
    }

    Machine hostBridge(IommuMode iommu, int p2pMaxPayload) {
        int bus = buses++;
        String socket = "s" + (sockets.size() - 1);
        hostBridges.add(new HostBridge("rc" + bus, socket, 0, bus, iommu, ROOT_COMPLEX, p2pMaxPayload, List.of()));
        return this;
    }

    PciFunction rootPort(Link link, AcsBit... acs) {
        int rootBus = hostBridges.get(hostBridges.size() - 1).bus();
        return add(PortType.ROOT_PORT, rootBus, Optional.empty(), Optional.of(link), 0, acs);
    }

    PciFunction upstreamPort(PciFunction port) {
        return below(port, PortType.UPSTREAM_PORT, Optional.empty(), SWITCH);
    }

    PciFunction downstreamPort(PciFunction upstreamPort, Link link, AcsBit... acs) {
        return below(upstreamPort, PortType.DOWNSTREAM_PORT, Optional.of(link), 0, acs);
    }

    PciFunction endpoint(PciFunction port) {
        return below(port, PortType.ENDPOINT, Optional.empty(), READ);
    }

    /** So many functions below a new switch, on links like that of the switch. */
    ImmutableList<PciFunction> belowASwitch(int count, Link link) {
        PciFunction upstreamPort = upstreamPort(rootPort(link));
        ImmutableList.Builder<PciFunction> below = ImmutableList.builder();
        for (int i = 0; i < count; i++) {
            below.add(endpoint(downstreamPort(upstreamPort, link)));
        }
        return below.build();
    }

    /** On the root bus, without a link. */
    PciFunction integratedEndpoint() {
        int rootBus = hostBridges.get(hostBridges.size() - 1).bus();
        return add(PortType.RC_INTEGRATED_ENDPOINT, rootBus, Optional.empty(), Optional.empty(), READ);
    }

    Fabric fabric() {
        return Fabric.of(sockets, Optional.of(socketLink), hostBridges, functions);
    }

    /** 50 ns and no limit, unless said otherwise. */
    Machine socketLink(SocketLink link) {
        socketLink = link;
        return this;
    }

    private PciFunction below(PciFunction bridge, PortType type, Optional<Link> link, long latency, AcsBit... acs) {
        return add(type, bridge.secondaryBus(), Optional.of(bridge.address()), link, latency, acs);
    }

    private PciFunction add(
            PortType type, int bus, Optional<Bdf> bridge, Optional<Link> link, long latency, AcsBit... acs) {
        Bdf address = new Bdf(0, bus, devicesOnBus.merge(bus, 1, Integer::sum) - 1, 0);
        List<Bar> bars = type.isEndpoint()
                ? List.of(new Bar(0, new AddressRange((functions.size() + 1) * Bytes.TIB, Bytes.TIB), true))
                : List.of();
        PciFunction function = new PciFunction(
                address,
                address.toString(),
                DeviceId.parse("1b21:0001"),
                type,
                bridge,
                type.isBridge() ? buses++ : -1,
                acs.length == 0 ? Optional.empty() : Optional.of(new Acs(0x7f, Acs.mask(List.of(acs)))),
                link,
                latency,
                bars,
                List.of());
        functions.add(function);
        return function;
    }

    /** One or two sockets, switches nested up to two deep, any links, any ACS, any IOMMU. */
    static Fabric random(SplittableRandom random) {
        Machine machine = new Machine();
        for (int socket = random.nextInt(1, 3); socket > 0; socket--) {
            machine.socket().hostBridge(IOMMU_MODES.get(random.nextInt(IOMMU_MODES.size())), 64 << random.nextInt(4));
            for (int port = random.nextInt(1, 4); port > 0; port--) {
                machine.growBelow(machine.rootPort(anyLink(random), anyAcs(random)), 2, random);
            }
        }
        return machine.fabric();
    }

    /** Two to four functions below one switch. */
    static Fabric oneSwitch(SplittableRandom random) {
        Machine machine = new Machine().socket().hostBridge(IommuMode.OFF, 64);
        PciFunction upstreamPort = machine.upstreamPort(machine.rootPort(anyLink(random)));
        for (int below = random.nextInt(2, 5); below > 0; below--) {
            machine.endpoint(machine.downstreamPort(upstreamPort, anyLink(random)));
        }
        return machine.fabric();
    }

    /** As {@link #random}, and with a link between sockets that may be a bottleneck, and functions on the root bus. */
    static Fabric rich(SplittableRandom random) {
        Machine machine = new Machine();
        if (random.nextBoolean()) {
            machine.socketLink(
                    new SocketLink(Ticks.ofNanoseconds(50), OptionalLong.of(random.nextLong(1, 41) * 1_000_000_000)));
        }
        for (int socket = random.nextInt(1, 3); socket > 0; socket--) {
            machine.socket().hostBridge(IOMMU_MODES.get(random.nextInt(IOMMU_MODES.size())), 64 << random.nextInt(4));
            for (int port = random.nextInt(1, 4); port > 0; port--) {
                machine.growBelow(machine.rootPort(anyLink(random), anyAcs(random)), 2, random);
            }
            if (random.nextInt(3) == 0) {
                machine.integratedEndpoint();
            }
        }
        return machine.fabric();
    }

    private void growBelow(PciFunction port, int depth, SplittableRandom random) {
        if (depth == 0 || random.nextInt(3) == 0) {
            endpoint(port);
            return;
        }
        PciFunction upstreamPort = upstreamPort(port);
        for (int below = random.nextInt(1, 4); below > 0; below--) {
            growBelow(downstreamPort(upstreamPort, anyLink(random), anyAcs(random)), depth - 1, random);
        }
    }

    private static Link anyLink(SplittableRandom random) {
        return new Link(random.nextInt(1, 7), 1 << random.nextInt(5));
    }

    private static AcsBit[] anyAcs(SplittableRandom random) {
        return random.nextBoolean()
                ? new AcsBit[0]
                : Acs.bits(random.nextInt(0x80)).toArray(new AcsBit[0]);
    }
}
