package org.p2psim.run.flow;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import nl.tudelft.simulation.dsol.experiment.SingleReplication;
import nl.tudelft.simulation.dsol.formalisms.eventscheduling.SimEventInterface;
import nl.tudelft.simulation.dsol.model.AbstractDsolModel;
import nl.tudelft.simulation.dsol.simulators.DevsSimulator;
import nl.tudelft.simulation.dsol.simulators.SimulatorInterface;
import org.djutils.event.Event;
import org.djutils.event.EventListener;
import org.p2psim.run.engine.Handler;
import org.p2psim.run.engine.HandlerGroup;
import org.p2psim.run.engine.Phase;
import org.p2psim.run.engine.Scheduler;

/**
 * DSOL as it comes: its own list (a red-black tree), a lambda each event, its worker thread, its log at its own level.
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
final class StockDsol implements Scheduler, EventListener {
    private static final long serialVersionUID = 1;
    private static final int HIGHEST = SimEventInterface.MAX_PRIORITY;

    private final Stock simulator = new Stock();
    private final Semaphore stopped = new Semaphore(0);
    private final List<Handler> handlers = new ArrayList<>();
    private long events;

    /** A start that comes before the thread of the last run waits again is lost: it clears its interruption first. */
    private static final class Stock extends DevsSimulator<Long> {
        private static final long serialVersionUID = 1;

        Stock() {
            super("stock");
        }

        void awaitWorker() {
            while (!worker.isWaiting()) {
                Thread.onSpinWait();
            }
        }
    }

    StockDsol() {
        simulator.initialize(
                new AbstractDsolModel<Long, DevsSimulator<Long>>(simulator) {
                    private static final long serialVersionUID = 1;

                    @Override
                    public void constructModel() {}
                },
                new SingleReplication<>("stock", 0L, 0L, Long.MAX_VALUE / 4));
        simulator.addListener(this, SimulatorInterface.STOP_EVENT);
    }

    @Override
    public long now() {
        return simulator.getSimulatorTime();
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
        simulator.scheduleEventAbs(Long.valueOf(time), priority(phase, index), () -> {
            events++;
            its.happen(index);
        });
    }

    /** High goes first: arrivals and the like, the ends of flows, actions, and decisions by the rank of the channel. */
    private static short priority(Phase phase, int index) {
        return (short)
                switch (phase) {
                    case STATE -> index < Progress.AFTER_ARRIVALS ? HIGHEST : HIGHEST - 1;
                    case ACTION -> HIGHEST - 2;
                    case DECISION -> Math.max(HIGHEST - 3 - index, SimEventInterface.MIN_PRIORITY);
                };
    }

    long events() {
        return events;
    }

    void runUntil(long time) {
        simulator.awaitWorker();
        simulator.runUpToAndIncluding(time);
        stopped.acquireUninterruptibly();
    }

    /** Ends the worker thread. */
    void close() {
        simulator.cleanUp();
    }

    @Override
    public void notify(Event event) {
        stopped.release();
    }
}
