package org.p2psim.report.trace;

import com.google.common.collect.ImmutableMap;
import java.util.Map;

/**
 * Something on a track: a slice, or an instant if it does not end later than it starts.
 *
 * @param start ticks
 * @param end ticks
 * @param event index of the event of the outcome that it is; {@link #NO_EVENT} if it is none
 * @param details shown when somebody points at it; those that say nothing are left out
 */
record Mark(long start, long end, String name, String category, int event, Map<String, String> details) {
    static final int NO_EVENT = -1;

    Mark {
        details = ImmutableMap.copyOf(details);
    }

    boolean isSlice() {
        return end > start;
    }
}
