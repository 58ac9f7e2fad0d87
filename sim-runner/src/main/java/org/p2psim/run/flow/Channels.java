package org.p2psim.run.flow;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.p2psim.address.Bdf;
import org.p2psim.outcome.LinkUse;
import org.p2psim.routing.Hop.LinkHop;
import org.p2psim.routing.Hop.SocketHop;
import org.p2psim.topology.Fabric;
import org.p2psim.topology.HostBridge;
import org.p2psim.topology.Link;
import org.p2psim.topology.PciFunction;
import org.p2psim.transaction.Credits;
import org.p2psim.transaction.DataLinkLayer;

/** The channels of a fabric, made when the first path needs them. */
final class Channels {
    private static final Credits UNLIMITED = new Credits(
            Credits.INFINITE,
            Credits.INFINITE,
            Credits.INFINITE,
            Credits.INFINITE,
            Credits.INFINITE,
            Credits.INFINITE);
    /** Header credits for TLPs of this payload, so that smaller ones may be limited by them. */
    private static final int SMALL_PAYLOAD = 128;

    private final Fabric fabric;
    private final Progress progress;
    private final FabricTiming timing;
    private final Map<Bdf, Both> links = new HashMap<>();
    private final Map<SocketHop, Channel> sockets = new HashMap<>();
    private final Map<String, Channel> iommus = new HashMap<>();
    private final Map<Bdf, Channel> inside = new HashMap<>();
    private final Map<String, Channel> ports = new HashMap<>();
    private final Map<Link, Pace.OfLink> paces = new HashMap<>();

    /** The two directions of a link. */
    private record Both(Link link, Channel upstream, Channel downstream) {}

    Channels(Fabric fabric, Progress progress, FabricTiming timing) {
        this.fabric = fabric;
        this.progress = progress;
        this.timing = timing;
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
        boolean switchBelow =
                fabric.below(port).stream().anyMatch(below -> below.type().isBridge());
        Credits credits = credits(link);
        Channel upstream = linkChannel(link, credits);
        Channel downstream = linkChannel(link, switchBelow ? credits : withInfiniteCompletions(credits));
        upstream.setReverse(downstream);
        downstream.setReverse(upstream);
        return new Both(link, upstream, downstream);
    }

    private Channel linkChannel(Link link, Credits credits) {
        Pace.OfLink pace = paces.computeIfAbsent(link, Pace.OfLink::new);
        if (link.flitMode()) {
            long flit = link.serialisationTicks(Link.FLIT_TLP_BYTES);
            return add(pace, credits, flit, flit);
        }
        return add(
                pace,
                credits,
                DataLinkLayer.ackLatencyTicks(link, timing.mps()),
                DataLinkLayer.updateFcLatencyTicks(link, timing.mps()));
    }

    private static Credits withInfiniteCompletions(Credits credits) {
        return new Credits(
                credits.ph(), credits.pd(), credits.nph(), credits.npd(), Credits.INFINITE, Credits.INFINITE);
    }

    private Channel add(Pace pace, Credits credits, long ackLatency, long updateLatency) {
        return progress.addChannel(
                rank -> new Channel(rank, progress, pace, credits, new Receiver(progress, ackLatency, updateLatency)));
    }

    /** As much as the link carries while credits come back, and never less than a port of a public model has. */
    private Credits credits(Link link) {
        long bytes = link.bytesPerSecond() / 1_000_000 * (timing.creditLoop() / 16_000) / 1_000;
        Credits least = Credits.SWITCH_PORT;
        int headers = (int) Math.max(least.ph(), bytes / SMALL_PAYLOAD);
        int data = (int) Math.max(least.pd(), Credits.dataUnits((int) bytes));
        return new Credits(headers, data, headers, headers, headers, data);
    }

    Channel socket(SocketHop hop) {
        return sockets.computeIfAbsent(
                hop,
                key -> add(
                        new Pace.OfData(
                                fabric.socketLink().orElseThrow().bytesPerSecond().orElseThrow()),
                        Credits.SWITCH_PORT,
                        0,
                        0));
    }

    Channel iommu(HostBridge bridge) {
        return iommus.computeIfAbsent(
                bridge.rootBus(), key -> add(new Pace.OfIommu(new Iotlb(timing)), Credits.SWITCH_PORT, 0, 0));
    }

    /** For a function without a link of its own: where it sets out. */
    Channel inside(PciFunction function) {
        return inside.computeIfAbsent(
                function.address(), key -> add(new Pace.OfData(Long.MAX_VALUE), UNLIMITED, 0, 0));
    }

    Channel port(DevicePort port) {
        return ports.computeIfAbsent(
                port.name(),
                key -> add(new Pace.OfPort(port.bytesPerSecond(), port.overhead()), UNLIMITED, 0, 0));
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
        ImmutableList.Builder<LinkUse> use = ImmutableList.builder();
        for (PciFunction port : used) {
            Both both = links.get(port.address());
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
            String below =
                    fabric.below(port).stream().map(PciFunction::name).collect(Collectors.joining(", "));
            all.add(new LinkUse(
                    port.address(),
                    port.name() + " - " + below,
                    link,
                    direction,
                    use.tlps(),
                    use.payload(),
                    use.wireBytes(),
                    use.busy(),
                    sliceTicks,
                    use.perSlice(sliceTicks)));
        }
    }
}
