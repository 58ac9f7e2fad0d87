package org.p2psim.run.textbook;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Members that take turns: whoever has had its turn is the last one next time. */
final class RoundRobin<T> {
    private final List<T> members = new ArrayList<>();
    private int next;

    /** Nothing happens if it is one already. */
    void add(T member) {
        if (!members.contains(member)) {
            members.add(member);
        }
    }

    void remove(T member) {
        int index = members.indexOf(member);
        members.remove(index);
        if (index < next) {
            next--;
        } else if (next == members.size()) {
            next = 0;
        }
    }

    /** What the first one has that has anything; null if none has. */
    <R> @Nullable R first(Function<T, @Nullable R> offer) {
        for (int i = 0; i < members.size(); i++) {
            int index = (next + i) % members.size();
            R offered = offer.apply(members.get(index));
            if (offered != null) {
                next = (index + 1) % members.size();
                return offered;
            }
        }
        return null;
    }
}
