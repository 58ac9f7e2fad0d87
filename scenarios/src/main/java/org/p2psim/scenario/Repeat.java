package org.p2psim.scenario;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Optional;
import org.p2psim.scenario.quantity.Time;

/**
 * Lines of the timeline that happen several times. A plan has them one by one: the assembly writes them out.
 *
 * @param at when the first repetition begins
 * @param times how often
 * @param every from the beginning of one repetition to that of the next
 * @param lines their times count from the beginning of their repetition
 */
public record Repeat(@Time long at, int times, @Time long every, List<Operation> lines) implements Operation {
    public Repeat {
        lines = ImmutableList.copyOf(lines);
    }

    /** None: its lines have ids, another one in each repetition. */
    @Override
    public Optional<String> id() {
        return Optional.empty();
    }
}
