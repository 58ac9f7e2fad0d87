package org.p2psim.report.svg;

import org.p2psim.outcome.Event;
import org.p2psim.outcome.LandingOutcome;

/**
 * Something in a lane of the timeline, with a text beside it.
 *
 * @param event index of the event that it is; -1 if it is none
 * @param told what it says to those who point at it
 */
record TimelineItem(long start, long end, Mark mark, String label, int event, String told) {
    static final int NO_EVENT = -1;

    /** How an item looks. */
    enum Mark {
        DONE("done"),
        REFUSED("refused"),
        EFFECT("followed from it"),
        WAIT("waited"),
        STUCK("never ended"),
        TRANSFER("data moved"),
        LANDED("landed"),
        LOST("dropped or blocked"),
        IN_FLIGHT("in flight when access ended"),
        UNTOLD("a notification that never came"),
        VIOLATION("an invariant broke");

        private final String word;

        Mark(String word) {
            this.word = word;
        }

        String word() {
            return word;
        }

        boolean alarms() {
            return this == REFUSED || this == VIOLATION || this == LOST || this == UNTOLD || this == STUCK;
        }

        /** Whether its duration is a line and not a bar. */
        boolean isLine() {
            return this == VIOLATION || this == LANDED || this == LOST;
        }

        static Mark of(Event.Kind kind) {
            return switch (kind) {
                case DONE -> DONE;
                case REFUSED -> REFUSED;
                case EFFECT -> EFFECT;
                case WAIT -> WAIT;
                case VIOLATION -> VIOLATION;
            };
        }

        static Mark of(LandingOutcome.Fate fate) {
            return fate == LandingOutcome.Fate.LANDED ? LANDED : LOST;
        }
    }

    boolean instant() {
        return end == start;
    }
}
