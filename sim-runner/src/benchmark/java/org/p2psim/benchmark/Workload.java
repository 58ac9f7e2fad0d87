package org.p2psim.benchmark;

import java.util.Arrays;
import java.util.SplittableRandom;

/** Tokens that always wait for their next event, and how long each waits. */
public enum Workload {
    HOLD_16(16),
    HOLD_1K(1_000),
    HOLD_100K(100_000),
    /** Tokens go round through eight constant delays. */
    PIPE_64(64);

    private static final int DELAYS = 1 << 12;
    private static final double MEAN = 1 << 20;
    private static final long[] PIPE = {800, 1_760, 3_680, 6_400, 1_440, 11_200, 4_960, 2_720};

    private final int tokens;

    Workload(int tokens) {
        this.tokens = tokens;
    }

    int tokens() {
        return tokens;
    }

    long[] delays() {
        if (this == PIPE_64) {
            return PIPE;
        }
        long[] delays = new long[DELAYS];
        for (int i = 0; i < DELAYS; i++) {
            delays[i] = Math.round(-MEAN * Math.log((i + 0.5) / DELAYS));
        }
        shuffle(delays);
        return delays;
    }

    private static void shuffle(long[] delays) {
        SplittableRandom random = new SplittableRandom(1);
        for (int i = delays.length - 1; i > 0; i--) {
            int other = random.nextInt(i + 1);
            long delay = delays[i];
            delays[i] = delays[other];
            delays[other] = delay;
        }
    }

    /** How long it takes until so many events have happened, in ticks. */
    long windowOf(int events) {
        return Math.round(Arrays.stream(delays()).average().orElseThrow() / tokens * events);
    }
}
