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
import org.p2psim.run.flow.DmaListener;
import org.p2psim.run.flow.DmaNetwork;
import org.p2psim.run.flow.DmaRequest;
import org.p2psim.run.flow.LatencyRecorder;
import org.p2psim.run.flow.Requests;
import org.p2psim.run.watch.Recorder;
import org.p2psim.scenario.Operation;
import org.p2psim.topology.Bar;
import org.p2psim.unit.Bandwidth;
import org.p2psim.unit.Bytes;

/** Traffic that the timeline addresses straight at a BAR: no dma-buf, and no kernel that could refuse it. */
final class TrafficOperations {
    private static final int DEFAULT_REQUEST = (int) (4 * Bytes.KIB);

    private final World world;
    private final Engine engine;
    private final DmaNetwork network;
    private final Recorder recorder;
    private final Ways ways;

    TrafficOperations(World world, Engine engine, DmaNetwork network, Recorder recorder, Ways ways) {
        this.world = world;
        this.engine = engine;
        this.network = network;
        this.recorder = recorder;
        this.ways = ways;
    }

    void start(String lane, Operation.Traffic op) {
        boolean read = op.direction() == Operation.Direction.READ;
        String operation = read ? "traffic-read" : "traffic-write";
        Optional<AddressRange> bar = largestBar(op.to());
        long window = op.window().orElse(bar.map(AddressRange::size).orElse(0L));
        int min = op.request().map(request -> Math.toIntExact(request.min())).orElse(DEFAULT_REQUEST);
        int max = op.request().map(request -> Math.toIntExact(request.max())).orElse(DEFAULT_REQUEST);
        if (bar.isEmpty() || window > bar.get().size() || max > window) {
            String why = bar.isEmpty()
                    ? op.to() + " has no memory BAR"
                    : "requests of %s in a window of %s in a BAR of %s"
                            .formatted(
                                    Bytes.format(max),
                                    Bytes.format(window),
                                    Bytes.format(bar.get().size()));
            refused(lane, operation, op, why);
            return;
        }
        cautionIfRefused(op.from(), op.to());
        Requests requests = new Requests.Operations(
                List.of(new DmaRequest.Segment(bar.get().base(), window)),
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
        Ways.Way way = ways.way(op.from(), op.to(), read);
        network.start(ways.request(lane, way, requests, address -> true), new Running(lane, operation, op.size(), way));
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

    /** One line under way. */
    private final class Running implements DmaListener {
        private final String lane;
        private final String operation;
        private final long requested;
        private final Ways.Way way;
        private final long start = engine.now();
        private final int event;
        private final LatencyRecorder latency = new LatencyRecorder();
        private long bytes;
        private boolean failed;

        Running(String lane, String operation, long requested, Ways.Way way) {
            this.lane = lane;
            this.operation = operation;
            this.requested = requested;
            this.way = way;
            this.event = recorder.done(start, lane, operation, way.text());
        }

        @Override
        public void landed(long at, long address, int length, long issued) {
            if (!way.read()) {
                bytes += length;
            }
        }

        @Override
        public void completed(long at, long address, int length, long issued) {
            bytes += length;
        }

        @Override
        public void finished(long at, long started) {
            latency.record(at - started);
        }

        @Override
        public void dropped(long at, long address, int length, long issued) {
            failed(at, "blocked write", address);
        }

        @Override
        public void refused(long at, long address, int length, long issued) {
            failed(at, "blocked read", address);
        }

        private void failed(long at, String what, long address) {
            if (!failed) {
                failed = true;
                recorder.effect(at, lane, what, ways.refusal(way, address));
            }
        }

        @Override
        public void done() {
            long now = engine.now();
            recorder.end(
                    event,
                    now,
                    "%s, %s%s"
                            .formatted(
                                    way.text(),
                                    Bytes.format(bytes),
                                    bytes == 0 ? "" : " at " + new Bandwidth(bytes, now - start)));
            recorder.transfer(way.outcome(lane, operation, requested, bytes, start, now, latency.latency()));
        }
    }
}
