package org.p2psim.run.flow;

import com.google.common.collect.ImmutableList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.ToLongFunction;
import org.p2psim.address.Bdf;
import org.p2psim.outcome.LinkUse;
import org.p2psim.routing.Delivery;
import org.p2psim.routing.Route;
import org.p2psim.routing.Routing;
import org.p2psim.run.engine.Engine;
import org.p2psim.run.flow.DmaRequest.Direction;
import org.p2psim.run.flow.Paths.Traffic;
import org.p2psim.run.flow.Target.MemoryTarget;
import org.p2psim.run.flow.Target.PciTarget;
import org.p2psim.timing.MemoryTiming;
import org.p2psim.timing.Timings;
import org.p2psim.topology.Bar;
import org.p2psim.topology.Fabric;
import org.p2psim.topology.PciFunction;
import org.p2psim.topology.SocketLink;
import org.p2psim.transaction.TlpKind;

/** The links, root complexes, IOMMUs and memories of a machine during one run, and the DMAs that share them. */
public final class DmaNetwork {
    private static final long FOUR_GIB = 1L << 32;

    private final Fabric fabric;
    private final Routing routing;
    private final Timings timings;
    private final Engine engine;
    private final Progress progress;
    private final Channels channels;
    private final Paths paths;

    private final Map<CompleterKey, Completer> completers = new HashMap<>();
    private final Map<Bdf, TagPool> tagPools = new HashMap<>();
    private final Map<String, Flow> running = new LinkedHashMap<>();
    private long lastEnd;

    private record CompleterKey(Channel first, TlpKind kind) {}

    public DmaNetwork(Fabric fabric, Routing routing, Engine engine) {
        this(fabric, routing, engine, Timings.DEFAULT, Fidelity.L2);
    }

    public DmaNetwork(Fabric fabric, Routing routing, Engine engine, Timings timings, Fidelity fidelity) {
        this.fabric = fabric;
        this.routing = routing;
        this.timings = timings;
        this.engine = engine;
        this.progress = fidelity == Fidelity.L0
                ? new EveryEvent(engine)
                : new KnownTimes(engine, fidelity == Fidelity.L2);
        this.channels = new Channels(fabric, progress, timings);
        this.paths = new Paths(progress, channels, timings, fabric.socketLink().orElse(SocketLink.NONE));
        engine.beforeActions(time -> {
            tell();
            progress.disturbed();
        });
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
                isAbove4GiB(request.memory()),
                listener,
                () -> ended(request.name())));
        running.put(request.name(), flow);
        flow.start(request.direction() == Direction.READ ? readWay(request, flow) : writeWay(request, flow));
    }

    /** Of host memory nearly all is. */
    private static boolean isAbove4GiB(Target target) {
        return !(target instanceof PciTarget device)
                || device.function().bars().stream()
                        .map(Bar::range)
                        .anyMatch(range -> Long.compareUnsigned(range.base(), FOUR_GIB) >= 0);
    }

    /** Everybody is told what has happened until now before somebody hears of an end. */
    private void ended(String name) {
        tell();
        running.remove(name);
        lastEnd = engine.now();
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

    /** When the last DMA came to its end, ticks. DLLPs about it may still be on their way. */
    public long lastEnd() {
        return lastEnd;
    }

    /** What the links carried so far: in the order of the fabric's ports, upstream first, in slices of one length. */
    public ImmutableList<LinkUse> linkUse() {
        return channels.linkUse();
    }

    private Flow.Way writeWay(DmaRequest request, Flow flow) {
        Route route = delivery(request, true).route();
        long untilSeen = untilSeen(request.memory());
        Path path = paths.requests(request.initiator(), route, Traffic.WRITES, untilSeen, new Path.End() {
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

    /** From the arrival of a write until it counts, ticks. */
    private long untilSeen(Target target) {
        return target instanceof PciTarget device
                ? timings.device(device.function().address()).writeLatency()
                : timings.memory(((MemoryTarget) target).socket()).writeLatency();
    }

    private Delivery delivery(DmaRequest request, boolean posted) {
        return request.memory() instanceof PciTarget device
                ? routing.request(request.initiator(), device.function(), request.kind(), posted)
                : routing.toMemory(
                        request.initiator(), ((MemoryTarget) request.memory()).socket(), request.kind(), posted);
    }

    private Flow.Way readWay(DmaRequest request, Flow flow) {
        PciFunction initiator = request.initiator();
        Route route = delivery(request, false).route();
        Path completion = completionPath(request, flow);
        Path error = paths.completions(initiator, route.toRoot().reversed(), flow::answered);
        Completer completer = completer(completion.channel(0), TlpKind.COMPLETION_WITH_DATA, flow, completion);
        ToLongFunction<Tlp> latency = readLatency(request);
        Path path = paths.requests(initiator, route, Traffic.READS, 0, new Path.End() {
            @Override
            public void arrives(Tlp tlp, long tail) {
                completer.ask(tlp, tail, latency.applyAsLong(tlp));
            }

            @Override
            public void blocked(Tlp tlp, long tail) {
                flow.blocked(tlp, tail);
            }
        });
        return new Flow.Way(
                path, completion, error, completer, completer(error.channel(0), TlpKind.COMPLETION, flow, error), 0);
    }

    private Path completionPath(DmaRequest request, Flow flow) {
        if (request.memory() instanceof PciTarget device) {
            Route route = routing.completion(device.function(), request.initiator());
            return paths.completions(device.function(), route, flow::answered);
        }
        String socket = ((MemoryTarget) request.memory()).socket();
        return paths.completionsFromMemory(
                socket, routing.completionFromMemory(socket, request.initiator()), flow::answered);
    }

    /** From the arrival of a read until its data is there, ticks. */
    private ToLongFunction<Tlp> readLatency(DmaRequest request) {
        if (request.memory() instanceof PciTarget device) {
            return read -> device.function().latency();
        }
        MemoryTarget target = (MemoryTarget) request.memory();
        MemoryTiming memory = timings.memory(target.socket());
        boolean remote = !fabric.hostBridge(request.initiator()).socket().equals(target.socket());
        return read -> memory.readLatency(target.cached().test(read.address), remote);
    }

    private Completer completer(Channel first, TlpKind kind, Flow flow, Path path) {
        return completers.computeIfAbsent(
                new CompleterKey(first, kind),
                key -> new Completer(progress, first, kind, progress.take(flow, path)));
    }
}
