package org.p2psim.run.replay;

import org.p2psim.outcome.Failure;
import org.p2psim.run.engine.Engine;
import org.p2psim.run.flow.DmaListener;
import org.p2psim.run.flow.LatencyRecorder;
import org.p2psim.run.watch.Recorder;
import org.p2psim.unit.Bandwidth;
import org.p2psim.unit.Bytes;

/** A stream of operations under way, whose latency is that of each operation as a whole. */
final class OperationStream implements DmaListener {
    private final Engine engine;
    private final Recorder recorder;
    private final String lane;
    private final String operation;
    private final long requested;
    private final Ways.Way way;
    private final long start;
    private final int event;
    private final LatencyRecorder latency = new LatencyRecorder();
    private long bytes;
    private final Failures failures;

    /**
     * Begins now.
     *
     * @param requested bytes
     */
    OperationStream(
            Engine engine, Recorder recorder, Ways ways, String lane, String operation, long requested, Ways.Way way) {
        this.engine = engine;
        this.recorder = recorder;
        this.lane = lane;
        this.operation = operation;
        this.requested = requested;
        this.way = way;
        this.failures = new Failures(recorder, ways, lane);
        this.start = engine.now();
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
    public void failed(Failure how, long at, long address, int length, long issued) {
        failures.add(how, at, address, way);
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
        recorder.transfer(way.outcome(lane, operation, requested, bytes, start, now, latency.latency(), failures));
    }
}
