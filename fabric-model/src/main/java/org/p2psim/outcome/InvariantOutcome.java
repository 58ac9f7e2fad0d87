package org.p2psim.outcome;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Optional;

/**
 * Whether one invariant held in every state of the run.
 *
 * @param id of the catalogue, such as {@code I-02}
 * @param statement what must hold
 * @param checks how often it was checked
 */
public record InvariantOutcome(String id, String statement, long checks, Optional<Violation> violation) {
    public boolean held() {
        return violation.isEmpty();
    }

    /** True if it held, or if the scenario expects that it breaks. */
    public boolean good() {
        return violation.map(Violation::expected).orElse(true);
    }

    /**
     * The first time it broke that the scenario does not expect; if it expects all of them, the first.
     *
     * @param at ticks
     * @param event index of the event at which it broke
     * @param detail what broke, with the objects
     * @param objects those that it broke at, by name
     * @param enabledBy index of the first earlier event that made it possible
     * @param times how often it broke in all
     * @param expected an expectation of the scenario says that it breaks
     */
    public record Violation(
            long at, int event, String detail, List<String> objects, int enabledBy, long times, boolean expected) {
        public Violation {
            objects = ImmutableList.copyOf(objects);
        }
    }
}
