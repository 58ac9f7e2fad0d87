package org.p2psim.outcome;

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

    /**
     * The first time it broke.
     *
     * @param at ticks
     * @param event index of the event at which it broke
     * @param detail what broke, with the objects
     * @param enabledBy index of the first earlier event that made it possible
     * @param times how often it broke in all
     */
    public record Violation(long at, int event, String detail, int enabledBy, long times) {}
}
