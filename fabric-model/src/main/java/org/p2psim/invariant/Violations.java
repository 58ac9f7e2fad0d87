package org.p2psim.invariant;

import com.google.common.collect.ImmutableList;
import java.util.function.Supplier;

/** Violations as checks find them. */
final class Violations {
    private final ImmutableList.Builder<Violation> found = ImmutableList.builder();

    void require(Invariant invariant, boolean holds, String object, Supplier<String> detail) {
        if (!holds) {
            found.add(new Violation(invariant, object, detail.get()));
        }
    }

    ImmutableList<Violation> found() {
        return found.build();
    }
}
