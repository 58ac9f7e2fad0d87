package org.p2psim.run.engine;

/**
 * A clock and the actions that are still to happen. Actions run one after the other in the thread that calls
 * {@link #run()}, by time, and those of one time in the order in which they were given. Time is in ticks and starts
 * at 0.
 */
public final class Engine {
    private final InlineSimulator simulator = InlineSimulator.create();

    /** The time of the action that is running; after the run, of the last one. */
    public long now() {
        return simulator.now();
    }

    /**
     * Lets an action happen at a time, which may be now.
     *
     * @throws IllegalArgumentException if that time is over
     */
    public void at(long time, Runnable action) {
        simulator.schedule(time, action);
    }

    /**
     * Runs until no action is left or one calls {@link #stop()}. Whatever an action throws ends the run and is thrown
     * here.
     *
     * @throws IllegalStateException if it has run before
     */
    public void run() {
        simulator.runToTheEnd();
    }

    /** Ends the run after the action that is running; those still to happen are dropped. */
    public void stop() {
        simulator.stop();
    }

    /** How many actions have happened. */
    public long events() {
        return simulator.executed();
    }
}
