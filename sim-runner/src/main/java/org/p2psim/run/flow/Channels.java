package org.p2psim.run.flow;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.p2psim.address.Bdf;
import org.p2psim.outcome.LinkUse;
import org.p2psim.routing.Hop.LinkHop;
import org.p2psim.routing.Hop.SocketHop;
import org.p2psim.routing.Route;
import org.p2psim.run.flow.Paths.Traffic;
import org.p2psim.timing.DeviceTiming;
import org.p2psim.timing.DmaEngineTiming;
import org.p2psim.timing.IommuTiming;
import org.p2psim.timing.PortTiming;
import org.p2psim.timing.Response;
import org.p2psim.timing.RootComplexTiming;
import org.p2psim.timing.Timings;
import org.p2psim.topology.Fabric;
import org.p2psim.topology.HostBridge;
import org.p2psim.topology.Link;
import org.p2psim.topology.PciFunction;
import org.p2psim.topology.PortType;
import org.p2psim.topology.SocketLink;
import org.p2psim.transaction.Credits;
import org.p2psim.transaction.DataLinkLayer;
import org.p2psim.unit.Ticks;

/** The channels of a fabric, made when the first path needs them. */
final class Channels {
    private static final Credits UNLIMITED = new Credits(
            Credits.INFINITE, Credits.INFINITE, Credits.INFINITE, Credits.INFINITE, Credits.INFINITE, Credits.INFINITE);
    /** Header credits for TLPs of this payload, so that smaller ones may be limited by them. */
    private static final int SMALL_PAYLOAD = 128;

    /** Room for more than this is as good as room without limit. */
    private static final int MOST_IN_A_STAGE = 1 << 28;

    /** A DMA engine hands over two requests at most that its link has not taken. */
    private static final Credits HANDED_OVER =
            new Credits(2, Credits.INFINITE, 2, Credits.INFINITE, 2, Credits.INFINITE);

    /** Between the stages of an engine eight wait at most. */
    private static final Credits STAGED = new Credits(8, Credits.INFINITE, 8, Credits.INFINITE, 8, Credits.INFINITE);

    private final Fabric fabric;
    private final Progress progress;
    private final Timings timings;
    private final long seed;
    /** Between two channels that are no links, ticks. */
    private final long longestLeg;

    private final Map<Bdf, Both> links = new HashMap<>();
    private final Map<SocketHop, Channel> sockets = new HashMap<>();
    private final Map<String, Channel> iommus = new HashMap<>();
    private final Map<Bdf, Channel> inside = new HashMap<>();
    private final Map<String, Channel> ports = new HashMap<>();
    private final Map<Bdf, Channel> atcs = new HashMap<>();
    private final Map<Bdf, Channel> engines = new HashMap<>();
    private final Map<Bdf, Channel> queues = new HashMap<>();
    private final Map<EngineStage, Channel> engineStages = new HashMap<>();
    private final Map<Forwarding, Channel> forwarding = new HashMap<>();
    private final Map<ThroughRoot, Channel> hosts = new HashMap<>();
    private final Map<String, Channel> memories = new HashMap<>();
    private final Map<Rate, Pace.OfLink> paces = new HashMap<>();

    /** The two directions of a link. */
    private record Both(Link link, Channel upstream, Channel downstream) {}

    private record Rate(Link link, int efficiency, int gap, int tailGap, int completionSlot) {}

    private record EngineStage(Bdf function, Traffic traffic) {}

    private record ThroughRoot(String rootBus, Traffic traffic) {}

    private record Forwarding(String rootBus, Traffic traffic, boolean fromAnother) {}

    /** @param seed of the errors on links */
    Channels(Fabric fabric, Progress progress, Timings timings, long seed) {
        this.seed = seed;
        this.fabric = fabric;
        this.progress = progress;
        this.timings = timings;
        this.longestLeg = longestLeg(fabric);
    }

