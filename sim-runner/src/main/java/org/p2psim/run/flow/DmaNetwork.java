package org.p2psim.run.flow;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;
import org.p2psim.address.Bdf;
import org.p2psim.outcome.LinkUse;
import org.p2psim.routing.AddressKind;
import org.p2psim.routing.Delivery;
import org.p2psim.routing.Hop;
import org.p2psim.routing.Hop.AcsBlockHop;
import org.p2psim.routing.Hop.RootComplexHop;
import org.p2psim.routing.Hop.SocketHop;
import org.p2psim.routing.Route;
import org.p2psim.routing.Routing;
import org.p2psim.run.engine.Engine;
import org.p2psim.run.flow.DmaRequest.Direction;
import org.p2psim.run.flow.Paths.Traffic;
import org.p2psim.run.flow.Target.MemoryTarget;
import org.p2psim.run.flow.Target.PciTarget;
import org.p2psim.timing.DmaEngineTiming;
import org.p2psim.timing.MemoryTiming;
import org.p2psim.timing.Response;
import org.p2psim.timing.Timings;
import org.p2psim.topology.Bar;
import org.p2psim.topology.Fabric;
import org.p2psim.topology.PciFunction;
import org.p2psim.topology.SocketLink;
import org.p2psim.transaction.TlpKind;
import org.p2psim.unit.Ticks;

/** The links, root complexes, IOMMUs and memories of a machine during one run, and the DMAs that share them. */
public final class DmaNetwork {
    private static final long FOUR_GIB = 1L << 32;

    /** No queue of reads is so long on links that are worth the name. */
    private static final long SHORT_WAIT = 20 * Ticks.PER_MILLISECOND;

    private final Fabric fabric;
    private final Routing routing;
    private final Timings timings;
    private final Progress progress;
    private final Channels channels;
    private final Paths paths;
    private final long seed;
    private final Latencies latencies;

    private final Map<CompleterKey, Completer> completers = new HashMap<>();
    private final Map<Bdf, TagPool> tagPools = new HashMap<>();
    private final Map<String, Flow> running = new LinkedHashMap<>();
    private long lastEnd;

    private record CompleterKey(Channel first, TlpKind kind) {}

    public DmaNetwork(Fabric fabric, Routing routing, Engine engine) {
        this(fabric, routing, engine, Timings.DEFAULT, Fidelity.L2);
    }

    public DmaNetwork(Fabric fabric, Routing routing, Engine engine, Timings timings, Fidelity fidelity) {
        this(fabric, routing, engine, timings, fidelity, 1);
    }

    /** As fast as the machine says. */
    public DmaNetwork(Fabric fabric, Routing routing, Engine engine, Timings timings, Fidelity fidelity, long seed) {
        this(fabric, routing, engine, timings, fidelity, seed, Latencies.AS_STATED);
    }

    /** @param seed of the errors on links, and of poisoned data */
    public DmaNetwork(
            Fabric fabric,
            Routing routing,
            Engine engine,
            Timings timings,
            Fidelity fidelity,
            long seed,
            Latencies latencies) {
        this(
                fabric,
                routing,
                engine,
                timings,
                fidelity == Fidelity.L0
                        ? new EveryEvent(engine, timings.ecrc())
                        : new KnownTimes(engine, fidelity == Fidelity.L2, timings.ecrc()),
                seed,
                latencies);
    }

    DmaNetwork(Fabric fabric, Routing routing, Engine engine, Timings timings, Progress progress, long seed) {
        this(fabric, routing, engine, timings, progress, seed, Latencies.AS_STATED);
    }

    private DmaNetwork(
            Fabric fabric,
            Routing routing,
            Engine engine,
            Timings timings,
            Progress progress,
            long seed,
            Latencies latencies) {
        this(fabric, routing, timings, progress, seed, latencies);
        engine.beforeActions(time -> {
            progress.tell(progress.now());
            progress.disturbed();
        });
    }

    /** Without an engine that says when somebody looks. */
    DmaNetwork(Fabric fabric, Routing routing, Timings timings, Progress progress, long seed) {
        this(fabric, routing, timings, progress, seed, Latencies.AS_STATED);
    }

    private DmaNetwork(
            Fabric fabric, Routing routing, Timings timings, Progress progress, long seed, Latencies latencies) {
        this.fabric = fabric;
        this.routing = routing;
        this.timings = timings;
        this.progress = progress;
        this.seed = seed;
        this.latencies = latencies;
        this.channels = new Channels(fabric, progress, timings, seed);
        this.paths = new Paths(progress, channels, timings, fabric.socketLink().orElse(SocketLink.NONE), latencies);
    }

    /** What the parts of the machine take. */
    public Latencies latencies() {
        return latencies;
    }

