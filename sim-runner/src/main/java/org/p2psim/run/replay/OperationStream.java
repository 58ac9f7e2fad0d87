package org.p2psim.run.replay;

import org.p2psim.run.flow.DmaListener;
import org.p2psim.run.flow.LatencyRecorder;
import org.p2psim.run.kernel.Line;
import org.p2psim.unit.Bandwidth;
import org.p2psim.unit.Bytes;

/** A stream of operations under way, whose latency is that of each operation as a whole. */
final class OperationStream implements DmaListener {
    private final RunState run;
    private final Ways ways;
    private final Line line;
    private final long requested;
    private final Ways.Way way;
    private final LatencyRecorder latency = new LatencyRecorder();
    private long bytes;
    private boolean failed;

    /**
     * Begins now.
     *
     * @param requested bytes
     */
    OperationStream(RunState run, Ways ways, Line line, long requested, Ways.Way way) {
        this.run = run;
        this.ways = ways;
        this.line = line;
        this.requested = requested;
        this.way = way;
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
            run.recorder().effect(at, line.lane(), what, ways.refusal(way, address), line.operation());
        }
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
        run.recorder()
                .transfer(way.outcome(
                        line.lane(), line.what(), requested, bytes, line.start(), now, latency.latency()));
    }
}
