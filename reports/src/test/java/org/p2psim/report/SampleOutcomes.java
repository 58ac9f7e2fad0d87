package org.p2psim.report;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.p2psim.address.AddressRange;
import org.p2psim.address.Bdf;
import org.p2psim.address.DeviceId;
import org.p2psim.outcome.Answer;
import org.p2psim.outcome.Answer.Layer;
import org.p2psim.outcome.Answer.LayerAnswer;
import org.p2psim.outcome.Event;
import org.p2psim.outcome.ExpectationOutcome;
import org.p2psim.outcome.Guest;
import org.p2psim.outcome.InvariantOutcome;
import org.p2psim.outcome.Latency;
import org.p2psim.outcome.LinkUse;
import org.p2psim.outcome.Machine;
import org.p2psim.outcome.Note;
import org.p2psim.outcome.PairOutcome;
import org.p2psim.outcome.Provenance;
import org.p2psim.outcome.RunOutcome;
import org.p2psim.outcome.SgTableOutcome;
import org.p2psim.outcome.TransferOutcome;
import org.p2psim.outcome.TransferOutcome.RouteHop;
import org.p2psim.p2p.P2pdma;
import org.p2psim.platform.Cpu;
import org.p2psim.platform.Errno;
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
import org.p2psim.unit.Ticks;

/** Outcomes put together by hand, as a run would produce them; the verdicts are those of the kernel's rules. */
public final class SampleOutcomes {
    public static final Cpu CASCADE_LAKE = new Cpu("GenuineIntel", 6, 85);
    public static final Cpu EPYC = new Cpu("AuthenticAMD", 25, 1);
    private static final Link GEN4 = new Link(4, 16);
    private static final Acs ACS_OFF = new Acs(0x1f, 0);
    private static final Acs ACS_REDIRECT = new Acs(0x1f, 0x1d);

    private SampleOutcomes() {}

    /** One switch, no redirect: works straight through the switch. */
    public static RunOutcome bareMetal() {
        return bareMetal("gaudi0", "nic0");
    }

