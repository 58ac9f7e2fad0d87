package org.p2psim.run.engine;

import nl.tudelft.simulation.dsol.formalisms.eventscheduling.SimEventInterface;

/** A pending event as DSOL wants to see it. */
record Planned(long time, long key, Runnable what) implements SimEventInterface<Long> {
    @Override
    public void execute() {
        what.run();
    }

    @Override
    public Long getAbsoluteExecutionTime() {
        return time;
    }

    @Override
    public short getPriority() {
        return EventKey.priority(key);
    }

    @Override
    public long getId() {
        return EventKey.withinPriority(key);
    }

    /** An event that DSOL made, as an object of ours. */
    record Given(SimEventInterface<Long> event) implements Runnable {
        @Override
        public void run() {
            event.execute();
        }
    }

    /** A primitive event. */
    record Call(Handler handler, int index) implements Runnable {
        @Override
        public void run() {
            handler.happen(index);
        }
    }
}
