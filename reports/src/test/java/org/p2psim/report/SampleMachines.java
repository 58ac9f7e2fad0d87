package org.p2psim.report;

import static org.p2psim.report.SampleParts.ns;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.p2psim.address.AddressRange;
import org.p2psim.address.Bdf;
import org.p2psim.address.DeviceId;
import org.p2psim.outcome.Machine;
import org.p2psim.outcome.PairOutcome;
import org.p2psim.p2p.P2pdma;
import org.p2psim.platform.Cpu;
import org.p2psim.platform.KernelRelease;
import org.p2psim.platform.KernelRules;
import org.p2psim.platform.Socket;
import org.p2psim.topology.Acs;
import org.p2psim.topology.Bar;
import org.p2psim.topology.Fabric;
import org.p2psim.topology.HostBridge;
import org.p2psim.topology.IommuMode;
import org.p2psim.topology.Link;
import org.p2psim.topology.PciFunction;
import org.p2psim.topology.PortType;
import org.p2psim.unit.Bytes;

/** Machines of sample outcomes: two functions below one switch, in a guest, or many below nested switches of two sockets. */
public final class SampleMachines {
    public static final Cpu CASCADE_LAKE = new Cpu("GenuineIntel", 6, 85);
    public static final Cpu EPYC = new Cpu("AuthenticAMD", 25, 1);
    static final Link GEN4 = new Link(4, 16);
    static final Acs ACS_OFF = new Acs(0x1f, 0);
    static final Acs ACS_REDIRECT = new Acs(0x1f, 0x1d);

    private SampleMachines() {}

    static Fabric oneSwitch(Acs acs, IommuMode iommu, String provider, String client) {
        Bdf root = Bdf.parse("0000:16:02.0");
        Bdf upstream = Bdf.parse("0000:17:00.0");
        return Fabric.of(
                List.of(new Socket("s0", CASCADE_LAKE)),
                List.of(new HostBridge("rc0", "s0", 0, 0x16, iommu, ns(150), 256, List.of())),
                List.of(
                        PciFunction.of(
                                Bdf.parse("0000:16:00.0"),
                                DeviceId.parse("8086:2024"),
                                PortType.HOST_BRIDGE,
                                Optional.empty(),
                                -1,
                                Optional.empty()),
                        function(root, "rp0", PortType.ROOT_PORT, Optional.empty(), 0x17, Optional.of(acs)),
                        function(upstream, "sw0", PortType.UPSTREAM_PORT, Optional.of(root), 0x18, Optional.empty()),
                        function(
                                Bdf.parse("0000:18:00.0"),
                                "dp0",
                                PortType.DOWNSTREAM_PORT,
                                Optional.of(upstream),
                                0x19,
                                Optional.of(acs)),
                        endpoint(
                                "0000:19:00.0",
                                provider,
                                "1da3:1000",
                                Optional.of(Bdf.parse("0000:18:00.0")),
                                0x3800_0000_0000L),
                        function(
                                Bdf.parse("0000:18:01.0"),
                                "dp1",
                                PortType.DOWNSTREAM_PORT,
                                Optional.of(upstream),
                                0x1a,
                                Optional.of(acs)),
                        endpoint(
                                "0000:1a:00.0",
                                client,
                                "15b3:101b",
                                Optional.of(Bdf.parse("0000:18:01.0")),
                                0x3900_0000_0000L)));
    }

    static Fabric q35(String provider, String client) {
        Bdf first = Bdf.parse("0000:00:02.0");
        Bdf second = Bdf.parse("0000:00:03.0");
        return Fabric.of(
                List.of(new Socket("s0", CASCADE_LAKE)),
                List.of(new HostBridge("pcie.0", "s0", 0, 0, IommuMode.OFF, 0, 256, List.of())),
                List.of(
                        PciFunction.of(
                                Bdf.parse("0000:00:00.0"),
                                DeviceId.parse("8086:29c0"),
                                PortType.HOST_BRIDGE,
                                Optional.empty(),
                                -1,
                                Optional.empty()),
                        function(first, "rp1", PortType.ROOT_PORT, Optional.empty(), 1, Optional.of(ACS_OFF)),
                        endpoint("0000:01:00.0", provider, "1da3:1000", Optional.of(first), 0x38_0000_0000L),
                        function(second, "rp2", PortType.ROOT_PORT, Optional.empty(), 2, Optional.of(ACS_OFF)),
                        endpoint("0000:02:00.0", client, "15b3:101b", Optional.of(second), 0x40_0000_0000L)));
    }

