package org.p2psim.run.textbook;

import com.google.common.util.concurrent.Uninterruptibles;
import java.util.concurrent.Semaphore;
import nl.tudelft.simulation.dsol.experiment.SingleReplication;
import nl.tudelft.simulation.dsol.formalisms.eventscheduling.Executable;
import nl.tudelft.simulation.dsol.model.AbstractDsolModel;
import nl.tudelft.simulation.dsol.simulators.DevsSimulator;
import nl.tudelft.simulation.dsol.simulators.SimulatorInterface;
import org.djutils.event.Event;
import org.djutils.event.EventListener;

/**
 * DSOL as it comes: its own list (a red-black tree), a lambda each event, its worker thread, its log at its own level.
 * Whoever lets it run waits until it stops.
 */
public final class StockSimulator implements EventListener, AutoCloseable {
    private static final long serialVersionUID = 1;

    private final Stock simulator = new Stock();
    private final Semaphore stopped = new Semaphore(0);
    private long scheduled;

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

        void end() {
            Thread ending = worker;
            cleanUp();
            Uninterruptibles.joinUninterruptibly(ending);
        }
    }

    public StockSimulator() {
        simulator.initialize(
                new AbstractDsolModel<Long, DevsSimulator<Long>>(simulator) {
                    private static final long serialVersionUID = 1;

                    @Override
                    public void constructModel() {}
                },
                new SingleReplication<>("stock", 0L, 0L, Long.MAX_VALUE / 4));
        simulator.addListener(this, SimulatorInterface.STOP_EVENT);
    }

    public long now() {
        return simulator.getSimulatorTime();
    }

    /** @param priority 1 to 10: of events of one time that with the highest goes first, then the one scheduled first */
    public void at(long time, int priority, Executable event) {
        scheduled++;
        simulator.scheduleEventAbs(Long.valueOf(time), (short) priority, event);
    }

    /** How many events have happened. */
    public long events() {
        return scheduled - simulator.getEventList().size();
    }

    /**
     * Lets events happen up to a time, that included.
     *
     * @throws IllegalStateException if one of them fails; DSOL's log says how
     */
    public void runUntil(long time) {
        simulator.awaitWorker();
        simulator.runUpToAndIncluding(time);
        stopped.acquireUninterruptibly();
        if (now() != time) {
            throw new IllegalStateException("an event has failed at " + now());
        }
    }

    /** Ends the worker thread. */
    @Override
    public void close() {
        simulator.end();
    }

    @Override
    public void notify(Event event) {
        stopped.release();
    }
}
