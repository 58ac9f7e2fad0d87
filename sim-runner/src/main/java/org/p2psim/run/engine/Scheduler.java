package org.p2psim.run.engine;

/** A clock, and events that are still to happen: what a model needs whose every step is an event. */
public interface Scheduler {
    /** Ticks. */
    long now();

    /** Registers what happens at events of so many kinds, and returns the code of the first; the others follow. */
    int handlers(HandlerGroup group, int kinds);

    /**
     * Lets a handler's event happen at a time, which may be now. Events of one time happen by phase, then index.
     *
     * @param index 0 to 2^24 - 1, handed to the handler
     */
    void at(long time, Phase phase, int handler, int index);
}
