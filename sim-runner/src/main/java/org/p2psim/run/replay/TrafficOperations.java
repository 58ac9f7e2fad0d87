package org.p2psim.run.replay;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.p2psim.address.AddressRange;
import org.p2psim.address.Bdf;
import org.p2psim.outcome.TransferOutcome;
import org.p2psim.p2p.Verdict;
import org.p2psim.platform.Errno;
import org.p2psim.run.engine.Engine;
import org.p2psim.run.flow.DmaNetwork;
import org.p2psim.run.flow.DmaRequest;
import org.p2psim.run.flow.Requests;
import org.p2psim.run.watch.Recorder;
import org.p2psim.scenario.Operation;
import org.p2psim.topology.Bar;
import org.p2psim.unit.Bytes;

/** Traffic that the timeline addresses straight at a BAR or at host memory: no dma-buf, and no kernel that could refuse it. */
final class TrafficOperations {
    private static final int DEFAULT_REQUEST = (int) (4 * Bytes.KIB);

    private final World world;
    private final Engine engine;
    private final DmaNetwork network;
    private final Recorder recorder;
    private final Ways ways;
    private final HostBuffers buffers;

    TrafficOperations(
            World world, Engine engine, DmaNetwork network, Recorder recorder, Ways ways, HostBuffers buffers) {
        this.world = world;
        this.engine = engine;
        this.network = network;
        this.recorder = recorder;
        this.ways = ways;
        this.buffers = buffers;
    }

    void start(String lane, Operation.Traffic op) {
        boolean read = op.direction() == Operation.Direction.READ;
        String operation = read ? "traffic-read" : "traffic-write";
        int min = op.request().map(request -> Math.toIntExact(request.min())).orElse(DEFAULT_REQUEST);
        int max = op.request().map(request -> Math.toIntExact(request.max())).orElse(DEFAULT_REQUEST);
        if (op.request().isEmpty()) {
            ways.assume("requests of %s".formatted(Bytes.format(DEFAULT_REQUEST)), "", lane);
        }
        DmaRequest.Segment place;
        Ways.Way way;
        if (op.to().equals(Operation.MEMORY)) {
            long window = op.window().orElse(Math.max(op.size(), max));
            if (max > window) {
                refused(lane, operation, op, tooLarge(max, window, "memory"));
                return;
            }
            place = new DmaRequest.Segment(buffers.take(window), window);
            way = ways.toMemory(op.from(), op.socket(), window, read);
        } else {
            Optional<AddressRange> bar = largestBar(op.to());
            long window = op.window().orElse(bar.map(AddressRange::size).orElse(0L));
            if (bar.isEmpty() || window > bar.get().size() || max > window) {
                String why = bar.map(range -> tooLarge(max, window, "a BAR of " + Bytes.format(range.size())))
                        .orElse(op.to() + " has no memory BAR");
                refused(lane, operation, op, why);
                return;
            }
            cautionIfRefused(op.from(), op.to());
            place = new DmaRequest.Segment(bar.get().base(), window);
            way = ways.way(op.from(), op.to(), read);
        }
        network.start(
                ways.request(lane, way, requests(lane, op, place, min, max), address -> true, attributes(op)),
                new OperationStream(engine, recorder, ways, lane, operation, op.size(), way));
    }

    private Requests requests(String lane, Operation.Traffic op, DmaRequest.Segment place, int min, int max) {
        return new Requests.Operations(
                List.of(place),
                op.size(),
                min,
                max,
                op.pattern().orElse(Operation.Pattern.SEQUENTIAL) == Operation.Pattern.RANDOM
                        ? Requests.Pattern.RANDOM
                        : Requests.Pattern.SEQUENTIAL,
                min,
                start(op),
                Math.toIntExact(op.depth().orElse(0)),
                seed(lane));
    }

    private static DmaRequest.Attributes attributes(Operation.Traffic op) {
        return new DmaRequest.Attributes(op.relaxedOrdering(), op.idBasedOrdering());
    }

    private static String tooLarge(int request, long window, String where) {
        return "requests of %s in a window of %s in %s".formatted(Bytes.format(request), Bytes.format(window), where);
    }

    private void refused(String lane, String operation, Operation.Traffic op, String why) {
        long now = engine.now();
        recorder.refused(now, lane, operation, Optional.of(Errno.EINVAL), why);
        recorder.transfer(TransferOutcome.refused(
                lane, operation, op.from(), op.to(), op.size(), now, Optional.of(Errno.EINVAL)));
    }

    Optional<AddressRange> largestBar(String device) {
        return world.onHost(device).bars().stream().map(Bar::range).max(Comparator.comparingLong(AddressRange::size));
    }

    private static Requests.Start start(Operation.Traffic op) {
        if (op.rate().isPresent()) {
            return new Requests.Start.Paced(op.rate().getAsLong());
        }
        return op.poisson().isPresent()
                ? new Requests.Start.Poisson(op.poisson().getAsLong())
                : new Requests.Start.AtOnce();
    }

    /** So that lines have draws of their own, whatever else the timeline has. */
    private long seed(String lane) {
        return world.plan().seed() * 31 + lane.hashCode();
    }

    /** Nobody asks the kernel here; but what it would not let a driver do is worth a word. */
    void cautionIfRefused(String initiator, String target) {
        Optional<Bdf> provider = world.seenAddress(target);
        Optional<Bdf> client = world.seenAddress(initiator);
        if (provider.isPresent() && client.isPresent()) {
            Verdict verdict = world.p2pdma().verdict(provider.get(), client.get());
            if (!verdict.supported()) {
                ways.caution("traffic from %s to %s runs although the kernel answers NOT_SUPPORTED: %s"
                        .formatted(initiator, target, verdict.reason()));
            }
        }
    }
}
