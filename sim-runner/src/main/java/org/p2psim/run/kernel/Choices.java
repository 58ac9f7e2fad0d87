package org.p2psim.run.kernel;

import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** What a run leaves open: who goes first of several that could, and how long something takes. */
public final class Choices {
    /** A duration is chosen from half of its nominal value... */
    private static final int SHORTEST_PERCENT = 50;
    /** ... to twice as much. */
    private static final int LONGEST_PERCENT = 200;

    private final @Nullable SplittableRandom random;

    private Choices(@Nullable SplittableRandom random) {
        this.random = random;
    }

    /** The run of the file: first come, first served, and everything takes as long as it says. */
    public static Choices asWritten() {
        return new Choices(null);
    }

    /** Chosen at random, always the same with one seed. */
    public static Choices seeded(long seed) {
        return new Choices(new SplittableRandom(seed));
    }

    /**
     * Who goes first.
     *
     * @param candidates how many could, at least 1
     * @return 0 to {@code candidates} - 1; 0 is who came first
     */
    public int first(int candidates) {
        return random == null ? 0 : random.nextInt(candidates);
    }

    /** Whether something happens that does not in the run of the file, and in one of so many others. */
    public boolean oneIn(int runs) {
        return random != null && random.nextInt(runs) == 0;
    }

    /**
     * How long something takes.
     *
     * @param nominal ticks, not negative
     */
    public long duration(long nominal) {
        if (random == null || nominal == 0) {
            return nominal;
        }
        int percent = SHORTEST_PERCENT + random.nextInt(LONGEST_PERCENT - SHORTEST_PERCENT + 1);
        return nominal / 100 * percent + nominal % 100 * percent / 100;
    }
}
