package org.p2psim.run.flow;

/**
 * Random numbers by their place: the same seed and number give the same draw, whoever asks and when. The mixing
 * function is that of SplitMix64 (Steele, Lea, Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014).
 */
final class Draws {
    private static final long GOLDEN_GAMMA = 0x9e3779b97f4a7c15L;

    private final long seed;

    /** @param purpose so that draws for different ends have nothing to do with each other */
    Draws(long seed, int purpose) {
        this.seed = mix(mix(seed) + purpose);
    }

    private static long mix(long value) {
        long z = value + GOLDEN_GAMMA;
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }

    private long bits(long number) {
        return mix(seed + number * GOLDEN_GAMMA) >>> 1;
    }

    /** From 0 up to, not including, a bound below 2^62. */
    long below(long number, long bound) {
        return Math.multiplyHigh(bits(number), bound << 1);
    }

    /** Exponentially distributed, with mean 1; the same on every machine. */
    double exponential(long number) {
        double uniform = ((bits(number) >>> 10) + 1) * 0x1p-53;
        return -StrictMath.log(uniform);
    }
}
