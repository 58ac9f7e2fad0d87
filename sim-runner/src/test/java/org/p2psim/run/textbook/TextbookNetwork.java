package org.p2psim.run.textbook;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.Lists;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.p2psim.outcome.LinkUse;
import org.p2psim.run.flow.DmaListener;
import org.p2psim.run.flow.DmaRequest;
import org.p2psim.run.flow.DmaRequest.Direction;
import org.p2psim.run.flow.Target.PciTarget;
import org.p2psim.run.textbook.SwitchPort.Inside;
import org.p2psim.timing.MemoryTiming;
import org.p2psim.timing.PortTiming;
import org.p2psim.timing.Timings;
import org.p2psim.topology.Fabric;
import org.p2psim.topology.HostBridge;
import org.p2psim.topology.Link;
import org.p2psim.topology.PciFunction;
import org.p2psim.topology.PortType;
import org.p2psim.transaction.Credits;

/**
 * Functions below switches and one root complex, and DMA between them by the shortest way or with the memory of the host:
 * no ACS, no IOMMU, no errors.
 */
public final class TextbookNetwork implements AutoCloseable {
    private final Fabric fabric;
    private final Timings timings;
    private final Advertised advertised;
    private final StockSimulator simulator = new StockSimulator();
    private final Clock clock = new Clock(simulator);
    private final Map<PciFunction, Duplex> links = new HashMap<>();
    private final Map<PciFunction, Device> devices = new HashMap<>();
    private final Map<PciFunction, Transmitter> fromMemory = new HashMap<>();
    private final Map<Transmitter, Completer> completers = new HashMap<>();
    private final Map<String, Dma> dmas = new HashMap<>();
    private @Nullable Transmitter toMemory;
    private int transmitters;

    /** A link below a port. */
    private record Duplex(Transmitter upstream, Transmitter downstream) {}

    /** The credits that receivers have. */
    public interface Advertised {
        /** The receiver of a port or function. */
        Credits by(PciFunction receiver);

        /** Where completions wait for a link below a root port. */
        Credits insideRootComplex(Link link);
    }

    public TextbookNetwork(Fabric fabric, Timings timings, Advertised advertised) {
        this.fabric = fabric;
        this.timings = timings;
        this.advertised = advertised;
    }

    /**
     * Starts a DMA later. Links have numbers, and ports their place in the round, in the order in which DMAs come to need
     * them: first on the way of the data.
     */
    public void start(long time, DmaRequest request, DmaListener listener) {
        clock.act(time, () -> start(request, listener));
    }

    /** Stops a DMA that has started: it issues nothing more. */
    public void stop(long time, String name) {
        clock.act(time, () -> Objects.requireNonNull(dmas.get(name)).stop());
    }

    private void start(DmaRequest request, DmaListener listener) {
        boolean reads = request.direction() == Direction.READ;
        if (reads) {
            List<Transmitter> back = wayBack(request);
            connect(back, device(request.initiator()));
            becomeCompleter(request, back.get(0));
        }
        List<Transmitter> way = wayThere(request);
        Receiver target = way.get(way.size() - 1).receiver();
        connect(way, target);
        Device initiator = device(request.initiator());
        Dma dma = new Dma(clock, request, listener, initiator, target);
        dmas.put(request.name(), dma);
        if (reads) {
            initiator.tags().begin(dma, request.tags());
        }
        initiator.begin(dma);
    }

    private Device device(PciFunction function) {
        return Objects.requireNonNull(devices.get(function));
    }

    private void becomeCompleter(DmaRequest request, Transmitter first) {
        if (request.memory() instanceof PciTarget target) {
            device(target.function()).becomeCompleter();
        } else {
            Completer completer = completers.computeIfAbsent(first, Completer::new);
            ((HostMemory) toMemory().receiver()).answerBy(device(request.initiator()), completer);
        }
    }

    /** All ports on the way know where to send what is for somebody. */
    private static void connect(List<Transmitter> way, Receiver to) {
        for (int i = 1; i < way.size(); i++) {
            SwitchPort port = (SwitchPort) way.get(i - 1).receiver();
            Transmitter next = way.get(i);
            port.route(to, next, next.receiver() instanceof HostMemory ? Inside.NOTHING : port.inside());
            next.addPort(port, port.weight());
        }
    }

    private List<Transmitter> wayThere(DmaRequest request) {
        PciFunction from = request.initiator();
        if (request.memory() instanceof PciTarget target) {
            return way(from, target.function());
        }
        List<Transmitter> way = new ArrayList<>();
        portsAbove(from).forEach(port -> way.add(link(port).upstream()));
        way.add(toMemory());
        return way;
    }

    private List<Transmitter> wayBack(DmaRequest request) {
        PciFunction to = request.initiator();
        if (request.memory() instanceof PciTarget target) {
            return way(target.function(), to);
        }
        List<PciFunction> down = Lists.reverse(portsAbove(to));
        List<Transmitter> way = new ArrayList<>();
        way.add(fromMemory(down.get(0)));
        down.forEach(port -> way.add(link(port).downstream()));
        return way;
    }