    /**
     * Starts a DMA, now. The listener is told from later events of the engine, never from within this call.
     *
     * @throws IllegalArgumentException if one of that name is running, there is nothing to transfer, or a link or root
     *     complex on the way is not described
     */
    public void start(DmaRequest request, DmaListener listener) {
        Flow flow = flow(request, tags(request), listener);
        flow.start(way(request, flow));
    }

    /**
     * Starts operations that pass several stages, each operation a stage when it is over in the one before; it is
     * unfinished, in the sense of its depth, until it is over in the last one. All stages have the same sizes of
     * operations, and the first one says when they start.
     *
     * @throws IllegalArgumentException as {@link #start(DmaRequest, DmaListener)} does, and if what a stage but the
     *     first transfers is not {@link Requests.Operations}
     */
    public void start(List<Stage> stages) {
        List<Flow> flows = new ArrayList<>();
        for (Stage stage : stages) {
            DmaRequest request = request(stage);
            TagPool tags = stage instanceof Stage.Dma ? tags(request) : new TagPool(request.tags());
            Flow flow = flow(request, tags, stage.listener());
            if (!flows.isEmpty()) {
                flow.follow(flows.get(flows.size() - 1));
            }
            flows.add(flow);
        }
        for (int i = 0; i < flows.size(); i++) {
            flows.get(i).start(way(stages.get(i), flows.get(i)));
        }
    }

    private static DmaRequest request(Stage stage) {
        if (stage instanceof Stage.Dma dma) {
            return dma.request();
        }
        Stage.Behind behind = (Stage.Behind) stage;
        return new DmaRequest(
                behind.name(),
                behind.function(),
                new PciTarget(behind.function()),
                Direction.WRITE,
                behind.requests(),
                AddressKind.BUS_ADDRESS,
                address -> true,
                1,
                behind.packet(),
                behind.packet(),
                64);
    }

    /** The functions' own: whatever they read, they have so many for all. */
    private TagPool tags(DmaRequest request) {
        return tagPools.computeIfAbsent(
                request.initiator().address(),
                address -> new TagPool(request.tags(), engine(request).rounds()));
    }

    private DmaEngineTiming engine(DmaRequest request) {
        return timings.device(request.initiator().address()).engine();
    }

