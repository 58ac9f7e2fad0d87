package org.p2psim.run.engine;

import nl.tudelft.simulation.dsol.formalisms.eventscheduling.SimEventInterface;

/**
 * The order within one instant. State changes come first and decisions, which look at the state, last: so a decision
 * does not depend on the order in which the changes were scheduled.
 */
public enum Phase {
    STATE(SimEventInterface.NORMAL_PRIORITY + 1),
    ACTION(SimEventInterface.NORMAL_PRIORITY),
    DECISION(SimEventInterface.NORMAL_PRIORITY - 1);

    private final int priority;

    Phase(int priority) {
        this.priority = priority;
    }

    /** DSOL's name for it: high first. */
    short priority() {
        return (short) priority;
    }
}
