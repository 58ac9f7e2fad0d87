package org.p2psim.run.flow;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import org.p2psim.address.Bdf;
import org.p2psim.routing.AddressKind;
import org.p2psim.run.flow.DmaRequest.Attributes;
import org.p2psim.run.flow.DmaRequest.Direction;
import org.p2psim.run.flow.DmaRequest.Segment;
import org.p2psim.run.flow.Target.MemoryTarget;
import org.p2psim.run.flow.Target.PciTarget;
import org.p2psim.timing.DeviceTiming;
import org.p2psim.timing.MemoryTiming;
import org.p2psim.timing.PortTiming;
import org.p2psim.timing.Timings;
import org.p2psim.topology.Fabric;
import org.p2psim.topology.HostBridge;
import org.p2psim.topology.IommuMode;
import org.p2psim.topology.Link;
import org.p2psim.topology.PciFunction;
import org.p2psim.topology.PortType;
import org.p2psim.transaction.Credits;
import org.p2psim.unit.Ticks;

/**
 * DMA below one switch, a chain of two or one root complex, to functions and to memory, with any links, latencies, limits and credits: what a
 * textbook has, and no more.
 */
record PlainScene(Fabric fabric, Timings timings, List<DmaAt> dmas) {
    private static final long FOUR_GIB = 1L << 32;

    static PlainScene of(SplittableRandom random) {
        Fabric fabric = withAnyLatencies(anyFabric(random), random);
        int mps = 128 << random.nextInt(random.nextBoolean() ? 3 : 6);
        List<DmaAt> dmas = new ArrayList<>();
        boolean together = random.nextBoolean();
        int[] tags = random.ints(fabric.endpoints().size(), 1, random.nextBoolean() ? 4 : 65)
                .toArray();
        for (int i = random.nextInt(1, 7); i > 0; i--) {
            long start = together ? 0 : Ticks.ofNanoseconds(random.nextInt(40) * 50);
            long stop = random.nextInt(4) == 0 ? start + Ticks.ofNanoseconds(random.nextInt(100) * 50) : Agenda.NEVER;
            dmas.add(new DmaAt(start, stop, anyDma("dma" + i, mps, tags, fabric, random)));
        }
        return new PlainScene(fabric, anyTimings(mps, fabric, random), dmas);
    }

    private static Link anyLink(SplittableRandom random) {
        return new Link(random.nextInt(1, 7), 1 << random.nextInt(5));
    }

    /** Half of them have one switch with links that are all alike, so that much happens at one instant. */
    private static Fabric anyFabric(SplittableRandom random) {
        Machine machine = new Machine().socket().hostBridge(IommuMode.OFF, 64 << random.nextInt(5));
        if (random.nextBoolean()) {
            Link link = anyLink(random);
            PciFunction upstreamPort = machine.upstreamPort(machine.rootPort(link));
            for (int below = random.nextInt(2, 6); below > 0; below--) {
                machine.endpoint(machine.downstreamPort(upstreamPort, link));
            }
            return machine.fabric();
        }
        for (int ports = random.nextInt(1, 3); ports > 0; ports--) {
            PciFunction upper = machine.upstreamPort(machine.rootPort(anyLink(random)));
            machine.endpoint(machine.downstreamPort(upper, anyLink(random)));
            if (random.nextBoolean()) {
                machine.endpoint(machine.downstreamPort(upper, anyLink(random)));
            }
            PciFunction lower = machine.upstreamPort(machine.downstreamPort(upper, anyLink(random)));
            for (int below = random.nextInt(1, 3); below > 0; below--) {
                machine.endpoint(machine.downstreamPort(lower, anyLink(random)));
            }
        }
        return machine.fabric();
    }

    private static Fabric withAnyLatencies(Fabric fabric, SplittableRandom random) {
        List<HostBridge> bridges = fabric.hostBridges().stream()
                .map(each -> new HostBridge(
                        each.name(),
                        each.socket(),
                        each.domain(),
                        each.bus(),
                        each.iommu(),
                        anyLatency(random),
                        each.p2pMaxPayload(),
                        each.windows()))
                .toList();
        List<PciFunction> functions = fabric.functions().stream()
                .map(each -> each.latency() == 0 ? each : withLatency(each, anyLatency(random)))
                .toList();
        return Fabric.of(fabric.sockets(), fabric.socketLink(), bridges, functions);
    }