    /** Up to the switch or the root complex above both, and down from there. */
    private List<Transmitter> way(PciFunction from, PciFunction to) {
        List<PciFunction> up = portsAbove(from);
        List<PciFunction> down = portsAbove(to);
        up.removeAll(portsAbove(to));
        down.removeAll(portsAbove(from));
        List<Transmitter> way = new ArrayList<>();
        up.forEach(port -> way.add(link(port).upstream()));
        Lists.reverse(down).forEach(port -> way.add(link(port).downstream()));
        return way;
    }

    private List<PciFunction> portsAbove(PciFunction function) {
        List<PciFunction> ports = new ArrayList<>(fabric.wayUp(function));
        ports.removeIf(port -> port.linkBelow().isEmpty());
        return ports;
    }

    private Duplex link(PciFunction port) {
        Duplex known = links.get(port);
        if (known != null) {
            return known;
        }
        Link link = port.linkBelow().orElseThrow();
        PciFunction other = fabric.below(port).get(0);
        PortTiming above = timings.port(port.address());
        PortTiming below = timings.port(other.address());
        Transmitter upstream = transmitter(
                new Wire.OfLink(link, below.efficiencyTowards(above)), switchPort(port, link), advertised.by(port));
        Transmitter downstream = transmitter(
                new Wire.OfLink(link, above.efficiencyTowards(below)), receiver(other, link), advertised.by(other));
        upstream.setOtherDirection(downstream);
        downstream.setOtherDirection(upstream);
        Duplex made = new Duplex(upstream, downstream);
        links.put(port, made);
        return made;
    }

    private Transmitter transmitter(Wire wire, Receiver receiver, Credits credits) {
        return new Transmitter(transmitters++, clock, wire, receiver, credits);
    }

    /** What all root ports send to memory. */
    private Transmitter toMemory() {
        if (toMemory == null) {
            MemoryTiming timing = timings.memory(fabric.sockets().get(0).id());
            toMemory = transmitter(new Wire.OfMemory(), new HostMemory(clock, timing), HostMemory.UNLIMITED);
        }
        return toMemory;
    }

    /** Where completions wait for the link below a root port. */
    private Transmitter fromMemory(PciFunction rootPort) {
        Transmitter known = fromMemory.get(rootPort);
        if (known != null) {
            return known;
        }
        Credits credits = advertised.insideRootComplex(rootPort.linkBelow().orElseThrow());
        SwitchPort waiting = new SwitchPort(clock, Optional.empty(), timings.mps(), credits, Inside.NOTHING, 1);
        Transmitter made = transmitter(new Wire.OfMemory(), waiting, credits);
        fromMemory.put(rootPort, made);
        return made;
    }

    private Receiver receiver(PciFunction below, Link link) {
        if (below.type() == PortType.UPSTREAM_PORT) {
            return switchPort(below, link);
        }
        long writeLatency = timings.device(below.address()).writeLatency();
        Device device = new Device(
                clock, link, timings.mps(), advertised.by(below), devices.size(), below.latency(), writeLatency);
        devices.put(below, device);
        return device;
    }

    /** A port of a switch, or of the root complex. */
    private SwitchPort switchPort(PciFunction port, Link link) {
        return new SwitchPort(
                clock,
                Optional.of(link),
                timings.mps(),
                advertised.by(port),
                port.type() == PortType.ROOT_PORT ? insideRootComplex(port) : insideSwitch(port),
                timings.port(port.address()).arbitrationWeight());
    }

    private Inside insideRootComplex(PciFunction port) {
        HostBridge bridge = fabric.hostBridge(port);
        return new Inside(bridge.p2pLatency(), false, bridge.p2pMaxPayload());
    }

    private Inside insideSwitch(PciFunction port) {
        PciFunction upstreamPort = port.type() == PortType.UPSTREAM_PORT
                ? port
                : fabric.upstreamBridge(port).orElseThrow();
        boolean storeAndForward = timings.port(upstreamPort.address()).storeAndForward();
        return new Inside(upstreamPort.latency(), storeAndForward, Inside.ANY_PAYLOAD);
    }

    public void runUntil(long time) {
        simulator.runUntil(time);
    }

    public long now() {
        return simulator.now();
    }

    /** How many events have happened. */
    public long events() {
        return simulator.events();
    }

    /** In the order of the fabric's ports, upstream first; those that have carried TLPs. */
    public ImmutableList<Carried> carried() {
        return fabric.functions().stream()
                .filter(links::containsKey)
                .flatMap(this::carriedBelow)
                .filter(carried -> carried.tlps() > 0)
                .collect(ImmutableList.toImmutableList());
    }

    private Stream<Carried> carriedBelow(PciFunction port) {
        Duplex link = link(port);
        return Stream.of(
                Carried.of(port, LinkUse.Direction.UPSTREAM, link.upstream().sent()),
                Carried.of(port, LinkUse.Direction.DOWNSTREAM, link.downstream().sent()));
    }

    @Override
    public void close() {
        simulator.close();
    }
}
