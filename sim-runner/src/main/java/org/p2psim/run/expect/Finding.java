package org.p2psim.run.expect;

import com.google.common.collect.ImmutableSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.p2psim.outcome.ExpectationOutcome;
import org.p2psim.platform.Errno;
import org.p2psim.scenario.Plan;

/** What was found, and whether every part of an expectation is met by it. */
final class Finding {
    private final List<String> found = new ArrayList<>();
    private boolean met = true;

    Finding found(String what) {
        found.add(what);
        return this;
    }

    Finding require(boolean holds) {
        met &= holds;
        return this;
    }

    <T extends Enum<T>> Finding is(Optional<T> expected, T actual) {
        return is(expected, ImmutableSet.of(actual));
    }

    /** @param actual states that all hold, the one that says most first; none if the object is not there yet */
    <T extends Enum<T>> Finding is(Optional<T> expected, ImmutableSet<T> actual) {
        if (actual.isEmpty()) {
            return found("not there").require(expected.isEmpty());
        }
        T told = expected.filter(actual::contains).orElse(actual.iterator().next());
        return found(told.name().toLowerCase(Locale.ROOT).replace('_', '-'))
                .require(expected.isEmpty() || actual.contains(expected.get()));
    }

    Finding errno(Optional<Errno> expected, Optional<Errno> actual) {
        actual.ifPresent(errno -> found(errno.toString()));
        return require(expected.isEmpty() || expected.equals(actual));
    }

    /** Something that an expectation may ask for, and what it is. */
    <T> Finding equal(Optional<T> expected, T actual, String told) {
        return expected.isEmpty() ? this : found(told).require(expected.get().equals(actual));
    }

    ExpectationOutcome outcome(Plan.Expected expected) {
        return new ExpectationOutcome(expected.text(), String.join(", ", found), met, expected.line());
    }
}
