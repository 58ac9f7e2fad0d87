package org.p2psim.run.replay;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.p2psim.address.AddressRange;
import org.p2psim.address.Bdf;
import org.p2psim.p2p.Verdict;
import org.p2psim.platform.Errno;
import org.p2psim.run.flow.DmaRequest;
import org.p2psim.run.flow.Requests;
import org.p2psim.run.kernel.Line;
import org.p2psim.scenario.DmaOperation;
import org.p2psim.scenario.Operation;
import org.p2psim.topology.Bar;
import org.p2psim.unit.Bytes;

/** Traffic that the timeline addresses straight at a BAR or at host memory: no dma-buf, and no kernel that could refuse it. */
final class TrafficOperations {
    private static final int DEFAULT_REQUEST = (int) DmaOperation.Traffic.DEFAULT_REQUEST;

    private final RunState run;
    private final Ways ways;
    private final HostBuffers buffers;
    private final Landings landings;
    private final Issuers issuers;

    TrafficOperations(RunState run, Ways ways, HostBuffers buffers, Landings landings, Issuers issuers) {
        this.run = run;
        this.ways = ways;
        this.buffers = buffers;
        this.landings = landings;
        this.issuers = issuers;
    }

    void start(int number, String lane, DmaOperation.Traffic op) {
        boolean read = op.direction() == DmaOperation.Direction.READ;
        Line line = new Line(number, lane, read ? "traffic-read" : "traffic-write");
        int min = op.request().map(request -> Math.toIntExact(request.min())).orElse(DEFAULT_REQUEST);
        int max = op.request().map(request -> Math.toIntExact(request.max())).orElse(DEFAULT_REQUEST);
        if (op.request().isEmpty()) {
            ways.assume("requests of %s".formatted(Bytes.format(DEFAULT_REQUEST)), "", lane);
        }
        DmaRequest.Segment place;
        Ways.Way way;
        if (op.to().equals(Operation.MEMORY)) {
            long window = op.window().orElse(Math.max(op.size(), max));
            place = new DmaRequest.Segment(buffers.take(window), window);
            way = ways.toMemory(op.from(), op.socket(), window, read);
        } else {
            AddressRange bar = largestBar(op.to());
            long window = op.window().orElse(bar.size());
            cautionIfRefused(op.from(), op.to());
            place = new DmaRequest.Segment(bar.base(), window);
            way = ways.way(op.from(), op.to(), read);
        }
        OperationStream stream = new OperationStream(run, ways, Optional.of(landings), line, op.size(), way);
        if (!run.exporters().issues(op.from())) {
            stream.refused(Errno.ENODEV, "%s issues nothing".formatted(op.from()));
            return;
        }
        issuers.begins(line, op.from());
        run.network()
                .start(
                        ways.request(lane, way, requests(lane, op, place, min, max), address -> true, attributes(op)),
                        stream);
    }

    private Requests requests(String lane, DmaOperation.Traffic op, DmaRequest.Segment place, int min, int max) {
        return new Requests.Operations(
                List.of(place),
                op.size(),
                min,
                max,
                op.pattern().orElse(DmaOperation.Pattern.SEQUENTIAL) == DmaOperation.Pattern.RANDOM
                        ? Requests.Pattern.RANDOM
                        : Requests.Pattern.SEQUENTIAL,
                min,
                start(op),
                Math.toIntExact(op.depth().orElse(0)),
                seed(lane));
    }

    private static DmaRequest.Attributes attributes(DmaOperation.Traffic op) {
        return new DmaRequest.Attributes(op.relaxedOrdering(), op.idBasedOrdering());
    }

    /** One is there: what would have to go to a device without a BAR is refused when the file is read. */
    AddressRange largestBar(String device) {
        return run.world().onHost(device).bars().stream()
                .map(Bar::range)
                .max(Comparator.comparingLong(AddressRange::size))
                .orElseThrow();
    }

    private static Requests.Start start(DmaOperation.Traffic op) {
        if (op.rate().isPresent()) {
            return new Requests.Start.Paced(op.rate().getAsLong());
        }
        return op.poisson().isPresent()
                ? new Requests.Start.Poisson(op.poisson().getAsLong())
                : new Requests.Start.AtOnce();
    }

    /** So that lines have draws of their own, whatever else the timeline has. */
    private long seed(String lane) {
        return run.world().plan().seed() * 31 + lane.hashCode();
    }

    /** Nobody asks the kernel here; but what it would not let a driver do is worth a word. */
    void cautionIfRefused(String initiator, String target) {
        Optional<Bdf> provider = run.world().seenAddress(target);
        Optional<Bdf> client = run.world().seenAddress(initiator);
        if (provider.isPresent() && client.isPresent()) {
            Verdict verdict = run.world().p2pdma().verdict(provider.get(), client.get());
            if (!verdict.supported()) {
                ways.caution("traffic from %s to %s runs although the kernel answers NOT_SUPPORTED: %s"
                        .formatted(initiator, target, verdict.reason()));
            }
        }
    }
}
