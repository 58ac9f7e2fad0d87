package org.p2psim.run.replay;

import com.google.common.collect.HashMultiset;
import com.google.common.collect.Multiset;
import java.util.Optional;
import org.p2psim.address.AddressRange;
import org.p2psim.outcome.Failure;
import org.p2psim.platform.Errno;
import org.p2psim.run.flow.DmaListener;
import org.p2psim.run.flow.LatencyRecorder;
import org.p2psim.run.kernel.Line;
import org.p2psim.unit.Bandwidth;
import org.p2psim.unit.Bytes;

/**
 * A stream of operations under way, whose latency is that of each operation as a whole. It is that of those of which all
 * has arrived that was asked for since they started.
 */
final class OperationStream implements DmaListener, DmaListener.Repeats {
    private final RunState run;
    private final Line line;
    private final long requested;
    private final Ways.Way way;
    private final LatencyRecorder latency = new LatencyRecorder();
    private final Optional<Landings> landings;
    private final Multiset<Long> unanswered = HashMultiset.create();
    private long lastUnanswered = -1;
    private long version = -1;
    private boolean answering;
    private long bytes;
    private final Failures failures;

    /**
     * Begins now.
     *
     * @param landings by which it is judged whether the target answers; empty if somebody else does
     * @param requested bytes
     */
    OperationStream(RunState run, Ways ways, Optional<Landings> landings, Line line, long requested, Ways.Way way) {
        this.run = run;
        this.landings = landings;
        this.line = line;
        this.requested = requested;
        this.way = way;
        this.failures = new Failures(run, ways, line);
        run.kernel().begin(line, way.text());
    }

    @Override
    public void landed(long at, long address, int length, long issued) {
        if (!isAnswered(address, length)) {
            notTaken(at, address, length, issued);
        } else if (!way.read()) {
            bytes += length;
        }
    }

    /** Nobody takes a write, or answers a read with data. */
    void notTaken(long at, long address, int length, long issued) {
        lastUnanswered = Math.max(lastUnanswered, issued);
        if (way.read()) {
            unanswered.add(address);
        }
        failures.add(
                way.read() ? Failure.UNSUPPORTED_REQUEST : Failure.DROPPED,
                at,
                "%s does not answer".formatted(way.target()));
    }

    private boolean isAnswered(long address, int length) {
        return isAnswering()
                || landings.filter(state -> state.answers(new AddressRange(address, length)))
                        .isPresent();
    }

    /** Whether all of the target's memory answers now. */
    private boolean isAnswering() {
        if (version != run.kernel().version()) {
            version = run.kernel().version();
            answering = landings.isEmpty() || run.exporters().decodes(way.target());
        }
        return answering;
    }

    @Override
    public void completed(long at, long address, int length, long issued) {
        if (!unanswered.remove(address)) {
            bytes += length;
        }
    }

    @Override
    public void finished(long at, long started) {
        if (started > lastUnanswered) {
            latency.record(at - started);
        }
    }

    @Override
    public Optional<Repeats> repeats() {
        return isAnswering() && unanswered.isEmpty() ? Optional.of(this) : Optional.empty();
    }

    @Override
    public void repeated(boolean isCompletion, long at, long period, long count, int length, long ticks) {
        if (isCompletion == way.read()) {
            bytes += count * length;
        }
    }

    @Override
    public void repeatedFinish(long count, long ticks) {
        latency.record(ticks, count);
    }

    @Override
    public void failed(Failure how, long at, long address, int length, long issued) {
        failures.add(how, at, address, way);
    }

    /** Bytes that were moved so far. */
    long bytes() {
        return bytes;
    }

    /** The rest is refused. */
    void refused(Errno errno, String why) {
        run.kernel().refused(line, Optional.of(errno), why);
        tell(run.engine().now());
    }

    @Override
    public void done() {
        long now = run.engine().now();
        run.kernel()
                .ended(
                        line,
                        "%s, %s%s"
                                .formatted(
                                        way.text(),
                                        Bytes.format(bytes),
                                        bytes == 0 ? "" : " at " + new Bandwidth(bytes, now - line.start())));
        tell(now);
    }

    @Override
    public void waitsForEver(long at) {
        failures.waitsForEver(at, way);
        tell(at);
    }

    private void tell(long now) {
        run.recorder()
                .transfer(way.outcome(
                        line.lane(), line.what(), requested, bytes, line.start(), now, latency.latency(), failures));
    }
}
