package org.p2psim.run.flow;

/** The tags of a function: how many of its reads may be outstanding at once. */
final class TagPool {
    private final int tags;
    private final LongRing returns = new LongRing();
    private int free;

    TagPool(int tags) {
        this.tags = tags;
        this.free = tags;
    }

    int tags() {
        return tags;
    }

    /** When there is a tag: at most {@code now} if there is one, {@link Agenda#NEVER} if that is not known. */
    long availableAt(long now) {
        while (!returns.isEmpty() && returns.head() <= now) {
            returns.remove();
            free++;
        }
        return free > 0 ? now : returns.isEmpty() ? Agenda.NEVER : returns.head();
    }

    void put(State state) {
        state.put(free);
        state.putTimes(returns);
    }

    void shift(long ticks) {
        returns.shift(ticks);
    }

    void take() {
        free--;
    }

    void giveBack(long at) {
        returns.addInOrder(at);
    }
}
