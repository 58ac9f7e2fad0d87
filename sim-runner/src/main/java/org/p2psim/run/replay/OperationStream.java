package org.p2psim.run.replay;

import java.util.Optional;
import org.p2psim.outcome.Failure;
import org.p2psim.platform.Errno;
import org.p2psim.run.flow.DmaListener;
import org.p2psim.run.flow.LatencyRecorder;
import org.p2psim.run.kernel.Line;
import org.p2psim.unit.Bandwidth;
import org.p2psim.unit.Bytes;

/** A stream of operations under way, whose latency is that of each operation as a whole. */
final class OperationStream implements DmaListener, DmaListener.Repeats {
    private final RunState run;
    private final Line line;
    private final long requested;
    private final Ways.Way way;
    private final LatencyRecorder latency = new LatencyRecorder();
    private long bytes;
    private final Failures failures;

    /**
     * Begins now.
     *
     * @param requested bytes
     */
    OperationStream(RunState run, Ways ways, Line line, long requested, Ways.Way way) {
        this.run = run;
        this.line = line;
        this.requested = requested;
        this.way = way;
        this.failures = new Failures(run, ways, line);
        run.kernel().begin(line, way.text());
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
    public Optional<Repeats> repeats() {
        return Optional.of(this);
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