    /** The same with any names. */
    public static RunOutcome bareMetal(String provider, String client) {
        Fabric fabric = oneSwitch(ACS_OFF, IommuMode.OFF, provider, client);
        Machine machine = new Machine("5.15", "", CASCADE_LAKE, fabric);
        List<RouteHop> route = List.of(
                hop(RouteHop.Kind.LINK_UP, "0000:18:00.0", "dp0"),
                new RouteHop(RouteHop.Kind.SWITCH, Optional.of(Bdf.parse("0000:17:00.0")), "sw0"),
                hop(RouteHop.Kind.LINK_DOWN, "0000:18:01.0", "dp1"));
        return new RunOutcome(
                provenance(),
                "Gaudi exports HBM to an RDMA NIC, bare metal against VM",
                Optional.of("[PATCH v6 2/2] habanalabs: add support for dma-buf exporter, 2021-09-28"),
                "bare-metal",
                us(2_413),
                new Answer(
                        true,
                        provider + " to " + client,
                        "works",
                        "BUS_ADDR, distance 4, 27.90 GB/s",
                        List.of(
                                new LayerAnswer(
                                        Layer.KERNEL, "BUS_ADDR", "No function on the way redirects, distance 4."),
                                new LayerAnswer(Layer.GATE, "allowed", "habanalabs exports BAR 4 by dma-buf."),
                                new LayerAnswer(Layer.DELIVERY, "direct", "TLPs turn around in sw0."),
                                new LayerAnswer(Layer.EFFECT, "works", "64 MiB arrived."))),
                machine,
                Optional.empty(),
                matrix(machine),
                List.of(new SgTableOutcome(
                        "mr0",
                        "buf",
                        us(1),
                        SgTableOutcome.Addresses.PHYSICAL,
                        List.of(new SgTableOutcome.Entry(0x3800_2400_0000L, 64 * Bytes.MIB)),
                        List.of())),
                List.of(
                        new Event(
                                0,
                                0,
                                0,
                                "buf",
                                "export",
                                Event.Kind.DONE,
                                Optional.empty(),
                                provider + " exports 64 MiB"),
                        new Event(
                                1,
                                us(1),
                                us(1),
                                "mr0",
                                "attach",
                                Event.Kind.EFFECT,
                                Optional.empty(),
                                client + " attaches: map type BUS_ADDR, distance 4"),
                        new Event(
                                2,
                                us(1),
                                us(3),
                                "mr0",
                                "register-mr",
                                Event.Kind.DONE,
                                Optional.empty(),
                                "MR of 64 MiB registered, one segment"),
                        new Event(
                                3,
                                us(10),
                                us(2_413),
                                "read0",
                                "rdma-read",
                                Event.Kind.DONE,
                                Optional.empty(),
                                "64 MiB in 2.403 ms")),
                List.of(new TransferOutcome(
                        "read0",
                        "rdma-read",
                        client,
                        provider,
                        64 * Bytes.MIB,
                        64 * Bytes.MIB,
                        us(10),
                        us(2_413),
                        Optional.empty(),
                        route,
                        List.of(),
                        GEN4.bytesPerSecond(),
                        latency(1_000, ns(812), ns(2_950)))),
                List.of(
                        use("0000:18:00.0", "dp0 - " + provider, LinkUse.Direction.UPSTREAM, 64 * Bytes.MIB, 88),
                        use("0000:18:01.0", "dp1 - " + client, LinkUse.Direction.UPSTREAM, 0, 11),
                        use("0000:18:01.0", "dp1 - " + client, LinkUse.Direction.DOWNSTREAM, 64 * Bytes.MIB, 88)),
                List.of(
                        new InvariantOutcome("I-01", "No DMA reaches memory after its unmap.", 412, Optional.empty()),
                        new InvariantOutcome(
                                "I-02", "A buffer is not moved while an importer maps it.", 7, Optional.empty())),
                List.of(
                        new ExpectationOutcome(
                                "p2p " + provider + " to " + client + " is BUS_ADDR, distance 4",
                                "BUS_ADDR, distance 4",
                                true,
                                41),
                        new ExpectationOutcome("mr0 is registered", "registered", true, 42)),
                notes());
    }

    /** The same two functions passed through to a guest: refused. */
    public static RunOutcome vm() {
        return vm("gaudi0", "nic0");
    }

