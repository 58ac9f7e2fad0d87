package org.p2psim.report;

import static org.p2psim.report.SampleMachines.ACS_OFF;
import static org.p2psim.report.SampleMachines.ACS_REDIRECT;
import static org.p2psim.report.SampleMachines.CASCADE_LAKE;
import static org.p2psim.report.SampleMachines.EPYC;
import static org.p2psim.report.SampleMachines.GEN4;
import static org.p2psim.report.SampleMachines.matrix;
import static org.p2psim.report.SampleMachines.nested;
import static org.p2psim.report.SampleParts.latency;
import static org.p2psim.report.SampleParts.notes;
import static org.p2psim.report.SampleParts.ns;
import static org.p2psim.report.SampleParts.provenance;
import static org.p2psim.report.SampleParts.us;
import static org.p2psim.report.SampleParts.use;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.p2psim.outcome.Answer;
import org.p2psim.outcome.Answer.Layer;
import org.p2psim.outcome.Answer.LayerAnswer;
import org.p2psim.outcome.Event;
import org.p2psim.outcome.InvariantOutcome;
import org.p2psim.outcome.Latency;
import org.p2psim.outcome.LinkUse;
import org.p2psim.outcome.Machine;
import org.p2psim.outcome.RunOutcome;
import org.p2psim.outcome.TransferOutcome;
import org.p2psim.outcome.TransferOutcome.RouteHop;
import org.p2psim.platform.Cpu;
import org.p2psim.platform.Errno;
import org.p2psim.topology.Acs;
import org.p2psim.topology.Fabric;
import org.p2psim.topology.IommuMode;
import org.p2psim.topology.PciFunction;
import org.p2psim.unit.Bytes;

/** Outcomes of machines with many endpoints, put together by hand; the verdicts are those of the kernel's rules. */
public final class SampleServers {
    private SampleServers() {}

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
                        new Event(0, 0, 0, 0, "buf", "export", Event.Kind.DONE, Optional.empty(), "256 MiB"),
                        works
                                ? new Event(
                                        1,
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
                                        1,
                                        us(5),
                                        us(5),
                                        "write0",
                                        "dma-write",
                                        Event.Kind.REFUSED,
                                        Optional.of(Errno.EOPNOTSUPP),
                                        "no route that the kernel trusts")),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
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
}
