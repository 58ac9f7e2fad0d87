package org.p2psim.run.flow;

import java.util.ArrayList;
import java.util.List;
import nl.tudelft.simulation.dsol.formalisms.eventscheduling.SimEventInterface;
import org.p2psim.run.engine.Handler;
import org.p2psim.run.engine.HandlerGroup;
import org.p2psim.run.engine.Phase;
import org.p2psim.run.engine.Scheduler;
import org.p2psim.run.textbook.StockSimulator;

/**
 * The product's model on DSOL as it comes, see {@link StockSimulator}.
 *
 * <p>What it runs is {@link EveryEvent}, the model of L0, with all that this keeps in arrays and pools: as many events
 * for a TLP, at the same times and in the same order, which the benchmark checks before it begins. So what differs is
 * what DSOL does to schedule an event and to let it happen. It is not made slower: the only thing added to an event is
 * that it is counted, and the events are handed to DSOL by the method that takes lambdas and an absolute time. It is not
 * made faster: what DSOL does for each event anyway, as writing it into a string for its log, is left as it is.
 *
 * <p>Of events of one time and priority the one that was scheduled first goes first, and there are ten priorities:
 * enough for the phases and the first seven channels.
 */
final class StockDsol implements Scheduler {
    private static final int HIGHEST = SimEventInterface.MAX_PRIORITY;

    private final StockSimulator simulator = new StockSimulator();
    private final List<Handler> handlers = new ArrayList<>();

    @Override
    public long now() {
        return simulator.now();
    }

    @Override
    public int handlers(HandlerGroup group, int kinds) {
        int first = handlers.size();
        for (int i = 0; i < kinds; i++) {
            int kind = i;
            handlers.add(index -> group.happen(kind, index));
        }
        return first;
    }

    @Override
    public void at(long time, Phase phase, int handler, int index) {
        Handler its = handlers.get(handler);
        simulator.at(time, priority(phase, index), () -> its.happen(index));
    }

    /** High goes first: arrivals and the like, the ends of flows, actions, and decisions by the rank of the channel. */
    private static int priority(Phase phase, int index) {
        return switch (phase) {
            case STATE -> index < Progress.AFTER_ARRIVALS ? HIGHEST : HIGHEST - 1;
            case ACTION -> HIGHEST - 2;
            case DECISION -> Math.max(HIGHEST - 3 - index, SimEventInterface.MIN_PRIORITY);
        };
    }

    long events() {
        return simulator.events();
    }

    void runUntil(long time) {
        simulator.runUntil(time);
    }

    /** Ends the worker thread. */
    void close() {
        simulator.close();
    }
}