    public static RunOutcome vm(String provider, String client) {
        Machine host =
                new Machine("5.15", "", CASCADE_LAKE, oneSwitch(ACS_REDIRECT, IommuMode.TRANSLATING, provider, client));
        Machine guest = new Machine("5.15", "", CASCADE_LAKE, q35(provider, client));
        return new RunOutcome(
                provenance(),
                "Gaudi exports HBM to an RDMA NIC, bare metal against VM",
                Optional.of("[PATCH v6 2/2] habanalabs: add support for dma-buf exporter, 2021-09-28"),
                "vm",
                us(10),
                new Answer(
                        false,
                        provider + " to " + client,
                        "is refused",
                        "register-mr fails with -EPERM because the guest kernel sees no upstream bridge in common",
                        List.of(
                                new LayerAnswer(
                                        Layer.KERNEL, "NOT_SUPPORTED", "No common upstream bridge in the guest."),
                                new LayerAnswer(Layer.GATE, "not known", "The attach is refused before."),
                                new LayerAnswer(Layer.DELIVERY, "not asked", "Nothing is sent."),
                                new LayerAnswer(Layer.EFFECT, "-EPERM", "ibv_reg_dmabuf_mr() fails."))),
                host,
                Optional.of(new Guest(
                        "q35",
                        guest,
                        List.of(
                                new Guest.PassedThrough(provider, Bdf.parse("0000:01:00.0"), Bdf.parse("0000:19:00.0")),
                                new Guest.PassedThrough(
                                        client, Bdf.parse("0000:02:00.0"), Bdf.parse("0000:1a:00.0"))))),
                matrix(guest),
                List.of(),
                List.of(
                        new Event(
                                0,
                                0,
                                0,
                                "buf",
                                "export",
                                Event.Kind.DONE,
                                Optional.empty(),
                                provider + " exports 64 MiB"),
                        new Event(
                                1,
                                us(1),
                                us(1),
                                "mr0",
                                "register-mr",
                                Event.Kind.REFUSED,
                                Optional.of(Errno.EPERM),
                                "the exporter's attach refuses: distance -1"),
                        new Event(
                                2,
                                us(10),
                                us(10),
                                "read0",
                                "rdma-read",
                                Event.Kind.REFUSED,
                                Optional.of(Errno.EINVAL),
                                "there is no MR mr0"),
                        new Event(
                                3,
                                us(10),
                                us(10),
                                "buf",
                                "invariant",
                                Event.Kind.VIOLATION,
                                Optional.empty(),
                                "I-02 broke: buf was moved while mapped")),
                List.of(new TransferOutcome(
                        "read0",
                        "rdma-read",
                        client,
                        provider,
                        64 * Bytes.MIB,
                        0,
                        us(10),
                        us(10),
                        Optional.of(Errno.EINVAL),
                        List.of(),
                        List.of(),
                        0,
                        Latency.NONE)),
                List.of(),
                List.of(
                        new InvariantOutcome("I-01", "No DMA reaches memory after its unmap.", 3, Optional.empty()),
                        new InvariantOutcome(
                                "I-02",
                                "A buffer is not moved while an importer maps it.",
                                2,
                                Optional.of(new InvariantOutcome.Violation(
                                        us(10), 3, "buf moved while mr0 maps it", 0, 1)))),
                List.of(
                        new ExpectationOutcome(
                                "p2p " + provider + " to " + client + " is NOT_SUPPORTED", "NOT_SUPPORTED", true, 45),
                        new ExpectationOutcome("mr0 answers EPERM", "EPERM", true, 46),
                        new ExpectationOutcome("no invariant broken", "I-02 broke", false, 47)),
                notes());
    }

    /** Two AMD sockets with redirect and IOMMU: works through both host bridges. */
    public static RunOutcome twoSockets() {
        return large("two-socket", 2, 1, ACS_REDIRECT, IommuMode.IDENTITY, EPYC);
    }

    /** Five variants of a machine with two sockets and sixteen endpoints below nested switches. */
    public static List<RunOutcome> fiveVariants() {
        return List.of(
                large("acs-off", 2, 4, ACS_OFF, IommuMode.OFF, CASCADE_LAKE),
                large("acs-on", 2, 4, ACS_REDIRECT, IommuMode.OFF, CASCADE_LAKE),
                large("iommu-pt", 2, 4, ACS_REDIRECT, IommuMode.IDENTITY, CASCADE_LAKE),
                large("iommu-on", 2, 4, ACS_REDIRECT, IommuMode.TRANSLATING, CASCADE_LAKE),
                large("amd", 2, 4, ACS_REDIRECT, IommuMode.IDENTITY, EPYC));
    }

