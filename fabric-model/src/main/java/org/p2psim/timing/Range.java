package org.p2psim.timing;

/** The check that all values of this package go through. */
final class Range {
    private Range() {}

    /** @throws IllegalArgumentException if {@code value} is outside of the range, both ends included */
    static void check(String what, long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException("%s: %d is not within %d to %d".formatted(what, value, least, most));
        }
    }

    /** @throws IllegalArgumentException if {@code value} is below the least */
    static void atLeast(String what, long value, long least) {
        if (value < least) {
            throw new IllegalArgumentException("%s: %d is less than %d".formatted(what, value, least));
        }
    }
}
