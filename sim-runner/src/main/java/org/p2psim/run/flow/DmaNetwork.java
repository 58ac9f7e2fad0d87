package org.p2psim.run.flow;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.p2psim.address.Bdf;
import org.p2psim.outcome.LinkUse;
import org.p2psim.routing.AddressKind;
import org.p2psim.routing.Routing;
import org.p2psim.run.engine.Engine;
import org.p2psim.run.flow.DmaRequest.Direction;
import org.p2psim.run.flow.Target.PciTarget;
import org.p2psim.timing.DmaEngineTiming;
import org.p2psim.timing.Timings;
import org.p2psim.topology.Bar;
import org.p2psim.topology.Fabric;

/** The links, root complexes, IOMMUs and memories of a machine during one run, and the DMAs that share them. */
public final class DmaNetwork {
    private static final long FOUR_GIB = 1L << 32;

    private final Timings timings;
    private final Progress progress;
    private final Channels channels;
    private final DmaWays ways;
    private final long seed;
    private final Latencies latencies;

    private final Map<Bdf, TagPool> tagPools = new HashMap<>();
    private final Map<String, Flow> running = new LinkedHashMap<>();
    private long lastEnd;

    /** As fast as the machine says. */
    public DmaNetwork(Fabric fabric, Routing routing, Engine engine, Timings timings, Fidelity fidelity) {
        this(fabric, routing, engine, timings, fidelity, 1, Latencies.AS_STATED);
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
        this(fabric, routing, timings, progress(engine, timings, fidelity), seed, latencies);
        tellBeforeActionsOf(engine);
    }

    /** Without an engine that says when somebody looks. */
    DmaNetwork(Fabric fabric, Routing routing, Timings timings, Progress progress, long seed, Latencies latencies) {
        this.timings = timings;
        this.progress = progress;
        this.seed = seed;
        this.latencies = latencies;
        this.channels = new Channels(fabric, progress, timings, seed);
        this.ways = new DmaWays(fabric, routing, timings, progress, channels, latencies);
    }

    private static Progress progress(Engine engine, Timings timings, Fidelity fidelity) {
        return switch (fidelity) {
            case L0 -> new EveryEvent(engine, timings.ecrc());
            case L1 -> new KnownTimes(engine, false, timings.ecrc());
            case L2 -> new KnownTimes(engine, true, timings.ecrc());
        };
    }

    /** Whoever acts has been told what has happened until then. */
    void tellBeforeActionsOf(Engine engine) {
        engine.beforeActions(time -> {
            progress.tell(progress.now());
            progress.disturbed();
        });
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
        flow.start(ways.of(request, flow));
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
            flows.get(i).start(ways.of(stages.get(i), flows.get(i)));
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
        if (!request.isRead()) {
            perBillion = timings.device(request.initiator().address()).poisonedPerBillion();
        } else if (request.memory() instanceof PciTarget device) {
            perBillion = timings.device(device.function().address()).poisonedPerBillion();
        }
        return new Poison(31 * seed + request.name().hashCode(), perBillion);
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
}
