package org.p2psim.report;

import static org.p2psim.report.SampleMachines.ACS_OFF;
import static org.p2psim.report.SampleMachines.ACS_REDIRECT;
import static org.p2psim.report.SampleMachines.CASCADE_LAKE;
import static org.p2psim.report.SampleMachines.GEN4;
import static org.p2psim.report.SampleMachines.matrix;
import static org.p2psim.report.SampleMachines.oneSwitch;
import static org.p2psim.report.SampleMachines.q35;
import static org.p2psim.report.SampleParts.hop;
import static org.p2psim.report.SampleParts.latency;
import static org.p2psim.report.SampleParts.notes;
import static org.p2psim.report.SampleParts.ns;
import static org.p2psim.report.SampleParts.provenance;
import static org.p2psim.report.SampleParts.us;
import static org.p2psim.report.SampleParts.use;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.p2psim.address.Bdf;
import org.p2psim.dmabuf.Wait;
import org.p2psim.outcome.Answer;
import org.p2psim.outcome.Answer.Layer;
import org.p2psim.outcome.Answer.LayerAnswer;
import org.p2psim.outcome.Event;
import org.p2psim.outcome.ExpectationOutcome;
import org.p2psim.outcome.Guest;
import org.p2psim.outcome.InFlightOutcome;
import org.p2psim.outcome.InvariantOutcome;
import org.p2psim.outcome.LandingOutcome;
import org.p2psim.outcome.Latency;
import org.p2psim.outcome.LinkUse;
import org.p2psim.outcome.Machine;
import org.p2psim.outcome.ObjectOutcome;
import org.p2psim.outcome.RunOutcome;
import org.p2psim.outcome.SgTableOutcome;
import org.p2psim.outcome.TransferOutcome;
import org.p2psim.outcome.TransferOutcome.RouteHop;
import org.p2psim.outcome.WaitOutcome;
import org.p2psim.platform.Errno;
import org.p2psim.topology.Fabric;
import org.p2psim.topology.IommuMode;
import org.p2psim.unit.Bytes;

/** Outcomes of two functions, put together by hand, as a run would produce them; the verdicts are those of the kernel's rules. */
public final class SampleOutcomes {
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
                        export(provider),
                        new Event(
                                1,
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
                                3,
                                us(10),
                                us(2_413),
                                "read0",
                                "rdma-read",
                                Event.Kind.DONE,
                                Optional.empty(),
                                "64 MiB in 2.403 ms")),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
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
                        export(provider),
                        new Event(
                                1,
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
                                3,
                                us(10),
                                us(10),
                                "buf",
                                "invariant",
                                Event.Kind.VIOLATION,
                                Optional.empty(),
                                "I-02 broke: buf was moved while mapped")),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
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
                                        us(10),
                                        3,
                                        "buf moved while mr0 maps it",
                                        List.of("buf", "mr0"),
                                        0,
                                        1,
                                        false)))),
                List.of(
                        new ExpectationOutcome(
                                "p2p " + provider + " to " + client + " is NOT_SUPPORTED", "NOT_SUPPORTED", true, 45),
                        new ExpectationOutcome("mr0 answers EPERM", "EPERM", true, 46),
                        new ExpectationOutcome("no invariant broken", "I-02 broke", false, 47)),
                notes());
    }

    private static Event export(String provider) {
        String detail = provider + " exports 64 MiB";
        return new Event(0, 0, 0, 0, "buf", "export", Event.Kind.DONE, Optional.empty(), detail);
    }

    /** A revocation that nic0 never follows: a wait without end, and a write that never lands. */
    public static RunOutcome revoked() {
        RunOutcome run = bareMetal();
        List<Event> events = List.of(
                export("gaudi0"),
                new Event(1, 1, us(3), us(3), "buf", "revoke", Event.Kind.EFFECT, Optional.empty(), ""),
                new Event(2, 1, us(3), run.end(), "buf", "wait", Event.Kind.WAIT, Optional.empty(), "buf is unmapped"),
                new Event(3, 1, us(4), us(4), "buf", "I-24", Event.Kind.VIOLATION, Optional.empty(), "never ends"));
        return new RunLike(run)
                .variant("revoked")
                .events(events)
                .waits(List.of(new WaitOutcome(2, Wait.Kind.UNMAP, List.of("buf/nic0"), false)))
                .landings(
                        List.of(new InFlightOutcome(1, "write0", 4, 1024, 0, 3, 1, OptionalLong.empty(), 0)),
                        List.of(new LandingOutcome(
                                "write0", us(2), us(4), us(4), 4, 1024, LandingOutcome.Fate.DROPPED, "gaudi0", "", "")))
                .objects(List.of(new ObjectOutcome(
                        "buf",
                        ObjectOutcome.Kind.DMA_BUF,
                        Optional.of("gaudi0"),
                        List.of(
                                new ObjectOutcome.State(0, us(3), "exported", ObjectOutcome.Use.USABLE, List.of()),
                                new ObjectOutcome.State(
                                        us(3), run.end(), "revoked", ObjectOutcome.Use.DENIED, List.of("I-24"))))))
                .invariants(List.of(new InvariantOutcome(
                        "I-24",
                        "A revocation ends if every importer can follow it",
                        1,
                        Optional.of(new InvariantOutcome.Violation(
                                us(4), 3, "the revocation of buf never ends", List.of("buf"), 1, 1, true)))))
                .outcome();
    }
}