    private static PciFunction withLatency(PciFunction function, long latency) {
        return new PciFunction(
                function.address(),
                function.name(),
                function.id(),
                function.type(),
                function.upstreamBridge(),
                function.secondaryBus(),
                function.acs(),
                function.linkBelow(),
                latency,
                function.bars(),
                function.windows());
    }

    private static long anyLatency(SplittableRandom random) {
        return switch (random.nextInt(4)) {
            case 0 -> 0;
            case 1 -> Ticks.ofNanoseconds(random.nextInt(1, 10) * 50);
            default -> random.nextLong(Ticks.ofNanoseconds(500));
        };
    }

    private static DmaRequest anyDma(String name, int mps, int[] tags, Fabric fabric, SplittableRandom random) {
        List<PciFunction> endpoints = fabric.endpoints();
        int target = random.nextBoolean() ? 0 : random.nextInt(endpoints.size());
        int initiator = (target + random.nextInt(1, endpoints.size())) % endpoints.size();
        List<Segment> segments = new ArrayList<>();
        for (int i = random.nextInt(1, 4); i > 0; i--) {
            long length = random.nextLong(1, random.nextBoolean() ? 2_000 : 20_000);
            long address = random.nextInt(4) == 0
                    ? FOUR_GIB - random.nextLong(length + 1)
                    : random.nextLong(1L << 46) & (random.nextBoolean() ? -4096 : -1);
            segments.add(new Segment(address, length));
        }
        return new DmaRequest(
                name,
                endpoints.get(initiator),
                random.nextInt(4) == 0 ? new MemoryTarget("s0") : new PciTarget(endpoints.get(target)),
                random.nextBoolean() ? Direction.READ : Direction.WRITE,
                new Requests.Bulk(segments),
                AddressKind.BUS_ADDRESS,
                address -> true,
                tags[initiator],
                Math.min(mps, 128 << random.nextInt(6)),
                128 << random.nextInt(6),
                64 << random.nextInt(2),
                new Attributes(random.nextInt(4) == 0, random.nextInt(4) == 0));
    }

    private static Timings anyTimings(int mps, Fabric fabric, SplittableRandom random) {
        Map<Bdf, PortTiming> ports = new HashMap<>();
        Map<Bdf, DeviceTiming> devices = new HashMap<>();
        int credits = random.nextInt(3);
        boolean slower = random.nextInt(4) == 0;
        for (PciFunction function : fabric.functions()) {
            boolean endpoint = function.type().isEndpoint();
            ports.put(
                    function.address(),
                    new PortTiming(
                            credits == 0
                                    ? Optional.empty()
                                    : Optional.of(anyCredits(mps, credits == 1, endpoint, random)),
                            slower ? OptionalInt.of(random.nextInt(900, 1001)) : OptionalInt.empty(),
                            OptionalLong.empty(),
                            1 + random.nextInt(random.nextBoolean() ? 1 : 3),
                            function.type() == PortType.UPSTREAM_PORT && random.nextInt(4) == 0));
            if (endpoint && random.nextInt(3) == 0) {
                devices.put(function.address(), new DeviceTiming(anyLatency(random), OptionalLong.empty(), 0));
            }
        }
        MemoryTiming memory = new MemoryTiming(
                anyLatency(random), 0, OptionalLong.empty(), 0, OptionalLong.empty(), anyLatency(random));
        return new Timings(
                ports, Map.of(), Map.of("s0", memory), devices, mps, Ticks.ofNanoseconds(random.nextInt(600)));
    }

    /** A few, or many of which some are infinite; the completion credits of functions are. */
    private static Credits anyCredits(int mps, boolean few, boolean endpoint, SplittableRandom random) {
        return new Credits(
                headers(few, random),
                data(mps, few, random),
                headers(few, random),
                headers(few, random),
                endpoint ? Credits.INFINITE : headers(few, random),
                endpoint ? Credits.INFINITE : data(mps, few, random));
    }

    private static int headers(boolean few, SplittableRandom random) {
        return !few && random.nextInt(4) == 0 ? Credits.INFINITE : random.nextInt(1, few ? 5 : 65);
    }

    private static int data(int mps, boolean few, SplittableRandom random) {
        int least = Credits.dataUnits(mps);
        return !few && random.nextInt(4) == 0 ? Credits.INFINITE : least + random.nextInt(few ? 2 * least : 16 * least);
    }
}
