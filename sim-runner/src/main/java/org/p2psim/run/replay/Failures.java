package org.p2psim.run.replay;

import java.util.EnumMap;
import java.util.Map;
import org.p2psim.outcome.Failure;
import org.p2psim.run.kernel.Line;

/** What has gone wrong with the requests of one transfer: counted, and the first of each kind told. */
final class Failures {
    private final RunState run;
    private final Ways ways;
    private final Line line;
    private final Map<Failure, Long> counts = new EnumMap<>(Failure.class);

    Failures(RunState run, Ways ways, Line line) {
        this.run = run;
        this.ways = ways;
        this.line = line;
    }

    void add(Failure how, long at, long address, Ways.Way way) {
        if (counts.merge(how, 1L, Long::sum) == 1) {
            tell(how, at, ways.reason(how, way, address));
        }
    }

    /** One whose reason is the state of the target at that time. */
    void add(Failure how, long at, String reason) {
        if (counts.merge(how, 1L, Long::sum) == 1) {
            tell(how, at, reason);
        }
    }

    /** It never ends: by its own doing, or because others of its initiator hold what it needs. */
    void waitsForEver(long at, Ways.Way way) {
        if (!counts.containsKey(Failure.NO_COMPLETION)) {
            String reason =
                    "%s waits for ever: reads of it that nobody answers hold its tags".formatted(way.initiator());
            add(Failure.NO_COMPLETION, at, reason);
        }
    }

    private void tell(Failure how, long at, String reason) {
        run.recorder().effect(at, line.lane(), how.words(), reason, line.operation());
    }

    Map<Failure, Long> counts() {
        return counts;
    }
}
