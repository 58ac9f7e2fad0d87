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
import org.p2psim.transaction.Credits;
import org.p2psim.transaction.DataLinkLayer;

/** The channels of a fabric, made when the first path needs them. */
final class Channels {
    /** A DMA engine hands over two requests at most that its link has not taken. */
    private static final Credits HANDED_OVER = ReceiveBuffers.ofTlps(2);

    /** Between the stages of an engine eight wait at most. */
    private static final Credits STAGED = ReceiveBuffers.ofTlps(8);

    private final Fabric fabric;
    private final Progress progress;
    private final Timings timings;
    private final long seed;
    private final ReceiveBuffers buffers;

    private final Map<Bdf, Both> links = new HashMap<>();
    private final Map<SocketHop, Channel> sockets = new HashMap<>();
    private final Map<String, Channel> iommus = new HashMap<>();
    private final Map<Bdf, Channel> translated = new HashMap<>();
    private final Map<Bdf, Channel> inside = new HashMap<>();
    private final Map<String, Channel> ports = new HashMap<>();
    private final Map<Bdf, Channel> atcs = new HashMap<>();
    private final Map<Bdf, Channel> engines = new HashMap<>();
    private final Map<Bdf, Channel> queues = new HashMap<>();
    private final Map<EngineStage, Channel> engineStages = new HashMap<>();
    private final Map<Forwarding, Channel> forwarding = new HashMap<>();
    private final Map<ThroughRoot, Channel> hosts = new HashMap<>();
    private final Map<String, Channel> memories = new HashMap<>();
    private final Map<MemoryTowards, Channel> memoriesTowards = new HashMap<>();
    private final Map<Rate, Pace.OfLink> paces = new HashMap<>();

    /** The two directions of a link. */
    private record Both(Link link, Channel upstream, Channel downstream) {}

    private record Rate(Link link, int efficiency, int gap, int tailGap, int completionSlot) {}

    private record EngineStage(Bdf function, Traffic traffic) {}

    private record ThroughRoot(String rootBus, Traffic traffic) {}

    private record Forwarding(String rootBus, Traffic traffic, boolean fromAnother) {}

    private record MemoryTowards(String socket, Optional<Bdf> rootPort) {}