    Channel link(LinkHop hop) {
        Both both = links.computeIfAbsent(hop.port().address(), address -> both(hop.port()));
        return hop.upstream() ? both.upstream() : both.downstream();
    }

    private Both both(PciFunction port) {
        Link link = port.linkBelow()
                .orElseThrow(() ->
                        new IllegalArgumentException("generation and width of the link below %s (%s) are not known"
                                .formatted(port.name(), port.address())));
        Optional<PciFunction> other = otherEnd(port);
        boolean switchBelow = other.isPresent() && other.get().type().isBridge();
        PortTiming above = timings.port(port.address());
        PortTiming below =
                other.map(function -> timings.port(function.address())).orElse(PortTiming.DEFAULT);
        Credits usualAbove = usualCredits(link, behind(port));
        Credits usualBelow = usualCredits(link, other.map(this::behind).orElse(0L));
        DmaEngineTiming engine = other.map(
                        function -> timings.device(function.address()).engine())
                .orElse(DmaEngineTiming.NONE);
        Channel upstream = linkChannel(
                new Rate(link, below.efficiencyTowards(above), engine.gap(), engine.tailGap(), 1),
                above.credits().orElse(usualAbove));
        Channel downstream = linkChannel(
                new Rate(link, above.efficiencyTowards(below), 0, 0, completionSlot(port)),
                below.credits().orElse(switchBelow ? usualBelow : withInfiniteCompletions(usualBelow)));
        upstream.setReverse(downstream);
        downstream.setReverse(upstream);
        damage(upstream, link, below.errorsTowards(above));
        damage(downstream, link, above.errorsTowards(below));
        weigh(upstream.receiver(), above.arbitrationWeight());
        weigh(downstream.receiver(), below.arbitrationWeight());
        return new Both(link, upstream, downstream);
    }

    private void damage(Channel channel, Link link, long perBillion) {
        if (perBillion > 0) {
            channel.setErrors(LinkErrors.of(link, channel.pace().dllpTicks(), seed, channel.rank, perBillion));
        }
    }

    /** The upstream port of a switch, or the first function of the device. */
    private Optional<PciFunction> otherEnd(PciFunction port) {
        return fabric.below(port).stream()
                .filter(function -> function.type().isBridge())
                .findFirst()
                .or(() -> fabric.below(port).stream().findFirst());
    }

    private static void weigh(Receiver ingress, int weight) {
        for (int i = 0; i < Receiver.CLASSES; i++) {
            ingress.queue(i).setWeight(weight);
        }
    }

    private int completionSlot(PciFunction port) {
        return port.type() == PortType.ROOT_PORT
                ? timings.rootComplex(fabric.hostBridge(port)).completionSlot()
                : 1;
    }

    private Channel linkChannel(Rate rate, Credits credits) {
        Link link = rate.link();
        Pace.OfLink pace = paces.computeIfAbsent(
                rate, key -> new Pace.OfLink(link, key.efficiency(), key.gap(), key.tailGap(), key.completionSlot()));
        if (link.flitMode()) {
            long flit = link.serialisationTicks(Link.FLIT_TLP_BYTES);
            return add(pace, credits, flit, flit);
        }
        return add(
                pace,
                credits,
                DataLinkLayer.ackLatencyTicks(link, timings.mps()),
                DataLinkLayer.updateFcLatencyTicks(link, timings.mps()));
    }

    private static Credits withInfiniteCompletions(Credits credits) {
        return new Credits(
                credits.ph(), credits.pd(), credits.nph(), credits.npd(), Credits.INFINITE, Credits.INFINITE);
    }

    private Channel add(Pace pace, Credits credits, long ackLatency, long updateLatency) {
        return progress.addChannel(rank -> new Channel(rank, progress, pace, credits, ackLatency, updateLatency));
    }

