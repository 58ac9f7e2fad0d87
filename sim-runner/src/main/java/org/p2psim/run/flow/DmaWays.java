package org.p2psim.run.flow;

import java.util.HashMap;
import java.util.Map;
import java.util.function.ToLongFunction;
import org.p2psim.address.Bdf;
import org.p2psim.routing.Delivery;
import org.p2psim.routing.Hop;
import org.p2psim.routing.Hop.AcsBlockHop;
import org.p2psim.routing.Hop.RootComplexHop;
import org.p2psim.routing.Hop.SocketHop;
import org.p2psim.routing.Route;
import org.p2psim.routing.Routing;
import org.p2psim.run.flow.Paths.Traffic;
import org.p2psim.run.flow.Target.MemoryTarget;
import org.p2psim.run.flow.Target.PciTarget;
import org.p2psim.timing.MemoryTiming;
import org.p2psim.timing.Response;
import org.p2psim.timing.Timings;
import org.p2psim.topology.Fabric;
import org.p2psim.topology.PciFunction;
import org.p2psim.topology.SocketLink;
import org.p2psim.transaction.TlpKind;
import org.p2psim.unit.Ticks;

/** Finds the ways of DMAs through a fabric, with what answers at their ends. */
final class DmaWays {
    /** No queue of reads is so long on links that are worth the name. */
    private static final long SHORT_WAIT = 20 * Ticks.PER_MILLISECOND;

    private final Fabric fabric;
    private final Routing routing;
    private final Timings timings;
    private final Progress progress;
    private final Latencies latencies;
    private final Paths paths;
    private final Map<CompleterKey, Completer> completers = new HashMap<>();

    private record CompleterKey(Channel first, TlpKind kind) {}

    DmaWays(
            Fabric fabric,
            Routing routing,
            Timings timings,
            Progress progress,
            Channels channels,
            Latencies latencies) {
        this.fabric = fabric;
        this.routing = routing;
        this.timings = timings;
        this.progress = progress;
        this.latencies = latencies;
        this.paths = new Paths(progress, channels, timings, fabric.socketLink().orElse(SocketLink.NONE), latencies);
    }

    Way of(Stage stage, Flow flow) {
        if (stage instanceof Stage.Behind behind) {
            return Way.ofWrites(paths.path(behind.port(), flow::wrote));
        }
        return of(((Stage.Dma) stage).request(), flow);
    }

    Way of(DmaRequest request, Flow flow) {
        return request.isRead() ? ofReads(request, flow) : ofWrites(request, flow);
    }

    private Way ofWrites(DmaRequest request, Flow flow) {
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

    private Way ofReads(DmaRequest request, Flow flow) {
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
                        kind == TlpKind.COMPLETION || !flow.request().readsMemory(),
                        progress.take(flow, path)));
    }
}
