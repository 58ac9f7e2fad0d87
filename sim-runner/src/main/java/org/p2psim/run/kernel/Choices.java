package org.p2psim.run.kernel;

import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * What a run leaves open: who goes first of several that could, how long something takes, and how fast the parts of the
 * machine are that DMA passes.
 */
public final class Choices {
    /** A duration is chosen from half of its nominal value... */
    private static final int SHORTEST_PERCENT = 50;
    /** ... to twice as much. */
    private static final int LONGEST_PERCENT = 200;

    /** Odd: parts whose names differ by little have nothing in common. */
    private static final long SPREAD = 0x9FB21C651E98DF25L;

    private final long seed;
    private final @Nullable SplittableRandom random;

    private Choices(long seed, @Nullable SplittableRandom random) {
        this.seed = seed;
        this.random = random;
    }

    /** The run of the file: first come, first served, and everything takes as long as it says. */
    public static Choices asWritten() {
        return new Choices(0, null);
    }

    /** Chosen at random, always the same with one seed. */
    public static Choices seeded(long seed) {
        return new Choices(seed, new SplittableRandom(seed));
    }

    /** Whether anything is chosen in another way than in the run of the file. */
    public boolean vary() {
        return random != null;
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
        return random == null || nominal == 0 ? nominal : varied(nominal, random);
    }

    /**
     * How long a part of the machine takes for whatever passes it. It is the same whenever it is asked, and whoever else
     * is: a timeline with fewer operations finds the machine as it was.
     *
     * @param part its name
     * @param nominal ticks, not negative
     */
    public long latency(String part, long nominal) {
        return random == null || nominal == 0
                ? nominal
                : varied(nominal, new SplittableRandom(seed ^ part.hashCode() * SPREAD));
    }

    private static long varied(long nominal, SplittableRandom random) {
        int percent = SHORTEST_PERCENT + random.nextInt(LONGEST_PERCENT - SHORTEST_PERCENT + 1);
        return nominal / 100 * percent + nominal % 100 * percent / 100;
    }
}
