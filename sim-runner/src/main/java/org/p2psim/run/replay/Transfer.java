package org.p2psim.run.replay;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.p2psim.dmabuf.SgTable;
import org.p2psim.dmabuf.importer.MemoryRegion;
import org.p2psim.outcome.Failure;
import org.p2psim.run.flow.DmaListener;
import org.p2psim.run.flow.LatencyRecorder;
import org.p2psim.unit.Bandwidth;
import org.p2psim.unit.Bytes;

/** A DMA that a line asks for, from there to its last byte; it may be stopped, and go on later. */
final class Transfer implements DmaListener {
    private final RunState run;
    private final Ways ways;
    private final Transfers.Order order;
    private final Ways.Way way;
    private final Consumer<Transfer> ended;
    private final long start;
    private final LatencyRecorder latency = new LatencyRecorder();
    private @Nullable Journey journey;
    private Optional<SgTable> translation = Optional.empty();
    private Runnable then = () -> {};
    private final Set<Long> unanswered = new HashSet<>();
    private long bytes;
    private long lost;
    private boolean stopped;
    private boolean failedAtRequester;
    private final Failures failures;

    Transfer(RunState run, Ways ways, Transfers.Order order, Ways.Way way, Consumer<Transfer> ended) {
        this.run = run;
        this.ways = ways;
        this.order = order;
        this.way = way;
        this.ended = ended;
        this.start = order.line().start();
        this.failures = new Failures(run, ways, order.line());
        run.recorder().end(order.line().event(), order.line().start(), way.text());
    }

    Transfers.Order order() {
        return order;
    }

    Ways.Way way() {
        return way;
    }

    /** It sets out, again perhaps. */
    void sets(Journey itsJourney, Optional<SgTable> itsTranslation, Runnable whenOver) {
        journey = itsJourney;
        translation = itsTranslation;
        then = whenOver;
        stopped = false;
    }

    /** Whether the NIC has not the addresses any more that it began with. */
    boolean lostTranslation() {
        Optional<SgTable> now = order.region().flatMap(MemoryRegion::translation);
        return translation.isPresent() && !(now.isPresent() && now.get() == translation.get());
    }

    boolean isStopped() {
        return stopped;
    }

    void stopped() {
        stopped = true;
    }

    /** Bytes that were moved. */
    long bytes() {
        return bytes;
    }

    boolean isComplete() {
        return bytes + lost >= order.bytes();
    }

    /** Bytes that came to their end without being moved. */
    long lost() {
        return lost;
    }

    /** The requester cannot read what it is to send. */
    void failedAtRequester() {
        failedAtRequester = true;
    }

    boolean hasFailedAtRequester() {
        return failedAtRequester;
    }

    /** Whether the memory at an address of it answers at the moment. */
    boolean isAnswered(long address) {
        return journey().isAnswered(address);
    }

    private Journey journey() {
        if (journey == null) {
            throw new IllegalStateException(order.lane() + " has not set out");
        }
        return journey;
    }

    @Override
    public void landed(long at, long address, int length, long issued) {
        boolean taken = journey().landed(at, address, length, issued);
        if (!taken) {
            lost += length;
            if (order.read()) {
                unanswered.add(address);
            }
            failures.add(
                    order.read() ? Failure.UNSUPPORTED_REQUEST : Failure.DROPPED,
                    at,
                    "%s does not answer".formatted(way.target()));
        } else if (!order.read()) {
            bytes += length;
            latency.record(at - issued);
        }
    }

    @Override
    public void completed(long at, long address, int length, long issued) {
        bytes += length;
        latency.record(at - issued);
    }

    @Override
    public Optional<Repeats> repeats() {
        return journey().isClean() ? Optional.of(this::repeated) : Optional.empty();
    }

    private void repeated(boolean isCompletion, long at, long period, long count, int length, long ticks) {
        if (!isCompletion) {
            journey().repeated(at, period, count, length, ticks);
        }
        if (isCompletion == order.read()) {
            bytes += count * length;
            latency.record(ticks, count);
        }
    }

    @Override
    public void done() {
        run.kernel().happens(order.line().operation(), "end of " + order.lane(), () -> {
            journey().over();
            ended.accept(this);
            then.run();
        });
    }

    /** Nothing more will be moved. */
    void finish() {
        run.kernel().ended(order.line(), summary());
        tell(run.engine().now());
    }

    @Override
    public void waitsForEver(long at) {
        failures.waitsForEver(at, way);
        tell(at);
    }

    private void tell(long end) {
        run.recorder()
                .transfer(way.outcome(
                        order.lane(),
                        order.operation(),
                        order.bytes(),
                        bytes,
                        start,
                        end,
                        latency.latency(),
                        failures));
    }

    private String summary() {
        long ticks = run.engine().now() - start;
        String rate = bytes == 0 || ticks == 0 ? "" : " at " + new Bandwidth(bytes, ticks);
        String part = bytes == order.bytes() ? "" : " of " + Bytes.format(order.bytes()) + ", then no more";
        return "%s %s%s%s".formatted(Bytes.format(bytes), order.read() ? "read" : "written", part, rate);
    }

    /** What nobody answered has been counted when it should have been. */
    @Override
    public void failed(Failure how, long at, long address, int length, long issued) {
        if (unanswered.remove(address)) {
            return;
        }
        failed(how, at, address, way);
        if (how == Failure.POISONED) {
            return;
        }
        lost += length;
        if (ways.isIommuFault(how, way)) {
            journey().blocked(at, address, length, issued);
        } else {
            journey().lost(at, address, length, issued);
        }
    }

    /** Something went wrong on a way of it. */
    void failed(Failure how, long at, long address, Ways.Way taken) {
        failures.add(how, at, address, taken);
    }
}
