package org.p2psim.outcome;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Optional;

/**
 * What broke in other orders in which the timeline of one variant could have happened.
 *
 * @param command that runs this variant; with the number of an interleaving it replays that one
 * @param seed of all interleavings
 * @param interleavings how many were run: those with the numbers 1 to this
 * @param within how far an operation was moved at most, ticks
 * @param checks of invariants in all of them
 * @param broken each invariant that broke, by its number in the catalogue
 */
public record ExplorationOutcome(
        String scenario,
        String variant,
        String command,
        long seed,
        long interleavings,
        long within,
        long checks,
        List<Broken> broken) {
    public ExplorationOutcome {
        broken = ImmutableList.copyOf(broken);
    }

    /** Nothing broke that the scenario does not expect to break. */
    public boolean good() {
        return broken.stream().allMatch(Broken::expected);
    }

    /**
     * An invariant that broke.
     *
     * @param id of the catalogue, such as {@code I-02}
     * @param statement what must hold
     * @param expected whether the scenario says that it breaks
     * @param times in how many interleavings it broke
     * @param first number of the first of these
     * @param at when it broke there first, ticks
     * @param detail what broke there
     * @param shortest the shortest timeline that was found to show it, if one was looked for
     */
    public record Broken(
            String id,
            String statement,
            boolean expected,
            long times,
            long first,
            long at,
            String detail,
            Optional<Shortest> shortest) {}

    /**
     * A timeline from which no operation, and no two, can be taken away.
     *
     * @param timeline lines of a scenario file
     * @param interleaving which one of it shows the violation, with nothing moved; 0 is the file as it stands
     */
    public record Shortest(List<String> timeline, long interleaving) {
        public Shortest {
            timeline = ImmutableList.copyOf(timeline);
        }
    }
}
