package org.p2psim.run.textbook;

import java.util.Comparator;
import java.util.PriorityQueue;
import nl.tudelft.simulation.dsol.formalisms.eventscheduling.Executable;

/**
 * Time, and the order of an instant: what changes comes first, then what somebody does, then timers, which gather what
 * has changed, and last the decisions, which look at all of it.
 */
final class Clock {
    private static final int CHANGE = 10;
    private static final int ACTION = 8;
    private static final int TIMER = 6;
    private static final int DECISION = 4;

    private final StockSimulator simulator;
    /** Those that decide at this instant: DSOL has too few priorities for them all. */
    private final PriorityQueue<Transmitter> deciding =
            new PriorityQueue<>(Comparator.comparingInt(Transmitter::number));

    Clock(StockSimulator simulator) {
        this.simulator = simulator;
    }

    long now() {
        return simulator.now();
    }

    /** What takes no time is no event. */
    void after(long ticks, Executable change) {
        if (ticks == 0) {
            change.execute();
        } else {
            simulator.at(now() + ticks, CHANGE, change);
        }
    }

    void act(long time, Executable action) {
        simulator.at(time, ACTION, action);
    }

    void timer(long ticks, Executable expiry) {
        simulator.at(now() + ticks, TIMER, expiry);
    }

    /** Of several that decide at one instant the one with the lowest number goes first. */
    void decide(Transmitter transmitter) {
        deciding.add(transmitter);
        simulator.at(now(), DECISION, () -> deciding.remove().decide());
    }
}