    private Flow flow(DmaRequest request, TagPool tags, DmaListener listener) {
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
                tags,
                isAbove4GiB(request.memory()),
                timings.device(request.initiator().address()),
                poison(request),
                listener,
                () -> ended(request.name())));
        running.put(request.name(), flow);
        return flow;
    }

    /** Whose data is bad: the initiator's if it writes, else the target's. */
    private Poison poison(DmaRequest request) {
        long perBillion = 0;
        if (request.direction() == Direction.WRITE) {
            perBillion = timings.device(request.initiator().address()).poisonedPerBillion();
        } else if (request.memory() instanceof PciTarget device) {
            perBillion = timings.device(device.function().address()).poisonedPerBillion();
        }
        return new Poison(31 * seed + request.name().hashCode(), perBillion);
    }

    private Way way(Stage stage, Flow flow) {
        if (stage instanceof Stage.Behind behind) {
            return Way.ofWrites(paths.path(behind.port(), flow::wrote));
        }
        return way(((Stage.Dma) stage).request(), flow);
    }

    private Way way(DmaRequest request, Flow flow) {
        return request.direction() == Direction.READ ? readWay(request, flow) : writeWay(request, flow);
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
        progress.tell(progress.now());
        running.remove(name);
        lastEnd = progress.now();
    }

    /** Names of the DMA that has begun and not ended. */
    public ImmutableList<String> running() {
        return ImmutableList.copyOf(running.keySet());
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

    /** Nothing happens any more: whatever has not ended by now waits for ever, and is told so. */
    public void end() {
        progress.tell(Agenda.NEVER - 1);
        for (Flow flow : running.values()) {
            lastEnd = Math.max(lastEnd, flow.waitForEver());
        }
    }

    /**
     * When the last DMA came to its end, ticks, or something became of one that does not. DLLPs about it may still be on
     * their way.
     */
    public long lastEnd() {
        return lastEnd;
    }

    /** What the links carried so far: in the order of the fabric's ports, upstream first, in slices of one length. */
    public ImmutableList<LinkUse> linkUse() {
        return channels.linkUse();
    }

    /** Whether nothing is on its way: no TLP in a buffer, all credits and tags back or on their way back. */
    boolean isAtRest() {
        return progress.channels().stream().allMatch(Channel::isAtRest)
                && tagPools.values().stream().allMatch(TagPool::isAtRest);
    }

    /** TLPs that there ever were at once, at most. */
    int mostTlps() {
        return progress.tlps();
    }

    private Way writeWay(DmaRequest request, Flow flow) {
        Route route = delivery(request, true).route();
        long untilSeen = untilSeen(request.memory());
        boolean lands = response(request.memory()) == Response.SERVED;
        Path path = paths.requests(request, route, Traffic.WRITES, untilSeen, new Path.End() {
            @Override
            public boolean lands() {
                return lands;
            }

            @Override
            public void arrives(Tlp tlp, long tail) {
                if (lands) {
                    flow.wrote(tlp, tail);
                } else {
                    flow.dropped(tlp, tail);
                }
            }

            @Override
            public void blocked(Tlp tlp, long tail) {
                flow.blocked(tlp, tail);
            }
        });
        return Way.ofWrites(path);
    }

    /** Whether its requester may give up reads that are on their way: if it does not wait as long as is usual. */
    private boolean mayBeLate(DmaRequest request) {
        long timeout = timings.device(request.initiator().address())
                .completionTimeout()
                .orElse(Long.MAX_VALUE);
        long latency = request.memory() instanceof PciTarget device ? latencies.of(device.function()) : 0;
        return timeout - latency < SHORT_WAIT;
    }

    private Response response(Target target) {
        return target instanceof PciTarget device
                ? timings.device(device.function().address()).response()
                : Response.SERVED;
    }

    /** From the arrival of a write until it counts, ticks. */
    private long untilSeen(Target target) {
        if (target instanceof PciTarget device) {
            Bdf address = device.function().address();
            return latencies.of("writes to " + address, timings.device(address).writeLatency());
        }
        String socket = ((MemoryTarget) target).socket();
        return latencies.of(
                "writes to memory of " + socket, timings.memory(socket).writeLatency());
    }

    private Delivery delivery(DmaRequest request, boolean posted) {
        return request.memory() instanceof PciTarget device
                ? routing.request(request.initiator(), device.function(), request.kind(), posted)
                : routing.toMemory(
                        request.initiator(), ((MemoryTarget) request.memory()).socket(), request.kind(), posted);
    }

    private Way readWay(DmaRequest request, Flow flow) {
        PciFunction initiator = request.initiator();
        Route route = delivery(request, false).route();
        Path completion = completionPath(request, flow);
        Path error = paths.completions(initiator, route.toRoot().reversed(), flow::answered);
        Response response = response(request.memory());
        TlpKind answer = response == Response.SERVED ? TlpKind.COMPLETION_WITH_DATA : TlpKind.COMPLETION;
        Completer completer = completer(completion.channel(0), answer, flow, completion);
        ToLongFunction<Tlp> latency = readLatency(request);
        Path path = paths.requests(request, route, Traffic.READS, 0, new Path.End() {
            @Override
            public void arrives(Tlp tlp, long tail) {
                flow.asks(tlp, tail, tlp.walk + latency.applyAsLong(tlp), response);
            }

            @Override
            public void blocked(Tlp tlp, long tail) {
                flow.blocked(tlp, tail);
            }
        });
        return new Way(
                path,
                completion,
                error,
                completer,
                completer(error.channel(0), TlpKind.COMPLETION, flow, error),
                refusal(route),
                response != Response.SERVED || mayBeLate(request));
    }

    /**
     * From the root bus on which a read comes in, to where a root complex refuses it: the way in and out of that one, and
     * the way back through what the read has passed before. That way there is part of its path, as are links.
     */
    private long refusal(Route route) {
        int rootComplexes = route.rootComplexes().size();
        long passed = 0;
        for (Hop hop : route.hops()) {
            if (hop instanceof AcsBlockHop) {
                return 0;
            } else if (hop instanceof SocketHop) {
                passed += fabric.socketLink().map(SocketLink::latency).orElse(0L);
            } else if (hop instanceof RootComplexHop through) {
                long latency = latencies.of(through.bridge());
                if (timings.rootComplex(through.bridge()).response(false) != Response.SERVED) {
                    return passed + latency;
                }
                passed += latency / rootComplexes;
            }
        }
        return 0;
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
            long latency = latencies.of(device.function());
            return read -> latency;
        }
        MemoryTarget target = (MemoryTarget) request.memory();
        MemoryTiming memory = timings.memory(target.socket());
        boolean remote = !fabric.hostBridge(request.initiator()).socket().equals(target.socket());
        String part = "reads of memory of " + target.socket();
        return read ->
                latencies.of(part, memory.readLatency(target.cached().has().test(read.address), remote));
    }

    private Completer completer(Channel first, TlpKind kind, Flow flow, Path path) {
        return completers.computeIfAbsent(
                new CompleterKey(first, kind),
                key -> new Completer(
                        progress,
                        first,
                        kind,
                        kind == TlpKind.COMPLETION || !flow.readsMemory(),
                        progress.take(flow, path)));
    }
}