    /**
     * As much as the link carries while credits come back, in whole TLPs and with one more that they come back for;
     * besides, what it carries while a TLP is on its way behind the port, for it leaves the buffer only then: in TLPs
     * however small, so that a latency is no limit of the rate. Never less than a port of a public model has.
     *
     * @param behind the longest way from the port to where a TLP is taken over, ticks
     */
    private Credits usualCredits(Link link, long behind) {
        int mps = timings.mps();
        int carried = bytesOf(link.bytesPerSecond(), timings.creditLoop());
        int bytes = (carried + mps - 1) / mps * mps + mps;
        int onTheWay = Credits.dataUnits(bytesOf(link.bytesPerSecond(), behind));
        Credits least = Credits.SWITCH_PORT;
        int headers = Math.max(least.ph(), bytes / SMALL_PAYLOAD + onTheWay);
        int data = Math.max(least.pd(), Credits.dataUnits(bytes) + onTheWay);
        return new Credits(headers, data, headers, headers, headers, data);
    }

    /** What lies between a port and where what it received is taken over at the latest, ticks. */
    private long behind(PciFunction port) {
        return switch (port.type()) {
            case ROOT_PORT -> longestLeg;
            case UPSTREAM_PORT -> port.latency();
            case DOWNSTREAM_PORT ->
                fabric.upstreamBridge(port).map(PciFunction::latency).orElse(0L);
            case HOST_BRIDGE, PCIE_TO_PCI_BRIDGE, ENDPOINT, LEGACY_ENDPOINT, RC_INTEGRATED_ENDPOINT -> 0;
        };
    }

    /**
     * Of a stage whose rate and latency are stated, so that these are the limit and not the room behind it: as much as
     * it carries until what follows has taken it over, in TLPs however small their data.
     */
    private Credits stageCredits(long bytesPerSecond) {
        int bytes = bytesOf(bytesPerSecond, timings.creditLoop() + longestLeg);
        Credits least = Credits.SWITCH_PORT;
        int units = Math.max(least.pd(), Credits.dataUnits(bytes));
        return new Credits(units, units, units, units, units, units);
    }

    /** What passes at a rate in so many ticks. */
    private static int bytesOf(long bytesPerSecond, long ticks) {
        double bytes = bytesPerSecond * (ticks / (double) Ticks.PER_SECOND);
        return (int) Math.min(bytes, MOST_IN_A_STAGE);
    }

    /** A TLP passes one socket link at most, and half of a root complex on each side of it. */
    private static long longestLeg(Fabric fabric) {
        long rootComplex = fabric.hostBridges().stream()
                .mapToLong(HostBridge::p2pLatency)
                .max()
                .orElse(0);
        return rootComplex + fabric.socketLink().map(SocketLink::latency).orElse(0L);
    }

    Channel socket(SocketHop hop) {
        return sockets.computeIfAbsent(hop, key -> {
            long rate = fabric.socketLink().orElseThrow().bytesPerSecond().orElseThrow();
            return add(new Pace.OfData(rate), stageCredits(rate), 0, 0);
        });
    }

    Channel iommu(HostBridge bridge) {
        return iommus.computeIfAbsent(
                bridge.rootBus(),
                key -> add(
                        new Pace.OfIommu(new Iotlb(timings.rootComplex(bridge).iommu()), true, Optional.empty()),
                        Credits.SWITCH_PORT,
                        0,
                        0));
    }

    /** For a function without a link of its own: where it sets out. */
    Channel inside(PciFunction function) {
        return inside.computeIfAbsent(function.address(), key -> add(new Pace.OfData(Long.MAX_VALUE), UNLIMITED, 0, 0));
    }

    Channel port(DevicePort port) {
        return ports.computeIfAbsent(
                port.name(), key -> add(new Pace.OfPort(port.bytesPerSecond(), port.overhead()), UNLIMITED, 0, 0));
    }

