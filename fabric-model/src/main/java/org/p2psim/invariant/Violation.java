package org.p2psim.invariant;

/**
 * An invariant that does not hold.
 *
 * @param object the name of what it is about
 * @param detail what broke, in a sentence
 */
public record Violation(Invariant invariant, String object, String detail) {
    @Override
    public String toString() {
        return "%s at %s: %s".formatted(invariant.id(), object, detail);
    }
}
