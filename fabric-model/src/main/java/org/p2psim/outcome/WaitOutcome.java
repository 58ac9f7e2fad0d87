package org.p2psim.outcome;

import com.google.common.collect.ImmutableList;
import java.util.List;
import org.p2psim.dmabuf.Wait;

/**
 * An operation that waited, and for whom.
 *
 * @param event index of the event of kind {@link Event.Kind#WAIT}, which has the times, the object that was waited at, and
 *     in its detail what for; one that never ended ends with the run
 * @param kind what had to come true
 * @param blockers by name, who held it up when it began; the last that did, if it never ended
 * @param finished false if it still waited at the end of the run
 */
public record WaitOutcome(int event, Wait.Kind kind, List<String> blockers, boolean finished) {
    public WaitOutcome {
        blockers = ImmutableList.copyOf(blockers);
    }
}
