package org.p2psim.run.flow;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.p2psim.address.Bdf;
import org.p2psim.outcome.LinkUse;
import org.p2psim.routing.AddressKind;
import org.p2psim.routing.Delivery;
import org.p2psim.routing.Hop;
import org.p2psim.routing.Hop.IommuHop;
import org.p2psim.routing.Hop.LinkHop;
import org.p2psim.routing.Hop.SocketHop;
import org.p2psim.routing.Route;
import org.p2psim.routing.Routing;
import org.p2psim.run.engine.Engine;
import org.p2psim.run.flow.DmaRequest.Direction;
import org.p2psim.topology.Fabric;
import org.p2psim.topology.PciFunction;
import org.p2psim.topology.SocketLink;

/** The links and IOMMUs of a fabric during one run, and the DMAs that share them. */
public final class DmaNetwork {
    private final Fabric fabric;
    private final Routing routing;
    private final Engine engine;
    private final FabricTiming timing;

    private final Map<WireKey, Wire> wires = new HashMap<>();
    private final Map<SocketHop, SocketWire> socketWires = new HashMap<>();
    private final Map<String, Iotlb> iotlbs = new HashMap<>();
    private final Map<String, Dma> running = new HashMap<>();

    private record WireKey(Bdf port, boolean upstream) {}

    public DmaNetwork(Fabric fabric, Routing routing, Engine engine) {
        this(fabric, routing, engine, FabricTiming.DEFAULT);
    }

    public DmaNetwork(Fabric fabric, Routing routing, Engine engine, FabricTiming timing) {
        this.fabric = fabric;
        this.routing = routing;
        this.engine = engine;
        this.timing = timing;
    }

    /**
     * Starts a DMA, now. The listener is told from later actions of the engine, never from within this call.
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
        Runnable whenDone = () -> {
            running.remove(request.name());
            listener.done();
        };
        Dma dma = switch (request.direction()) {
            case READ -> new ReadDma(engine, ways(request), request, listener, whenDone);
            case WRITE -> new WriteDma(engine, ways(request), request, listener, whenDone);
        };
        running.put(request.name(), dma);
        dma.start();
    }

    /**
     * Lets the initiator of a DMA issue nothing more. What it has issued goes on: writes land, reads are answered, and
     * then the listener is told that it is done. Nothing happens if no such DMA is running.
     */
    public void stop(String name) {
        Dma dma = running.get(name);
        if (dma != null) {
            dma.stop();
        }
    }

    /** What the links carried so far: in the order of the fabric's ports, upstream first, in slices of one length. */
    public ImmutableList<LinkUse> linkUse() {
        List<Wire> used = new ArrayList<>();
        for (PciFunction port : fabric.functions()) {
            for (boolean upstream : new boolean[] {true, false}) {
                Wire wire = wires.get(new WireKey(port.address(), upstream));
                if (wire != null && wire.wasUsed()) {
                    used.add(wire);
                }
            }
        }
        long sliceTicks = used.stream().mapToLong(Wire::sliceTicks).max().orElse(0);
        return used.stream().map(wire -> wire.use(sliceTicks)).collect(ImmutableList.toImmutableList());
    }

    private Ways ways(DmaRequest request) {
        PciFunction initiator = request.initiator();
        PciFunction target = request.target();
        boolean posted = request.direction() == Direction.WRITE;
        Delivery delivery = routing.request(initiator, target, request.kind(), posted);
        Route completion = routing.completion(target, initiator);
        long latencyAtTarget = posted ? 0 : target.latency();
        return new Ways(
                engine,
                timing,
                fabric.socketLink().orElse(SocketLink.NONE),
                delivery,
                completion,
                latencyAtTarget,
                hop -> station(hop, request));
    }

    private Station station(Hop hop, DmaRequest request) {
        if (hop instanceof LinkHop link) {
            return wires.computeIfAbsent(
                    new WireKey(link.port().address(), link.upstream()),
                    key -> new Wire(link.port(), fabric.below(link.port()), key.upstream()));
        }
        if (hop instanceof IommuHop iommu) {
            Iotlb iotlb = iotlbs.computeIfAbsent(iommu.bridge().rootBus(), rootBus -> new Iotlb(timing));
            boolean raw = request.kind() == AddressKind.BUS_ADDRESS;
            return new Translator(
                    iotlb, request.initiator(), request.target(), raw ? address -> false : request.translated());
        }
        if (hop instanceof SocketHop socket) {
            return socketWires.computeIfAbsent(
                    socket,
                    key -> new SocketWire(
                            fabric.socketLink().orElseThrow().bytesPerSecond().orElseThrow()));
        }
        throw new IllegalArgumentException("TLPs do not queue at " + hop);
    }
}
