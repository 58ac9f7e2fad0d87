package org.p2psim.run.engine;

import org.p2psim.unit.Ticks;

/** Something would happen after the last instant that can be simulated. */
public final class EndOfTimeException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    EndOfTimeException() {
        super("simulated time ends after %d hours, and this run would go on: let it transfer less, or faster"
                .formatted(InlineSimulator.END_OF_TIME / (3600 * Ticks.PER_SECOND)));
    }
}