    /** Each socket: one host bridge, one root port, a switch with two switches below, each with so many endpoints. */
    public static RunOutcome large(String variant, int sockets, int perSwitch, Acs acs, IommuMode iommu, Cpu cpu) {
        Fabric fabric = nested(sockets, perSwitch, acs, iommu, cpu);
        Machine machine = new Machine("6.12.107", "iommu=pt", cpu, fabric);
        ImmutableList<PciFunction> endpoints = fabric.endpoints();
        PciFunction from = endpoints.get(0);
        PciFunction to = endpoints.get(endpoints.size() - 1);
        List<RouteHop> route = new ArrayList<>();
        for (PciFunction function : fabric.wayUp(from)) {
            if (function.type().hasLinkBelow()) {
                route.add(new RouteHop(RouteHop.Kind.LINK_UP, Optional.of(function.address()), function.name()));
            }
        }
        route.add(new RouteHop(RouteHop.Kind.ROOT_COMPLEX, Optional.empty(), "rc0"));
        if (iommu == IommuMode.TRANSLATING) {
            route.add(new RouteHop(RouteHop.Kind.IOMMU, Optional.empty(), "rc0"));
        }
        route.add(new RouteHop(RouteHop.Kind.SOCKET_LINK, Optional.empty(), "s0 - s1"));
        for (PciFunction function : fabric.wayUp(to).reverse()) {
            if (function.type().hasLinkBelow()) {
                route.add(new RouteHop(RouteHop.Kind.LINK_DOWN, Optional.of(function.address()), function.name()));
            }
        }
        boolean works = cpu.isAmdZen();
        List<LinkUse> uses = new ArrayList<>();
        if (works) {
            for (RouteHop hop : route) {
                hop.port()
                        .ifPresent(port -> uses.add(use(
                                port.toString(),
                                hop.name(),
                                hop.kind() == RouteHop.Kind.LINK_UP
                                        ? LinkUse.Direction.UPSTREAM
                                        : LinkUse.Direction.DOWNSTREAM,
                                256 * Bytes.MIB,
                                61)));
            }
        }
        return new RunOutcome(
                provenance(),
                "Sixteen cards in a dual-socket box",
                Optional.empty(),
                variant,
                us(20_000),
                new Answer(
                        works,
                        "gpu0 to " + to.name(),
                        works ? "works" : "is refused",
                        works
                                ? "THRU_HOST_BRIDGE, distance %d, 17.41 GB/s"
                                        .formatted(fabric.path(from, to).hops())
                                : "attach fails with -EOPNOTSUPP because the host bridge is not listed",
                        List.of(new LayerAnswer(
                                Layer.KERNEL,
                                works ? "THRU_HOST_BRIDGE" : "NOT_SUPPORTED",
                                works ? "AMD Zen forwards between host bridges." : "8086:09a2 is not listed."))),
                machine,
                Optional.empty(),
                matrix(machine),
                List.of(),
                List.of(
                        new Event(0, 0, 0, "buf", "export", Event.Kind.DONE, Optional.empty(), "256 MiB"),
                        works
                                ? new Event(
                                        1,
                                        us(5),
                                        us(15_422),
                                        "write0",
                                        "dma-write",
                                        Event.Kind.DONE,
                                        Optional.empty(),
                                        "256 MiB arrived")
                                : new Event(
                                        1,
                                        us(5),
                                        us(5),
                                        "write0",
                                        "dma-write",
                                        Event.Kind.REFUSED,
                                        Optional.of(Errno.EOPNOTSUPP),
                                        "no route that the kernel trusts")),
                List.of(new TransferOutcome(
                        "write0",
                        "dma-write",
                        from.name(),
                        to.name(),
                        256 * Bytes.MIB,
                        works ? 256 * Bytes.MIB : 0,
                        us(5),
                        works ? us(15_422) : us(5),
                        works ? Optional.empty() : Optional.of(Errno.EOPNOTSUPP),
                        works ? route : List.of(),
                        List.of(),
                        works ? GEN4.bytesPerSecond() : 0,
                        works ? latency(100_000, ns(1_120), ns(9_730)) : Latency.NONE)),
                uses,
                List.of(new InvariantOutcome("I-01", "No DMA reaches memory after its unmap.", 88, Optional.empty())),
                List.of(),
                notes());
    }

