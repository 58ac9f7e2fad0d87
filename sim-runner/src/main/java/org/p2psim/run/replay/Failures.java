package org.p2psim.run.replay;

import java.util.EnumMap;
import java.util.Map;
import org.p2psim.outcome.Failure;
import org.p2psim.run.watch.Recorder;

/** What has gone wrong with the requests of one transfer: counted, and the first of each kind told. */
final class Failures {
    private final Recorder recorder;
    private final Ways ways;
    private final String lane;
    private final Map<Failure, Long> counts = new EnumMap<>(Failure.class);

    Failures(Recorder recorder, Ways ways, String lane) {
        this.recorder = recorder;
        this.ways = ways;
        this.lane = lane;
    }

    void add(Failure how, long at, long address, Ways.Way way) {
        if (counts.merge(how, 1L, Long::sum) == 1) {
            recorder.effect(at, lane, how.words(), ways.reason(how, way, address));
        }
    }

    boolean isEmpty() {
        return counts.isEmpty();
    }

    Map<Failure, Long> counts() {
        return counts;
    }
}