    /** What the DMA engine of a function does for one direction, if that takes any time. */
    Optional<Channel> engineStage(PciFunction function, Traffic traffic) {
        DmaEngineTiming engine = timings.device(function.address()).engine();
        return engine.hasStage(traffic == Traffic.WRITES)
                ? Optional.of(engineStages.computeIfAbsent(
                        new EngineStage(function.address(), traffic),
                        key -> add(new Pace.OfEngineStage(engine), STAGED, 0, 0)))
                : Optional.empty();
    }

    /** Where DMAs set out that a function serves in turn, if stages follow that would mix them. */
    Optional<Channel> queue(PciFunction function) {
        DmaEngineTiming engine = timings.device(function.address()).engine();
        return engine.wholeDmas() && (engine.hasStage(true) || engine.hasStage(false))
                ? Optional.of(queues.computeIfAbsent(
                        function.address(), key -> add(new Pace.OfData(Long.MAX_VALUE), STAGED, 0, 0)))
                : Optional.empty();
    }

    /**
     * The translations that a function keeps, and what waits for one. A Translation Request is a memory read and takes a
     * tag (PCIe base specification 5.0, 10.2.2): as many may be outstanding as there are tags. What need not wait comes
     * out no faster than the link takes it.
     *
     * @throws IllegalArgumentException if it has no ATS
     */
    Channel atc(PciFunction function, int tags, Route route) {
        return atcs.computeIfAbsent(function.address(), key -> {
            IommuTiming atc = timings.device(key)
                    .atc()
                    .orElseThrow(() -> new IllegalArgumentException(function.name() + " has no ATS"));
            Optional<Pace> link =
                    route.links().stream().findFirst().map(hop -> link(hop).pace());
            Credits waiting = new Credits(tags, Credits.INFINITE, tags, Credits.INFINITE, tags, Credits.INFINITE);
            return add(new Pace.OfIommu(new Iotlb(atc), false, link), waiting, 0, 0);
        });
    }

    /** The DMA engine of a function, if it is slower than the link may be. */
    Optional<Channel> engine(PciFunction function) {
        DeviceTiming device = timings.device(function.address());
        if (!device.limitsRequests()) {
            return Optional.empty();
        }
        return Optional.of(engines.computeIfAbsent(
                function.address(),
                key -> add(
                        new Pace.OfEngine(
                                device.engineBandwidth().orElse(Long.MAX_VALUE),
                                device.issueInterval(),
                                device.engine()),
                        device.engine().hasBus() ? STAGED : HANDED_OVER,
                        0,
                        0)));
    }

    /**
     * What limits or refuses what a root complex forwards from peer to peer, if anything does. What comes from another
     * root complex has a buffer of its own: if both ways shared one, two root complexes could wait for each other. The
     * rate is that of all together.
     */
    Optional<Channel> forwarding(HostBridge bridge, Traffic traffic, boolean fromAnother) {
        RootComplexTiming timing = timings.rootComplex(bridge);
        OptionalLong limit = switch (traffic) {
            case WRITES -> timing.p2pWriteBandwidth();
            case READS -> OptionalLong.empty();
            case COMPLETIONS -> timing.p2pReadBandwidth();
        };
        Response response =
                traffic == Traffic.COMPLETIONS ? Response.SERVED : timing.response(traffic == Traffic.WRITES);
        if (response == Response.SERVED && limit.isEmpty()) {
            return Optional.empty();
        }
        Forwarding key = new Forwarding(bridge.rootBus(), traffic, fromAnother);
        Channel known = forwarding.get(key);
        if (known != null) {
            return Optional.of(known);
        }
        Channel channel = add(
                new Pace.OfForwarding(limit.orElse(Long.MAX_VALUE), response),
                limit.isPresent() ? stageCredits(limit.getAsLong()) : Credits.SWITCH_PORT,
                0,
                0);
        forwarding.put(key, channel);
        Channel other = forwarding.get(new Forwarding(bridge.rootBus(), traffic, !fromAnother));
        if (other != null) {
            other.shareRate(channel);
        }
        return Optional.of(channel);
    }