    private static Fabric oneSwitch(Acs acs, IommuMode iommu, String provider, String client) {
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
                        port(root, "rp0", PortType.ROOT_PORT, Optional.empty(), 0x17, Optional.of(acs)),
                        port(upstream, "sw0", PortType.UPSTREAM_PORT, Optional.of(root), 0x18, Optional.empty()),
                        port(
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
                        port(
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

    private static Fabric q35(String provider, String client) {
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
                        port(first, "rp1", PortType.ROOT_PORT, Optional.empty(), 1, Optional.of(ACS_OFF)),
                        endpoint("0000:01:00.0", provider, "1da3:1000", Optional.of(first), 0x38_0000_0000L),
                        port(second, "rp2", PortType.ROOT_PORT, Optional.empty(), 2, Optional.of(ACS_OFF)),
                        endpoint("0000:02:00.0", client, "15b3:101b", Optional.of(second), 0x40_0000_0000L)));
    }

    private static Fabric nested(int sockets, int perSwitch, Acs acs, IommuMode iommu, Cpu cpu) {
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
            functions.add(port(root, "rp" + s, PortType.ROOT_PORT, Optional.empty(), bus + 1, Optional.of(acs)));
            Bdf top = new Bdf(0, bus + 1, 0, 0);
            functions.add(port(top, "sw" + s, PortType.UPSTREAM_PORT, Optional.of(root), bus + 2, Optional.empty()));
            int next = bus + 3;
            for (int inner = 0; inner < 2; inner++) {
                Bdf down = new Bdf(0, bus + 2, inner, 0);
                String name = "sw" + s + "-" + inner;
                functions.add(
                        port(down, name + "-in", PortType.DOWNSTREAM_PORT, Optional.of(top), next, Optional.of(acs)));
                Bdf upstream = new Bdf(0, next++, 0, 0);
                int slots = next++;
                functions.add(port(upstream, name, PortType.UPSTREAM_PORT, Optional.of(down), slots, Optional.empty()));
                for (int slot = 0; slot < perSwitch; slot++) {
                    Bdf slotPort = new Bdf(0, slots, slot, 0);
                    functions.add(port(
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

    private static PciFunction port(
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

    private static LinkUse use(String port, String name, LinkUse.Direction direction, long payload, int percent) {
        long slice = us(25);
        return new LinkUse(
                Bdf.parse(port),
                name,
                GEN4,
                direction,
                262_144,
                payload,
                payload + payload / 10 + 5_000_000,
                slice * 97 * percent / 100,
                52_428,
                0,
                0,
                slice,
                LongStream.range(0, 97)
                        .mapToObj(i -> slice * (i % 10 == 9 ? percent / 3 : percent) / 100)
                        .toList());
    }

    private static Latency latency(long count, long min, long max) {
        List<Latency.Point> points = new ArrayList<>();
        double[] percentiles = {0, 25, 50, 75, 90, 95, 99, 99.5, 99.9, 99.99, 100};
        for (int i = 0; i < percentiles.length; i++) {
            points.add(new Latency.Point(percentiles[i], min + (max - min) * i * i / 100));
        }
        return new Latency(count, min, max, points);
    }

    private static Provenance provenance() {
        return new Provenance(
                "0.1.0", "gaudi-dmabuf", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", 1, "");
    }

    private static List<Note> notes() {
        return List.of(
                new Note(Note.Kind.ASSUMED, "Max Payload Size is 256 bytes on every link.", ""),
                new Note(Note.Kind.SOURCE, "Switch latency 105 ns.", "data sheet of the PEX 8796, table 1-1"),
                new Note(Note.Kind.NOT_MODELLED, "Retrained links and correctable errors.", ""),
                new Note(Note.Kind.CAUTION, "A dump without extended configuration space hides ACS.", ""));
    }

    private static RouteHop hop(RouteHop.Kind kind, String port, String name) {
        return new RouteHop(kind, Optional.of(Bdf.parse(port)), name);
    }

    private static long ns(long nanoseconds) {
        return Ticks.ofNanoseconds(nanoseconds);
    }

    private static long us(long microseconds) {
        return microseconds * Ticks.PER_MICROSECOND;
    }
}
