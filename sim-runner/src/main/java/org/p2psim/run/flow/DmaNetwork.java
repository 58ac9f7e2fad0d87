package org.p2psim.run.flow;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.Iterables;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.p2psim.address.Bdf;
import org.p2psim.outcome.LinkUse;
import org.p2psim.routing.AddressKind;
import org.p2psim.routing.Delivery;
import org.p2psim.routing.Hop;
import org.p2psim.routing.Hop.IommuHop;
import org.p2psim.routing.Route;
import org.p2psim.routing.Routing;
import org.p2psim.run.engine.Engine;
import org.p2psim.run.flow.DmaRequest.Direction;
import org.p2psim.topology.Bar;
import org.p2psim.topology.Fabric;
import org.p2psim.topology.PciFunction;
import org.p2psim.topology.SocketLink;
import org.p2psim.transaction.TlpKind;

/** The links and IOMMUs of a fabric during one run, and the DMAs that share them. */
public final class DmaNetwork {
    private static final long FOUR_GIB = 1L << 32;

    private final Routing routing;
    private final Progress progress;
    private final Channels channels;
    private final Paths paths;

    private final Map<CompleterKey, Completer> completers = new HashMap<>();
    private final Map<Bdf, TagPool> tagPools = new HashMap<>();
    private final Map<String, Flow> running = new LinkedHashMap<>();

    private record CompleterKey(Channel first, TlpKind kind) {}

    public DmaNetwork(Fabric fabric, Routing routing, Engine engine) {
        this(fabric, routing, engine, FabricTiming.DEFAULT, Fidelity.L2);
    }

    public DmaNetwork(Fabric fabric, Routing routing, Engine engine, FabricTiming timing, Fidelity fidelity) {
        this(fabric, routing, progress(engine, fidelity), timing);
        engine.beforeActions(time -> tell());
    }

    DmaNetwork(Fabric fabric, Routing routing, Progress progress, FabricTiming timing) {
        this.routing = routing;
        this.progress = progress;
        this.channels = new Channels(fabric, progress, timing);
        this.paths = new Paths(progress, channels, fabric.socketLink().orElse(SocketLink.NONE));
    }

    private static Progress progress(Engine engine, Fidelity fidelity) {
        return fidelity == Fidelity.L0 ? new EveryEvent(engine) : new KnownTimes(engine, fidelity == Fidelity.L2);
    }

    /**
     * Starts a DMA, now. The listener is told from later events of the engine, never from within this call.
     *
     * @throws IllegalArgumentException if one of that name is running, there is nothing to transfer, or a link or root
     *     complex on the way is not described
     */
    public void start(DmaRequest request, DmaListener listener) {
        if (running.containsKey(request.name())) {
            throw new IllegalArgumentException("a DMA named %s is running".formatted(request.name()));
        }
        if (request.segments().isEmpty()) {
            throw new IllegalArgumentException("DMA %s has nothing to transfer".formatted(request.name()));
        }
        Flow flow = progress.addFlow(number -> new Flow(
                number,
                progress,
                request,
                tagPools.computeIfAbsent(request.initiator().address(), address -> new TagPool(request.tags())),
                isAbove4GiB(request.target()),
                listener,
                () -> ended(request.name())));
        running.put(request.name(), flow);
        flow.start(request.direction() == Direction.READ ? readWay(request, flow) : writeWay(request, flow));
    }

    private static boolean isAbove4GiB(PciFunction target) {
        return target.bars().stream()
                .map(Bar::range)
                .anyMatch(range -> Long.compareUnsigned(range.base(), FOUR_GIB) >= 0);
    }

    /** Everybody is told what has happened until now before somebody hears of an end. */
    private void ended(String name) {
        tell();
        running.remove(name);
    }

    private void tell() {
        for (Flow flow : running.values()) {
            flow.tell();
        }
    }

    /**
     * Lets the initiator of a DMA issue nothing more. What it has issued goes on: writes land, reads are answered, and
     * then the listener is told that it is done. Nothing happens if no such DMA is running.
     */
    public void stop(String name) {
        Flow flow = running.get(name);
        if (flow != null) {
            flow.stop();
        }
    }

    /** What the links carried so far: in the order of the fabric's ports, upstream first, in slices of one length. */
    public ImmutableList<LinkUse> linkUse() {
        return channels.linkUse();
    }

    private Flow.Way writeWay(DmaRequest request, Flow flow) {
        Delivery delivery = routing.request(request.initiator(), request.target(), request.kind(), true);
        Path path = paths.path(request.initiator(), delivery.route(), new Path.End() {
            @Override
            public void arrives(Tlp tlp, long tail) {
                flow.wrote(tlp, tail);
            }

            @Override
            public void blocked(Tlp tlp, long tail) {
                flow.blocked(tlp, tail);
            }
        });
        return new Flow.Way(path, null, null, null, null, 0);
    }

    private Flow.Way readWay(DmaRequest request, Flow flow) {
        PciFunction initiator = request.initiator();
        PciFunction target = request.target();
        Delivery delivery = routing.request(initiator, target, request.kind(), false);
        Path path = paths.path(initiator, delivery.route(), new Path.End() {
            @Override
            public void arrives(Tlp tlp, long tail) {
                flow.asks(tlp, tail);
            }

            @Override
            public void blocked(Tlp tlp, long tail) {
                flow.blocked(tlp, tail);
            }
        });
        Path completion = paths.path(target, routing.completion(target, initiator), flow::answered);
        Path error = paths.path(initiator, backFromIommu(delivery), flow::answered);
        return new Flow.Way(
                path,
                completion,
                error,
                completer(completion.channel(0), TlpKind.COMPLETION_WITH_DATA, flow, completion),
                completer(error.channel(0), TlpKind.COMPLETION, flow, error),
                target.latency());
    }

    /** The way of the error completion for a read that an IOMMU blocks. */
    private static Route backFromIommu(Delivery delivery) {
        List<Hop> hops = delivery.route().hops();
        int iommu = Iterables.indexOf(hops, IommuHop.class::isInstance);
        return new Route(hops.subList(0, Math.max(0, iommu))).reversed();
    }

    private Completer completer(Channel first, TlpKind kind, Flow flow, Path path) {
        return completers.computeIfAbsent(
                new CompleterKey(first, kind),
                key -> new Completer(progress, first, kind, progress.take(flow, path)));
    }
}
