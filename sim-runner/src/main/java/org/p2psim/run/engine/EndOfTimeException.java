package org.p2psim.run.engine;

import java.util.Collection;
import org.p2psim.unit.Ticks;

/** Something would happen after the last instant that can be simulated. */
public final class EndOfTimeException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    EndOfTimeException() {
        super(sentence("this run"));
    }

    private EndOfTimeException(String who, EndOfTimeException cause) {
        super(sentence(who), cause);
    }

    /** The same, said of who would go on. */
    public EndOfTimeException of(Collection<String> names) {
        return names.isEmpty() ? this : new EndOfTimeException(String.join(", ", names), this);
    }

    private static String sentence(String who) {
        return "simulated time ends after %d hours, and %s would go on: let it transfer less, or faster"
                .formatted(InlineSimulator.END_OF_TIME / (3600 * Ticks.PER_SECOND), who);
    }
}