    static Fabric nested(int sockets, int perSwitch, Acs acs, IommuMode iommu, Cpu cpu) {
        List<Socket> cpus = new ArrayList<>();
        List<HostBridge> bridges = new ArrayList<>();
        List<PciFunction> functions = new ArrayList<>();
        int cards = 0;
        for (int s = 0; s < sockets; s++) {
            int bus = 0x20 + 0x40 * s;
            cpus.add(new Socket("s" + s, cpu));
            bridges.add(new HostBridge("rc" + s, "s" + s, 0, bus, iommu, ns(150), 256, List.of()));
            String bridgeId = cpu.isAmdZen() ? "1022:1480" : "8086:09a2";
            functions.add(PciFunction.of(
                    new Bdf(0, bus, 0, 0),
                    DeviceId.parse(bridgeId),
                    PortType.HOST_BRIDGE,
                    Optional.empty(),
                    -1,
                    Optional.empty()));
            Bdf root = new Bdf(0, bus, 1, 0);
            functions.add(function(root, "rp" + s, PortType.ROOT_PORT, Optional.empty(), bus + 1, Optional.of(acs)));
            Bdf top = new Bdf(0, bus + 1, 0, 0);
            functions.add(
                    function(top, "sw" + s, PortType.UPSTREAM_PORT, Optional.of(root), bus + 2, Optional.empty()));
            int next = bus + 3;
            for (int inner = 0; inner < 2; inner++) {
                Bdf down = new Bdf(0, bus + 2, inner, 0);
                String name = "sw" + s + "-" + inner;
                functions.add(function(
                        down, name + "-in", PortType.DOWNSTREAM_PORT, Optional.of(top), next, Optional.of(acs)));
                Bdf upstream = new Bdf(0, next++, 0, 0);
                int slots = next++;
                functions.add(
                        function(upstream, name, PortType.UPSTREAM_PORT, Optional.of(down), slots, Optional.empty()));
                for (int slot = 0; slot < perSwitch; slot++) {
                    Bdf slotPort = new Bdf(0, slots, slot, 0);
                    functions.add(function(
                            slotPort,
                            name + "-dp" + slot,
                            PortType.DOWNSTREAM_PORT,
                            Optional.of(upstream),
                            next,
                            Optional.of(acs)));
                    boolean nic = slot == perSwitch - 1 && perSwitch > 1;
                    functions.add(endpoint(
                            new Bdf(0, next++, 0, 0).toString(),
                            (nic ? "nic" : "gpu") + cards++,
                            nic ? "15b3:1021" : "10de:2330",
                            Optional.of(slotPort),
                            (0x1000L + cards) << 36));
                }
            }
        }
        return Fabric.of(cpus, bridges, functions);
    }

    /** A bridge, with the link below it if there is one; or an endpoint without BARs. */
    public static PciFunction function(
            Bdf address, String name, PortType type, Optional<Bdf> above, int secondary, Optional<Acs> acs) {
        return new PciFunction(
                address,
                name,
                DeviceId.parse("10b5:8796"),
                type,
                above,
                secondary,
                acs,
                type.hasLinkBelow() ? Optional.of(GEN4) : Optional.empty(),
                type == PortType.UPSTREAM_PORT ? ns(105) : 0,
                List.of(),
                List.of());
    }

    private static PciFunction endpoint(String address, String name, String id, Optional<Bdf> above, long base) {
        return new PciFunction(
                Bdf.parse(address),
                name,
                DeviceId.parse(id),
                PortType.ENDPOINT,
                above,
                -1,
                Optional.empty(),
                Optional.empty(),
                ns(350),
                List.of(new Bar(4, new AddressRange(base, 32 * Bytes.GIB), true)),
                List.of());
    }

    public static List<PairOutcome> matrix(Machine machine) {
        P2pdma p2pdma =
                new P2pdma(machine.fabric(), machine.cpu(), KernelRules.of(KernelRelease.parse(machine.kernel())));
        List<PairOutcome> pairs = new ArrayList<>();
        for (PciFunction provider : machine.fabric().endpoints()) {
            for (PciFunction client : machine.fabric().endpoints()) {
                if (!provider.equals(client)) {
                    pairs.add(new PairOutcome(
                            provider.name(), client.name(), p2pdma.verdict(provider.address(), client.address())));
                }
            }
        }
        return pairs;
    }
}
