package org.p2psim.run.textbook;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Members that take turns, each as often in its turn as its weight says. */
final class RoundRobin<T> {
    private final List<T> members = new ArrayList<>();
    private final List<Integer> weights = new ArrayList<>();
    private int turn;
    private int servedInTurn;

    /** Nothing happens if it is one already. */
    void add(T member, int weight) {
        if (!members.contains(member)) {
            members.add(member);
            weights.add(weight);
        }
    }

    void remove(T member) {
        int index = members.indexOf(member);
        members.remove(index);
        weights.remove(index);
        if (index == turn) {
            servedInTurn = 0;
        }
        if (index < turn) {
            turn--;
        } else if (turn == members.size()) {
            turn = 0;
        }
    }

    /** What the first one has that has anything, who has had its turn then; null if none has. */
    <R> @Nullable R first(Function<T, @Nullable R> offer) {
        for (int i = 0; i < members.size(); i++) {
            int index = (turn + i) % members.size();
            R offered = offer.apply(members.get(index));
            if (offered != null) {
                served(index);
                return offered;
            }
        }
        return null;
    }

    private void served(int index) {
        servedInTurn = index == turn ? servedInTurn + 1 : 1;
        turn = index;
        if (servedInTurn >= weights.get(index)) {
            turn = (index + 1) % members.size();
            servedInTurn = 0;
        }
    }
}
