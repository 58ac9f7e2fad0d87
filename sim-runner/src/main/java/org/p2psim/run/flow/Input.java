package org.p2psim.run.flow;

/** Something that has TLPs of one class for a channel. */
abstract sealed class Input permits Receiver.Queue, Requester, Completer {
    /** TLPs that an arbiter takes before it turns to the next port; the largest of a port's inputs counts. */
    private int weight = 1;

    final int weight() {
        return weight;
    }

    /** Whether what comes next belongs to what was taken last, so that others wait if it is ready. */
    boolean keepsTurn() {
        return false;
    }

    /** Whether others wait when it is its turn, ready or not. */
    boolean holdsTurn() {
        return false;
    }

    /** Before anything is sent. */
    final void setWeight(int tlps) {
        weight = tlps;
    }

    /**
     * From when on the channel may take the head, as far as this side is concerned: at most {@code now} if it may now;
     * {@link Agenda#NEVER} if there is none, or what it waits for is not known yet.
     */
    abstract long readyAt(Channel channel, long now);

    /**
     * Whether what comes next, and when, is up to the channel alone until some flow begins, ends or stops: what others
     * decide has no part in it.
     */
    abstract boolean isUndisturbed();

    /** The TLP that is next; only if {@link #readyAt} has just said that it is ready. */
    abstract Tlp head();

    /**
     * The channel has taken all of the head.
     *
     * @param end when its tail leaves, ticks
     */
    abstract void taken(long now, long end);
}