    /**
     * A port that lets nothing on. Requests that violate ACS end with Completer Abort (PCIe base specification 5.0,
     * 6.12.4).
     */
    Channel blocking() {
        return add(new Pace.OfForwarding(Long.MAX_VALUE, Response.COMPLETER_ABORT), UNLIMITED, 0, 0);
    }

    /** What limits the data between a root bus and host memory, in one direction, if anything does. */
    Optional<Channel> host(HostBridge bridge, Traffic traffic) {
        OptionalLong limit = timings.rootComplex(bridge).memoryBandwidth();
        return limit.isEmpty() || traffic == Traffic.READS
                ? Optional.empty()
                : Optional.of(hosts.computeIfAbsent(
                        new ThroughRoot(bridge.rootBus(), traffic),
                        key -> add(new Pace.OfData(limit.getAsLong()), stageCredits(limit.getAsLong()), 0, 0)));
    }

    /** The memory of a socket, which all requests for it come to. */
    Channel memory(String socket) {
        OptionalLong limit = timings.memory(socket).bandwidth();
        return memories.computeIfAbsent(
                socket,
                key -> add(
                        new Pace.OfMemory(limit.orElse(Long.MAX_VALUE)),
                        limit.isPresent() ? stageCredits(limit.getAsLong()) : UNLIMITED,
                        0,
                        0));
    }

    /**
     * Where completions of a socket's memory set out for what is below a root port: at the memory if its bandwidth is
     * limited, and otherwise each on their own.
     */
    Channel memoryTowards(String socket, Optional<PciFunction> rootPort) {
        return timings.memory(socket).bandwidth().isPresent()
                ? memory(socket)
                : memories.computeIfAbsent(
                        socket + " "
                                + rootPort.map(port -> port.address().toString())
                                        .orElse(""),
                        key -> add(
                                new Pace.OfMemory(Long.MAX_VALUE),
                                rootPort.flatMap(PciFunction::linkBelow)
                                        .map(link -> stageCredits(link.bytesPerSecond()))
                                        .orElse(Credits.SWITCH_PORT),
                                0,
                                0));
    }

    /** What the links carried so far: in the order of the fabric's ports, upstream first, in slices of one length. */
    ImmutableList<LinkUse> linkUse() {
        List<PciFunction> used = new ArrayList<>();
        long sliceTicks = 0;
        for (PciFunction port : fabric.functions()) {
            Both both = links.get(port.address());
            if (both != null) {
                used.add(port);
                sliceTicks = Math.max(sliceTicks, both.upstream().use().sliceTicks());
                sliceTicks = Math.max(sliceTicks, both.downstream().use().sliceTicks());
            }
        }
        progress.settle();
        ImmutableList.Builder<LinkUse> use = ImmutableList.builder();
        for (PciFunction port : used) {
            Both both = Objects.requireNonNull(links.get(port.address()));
            addUse(use, port, both.link(), both.upstream().use(), LinkUse.Direction.UPSTREAM, sliceTicks);
            addUse(use, port, both.link(), both.downstream().use(), LinkUse.Direction.DOWNSTREAM, sliceTicks);
        }
        return use.build();
    }

    private void addUse(
            ImmutableList.Builder<LinkUse> all,
            PciFunction port,
            Link link,
            ChannelUse use,
            LinkUse.Direction direction,
            long sliceTicks) {
        if (use.tlps() > 0) {
            String below = fabric.below(port).stream().map(PciFunction::name).collect(Collectors.joining(", "));
            all.add(new LinkUse(
                    port.address(),
                    port.name() + " - " + below,
                    link,
                    direction,
                    use.tlps(),
                    use.payload(),
                    use.wireBytes(),
                    use.busy(),
                    use.dllps(),
                    use.replays(),
                    use.poisoned(),
                    sliceTicks,
                    use.perSlice(sliceTicks)));
        }
    }
}