    /** @param seed of the errors on links */
    Channels(Fabric fabric, Progress progress, Timings timings, long seed) {
        this.seed = seed;
        this.fabric = fabric;
        this.progress = progress;
        this.timings = timings;
        this.buffers = new ReceiveBuffers(fabric, timings);
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
        PortTiming above = timings.port(port.address());
        PortTiming below =
                other.map(function -> timings.port(function.address())).orElse(PortTiming.DEFAULT);
        Credits usualBelow = other.filter(function -> function.type().isBridge())
                .map(bridge -> buffers.ofPort(link, bridge))
                .orElseGet(() -> buffers.ofEndpoint(link));
        DmaEngineTiming engine = other.map(
                        function -> timings.device(function.address()).engine())
                .orElse(DmaEngineTiming.NONE);
        Channel upstream = linkChannel(
                new Rate(link, below.efficiencyTowards(above), engine.gap(), engine.tailGap(), 1),
                above.credits().orElseGet(() -> buffers.ofPort(link, port)));
        Channel downstream = linkChannel(
                new Rate(link, above.efficiencyTowards(below), 0, 0, completionSlot(port)),
                below.credits().orElse(usualBelow));
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
            return add(pace, credits, link.flitTicks(), link.flitTicks());
        }
        return add(
                pace,
                credits,
                DataLinkLayer.ackLatencyTicks(link, timings.mps()),
                DataLinkLayer.updateFcLatencyTicks(link, timings.mps()));
    }

    /** Where credits come back at once. */
    private Channel add(Pace pace, Credits credits) {
        return add(pace, credits, 0, 0);
    }

    private Channel add(Pace pace, Credits credits, long ackLatency, long updateLatency) {
        return progress.addChannel(rank -> new Channel(rank, progress, pace, credits, ackLatency, updateLatency));
    }

    Channel socket(SocketHop hop) {
        return sockets.computeIfAbsent(hop, key -> {
            long rate = fabric.socketLink().orElseThrow().bytesPerSecond().orElseThrow();
            return add(new Pace.OfData(rate), buffers.ofStage(rate));
        });
    }

    /** An IOMMU, with room for as many TLPs that wait for their page walks as a port has for others. */
    Channel iommu(HostBridge bridge) {
        return iommus.computeIfAbsent(
                bridge.rootBus(),
                key -> add(
                        new Pace.OfIommu(new Iotlb(timings.rootComplex(bridge).iommu()), true, Optional.empty()),
                        Credits.SWITCH_PORT));
    }

    /**
     * Where a TLP that came in by a root port is once the IOMMU has translated it, so that it takes none of the room of
     * those that wait there: each root port has as much as its link fills.
     */
    Channel translated(PciFunction rootPort) {
        Link link = rootPort.linkBelow().orElseThrow();
        return translated.computeIfAbsent(
                rootPort.address(),
                key -> add(new Pace.OfData(Long.MAX_VALUE), buffers.ofStage(link.bytesPerSecond())));
    }

    /** For a function without a link of its own: where it sets out. */
    Channel inside(PciFunction function) {
        return inside.computeIfAbsent(
                function.address(), key -> add(new Pace.OfData(Long.MAX_VALUE), ReceiveBuffers.UNLIMITED));
    }

    Channel port(DevicePort port) {
        return ports.computeIfAbsent(
                port.name(),
                key -> add(new Pace.OfPort(port.bytesPerSecond(), port.overhead()), ReceiveBuffers.UNLIMITED));
    }

    /** What the DMA engine of a function does for one direction, if that takes any time. */
    Optional<Channel> engineStage(PciFunction function, Traffic traffic) {
        DmaEngineTiming engine = timings.device(function.address()).engine();
        return engine.hasStage(traffic == Traffic.WRITES)
                ? Optional.of(engineStages.computeIfAbsent(
                        new EngineStage(function.address(), traffic),
                        key -> add(new Pace.OfEngineStage(engine), STAGED)))
                : Optional.empty();
    }

    /** Where DMAs set out that a function serves in turn, if stages follow that would mix them. */
    Optional<Channel> queue(PciFunction function) {
        DmaEngineTiming engine = timings.device(function.address()).engine();
        return engine.wholeDmas() && (engine.hasStage(true) || engine.hasStage(false))
                ? Optional.of(
                        queues.computeIfAbsent(function.address(), key -> add(new Pace.OfData(Long.MAX_VALUE), STAGED)))
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
            return add(new Pace.OfIommu(new Iotlb(atc), false, link), ReceiveBuffers.ofTlps(tags));
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
                        device.engine().hasBus() ? STAGED : HANDED_OVER)));
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
                limit.isPresent() ? buffers.ofStage(limit.getAsLong()) : Credits.SWITCH_PORT);
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
        return add(new Pace.OfForwarding(Long.MAX_VALUE, Response.COMPLETER_ABORT), ReceiveBuffers.UNLIMITED);
    }

    /** What limits the data between a root bus and host memory, in one direction, if anything does. */
    Optional<Channel> host(HostBridge bridge, Traffic traffic) {
        OptionalLong limit = timings.rootComplex(bridge).memoryBandwidth();
        return limit.isEmpty() || traffic == Traffic.READS
                ? Optional.empty()
                : Optional.of(hosts.computeIfAbsent(
                        new ThroughRoot(bridge.rootBus(), traffic),
                        key -> add(new Pace.OfData(limit.getAsLong()), buffers.ofStage(limit.getAsLong()))));
    }

    /** The memory of a socket, which all requests for it come to. */
    Channel memory(String socket) {
        OptionalLong limit = timings.memory(socket).bandwidth();
        return memories.computeIfAbsent(
                socket,
                key -> add(
                        new Pace.OfMemory(limit.orElse(Long.MAX_VALUE)),
                        limit.isPresent() ? buffers.ofStage(limit.getAsLong()) : ReceiveBuffers.UNLIMITED));
    }

    /**
     * Where completions of a socket's memory set out for what is below a root port: at the memory if its bandwidth is
     * limited, and otherwise each on their own.
     */
    Channel memoryTowards(String socket, Optional<PciFunction> rootPort) {
        return timings.memory(socket).bandwidth().isPresent()
                ? memory(socket)
                : memoriesTowards.computeIfAbsent(
                        new MemoryTowards(socket, rootPort.map(PciFunction::address)),
                        key -> add(
                                new Pace.OfMemory(Long.MAX_VALUE),
                                rootPort.flatMap(PciFunction::linkBelow)
                                        .map(link -> buffers.ofStage(link.bytesPerSecond()))
                                        .orElse(Credits.SWITCH_PORT)));
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
