package org.p2psim.run.engine;

import nl.tudelft.simulation.dsol.experiment.Replication;
import nl.tudelft.simulation.dsol.experiment.RunControl;
import nl.tudelft.simulation.dsol.formalisms.eventscheduling.SimEventInterface;
import nl.tudelft.simulation.dsol.model.AbstractDsolModel;
import nl.tudelft.simulation.dsol.model.DsolModel;
import nl.tudelft.simulation.dsol.simulators.DevsSimulator;
import nl.tudelft.simulation.dsol.simulators.ReplicationState;
import nl.tudelft.simulation.dsol.simulators.RunState;
import nl.tudelft.simulation.dsol.simulators.SimulatorInterface;

/**
 * A DSOL simulator that runs in the thread that starts it. DSOL's own has a worker thread, which sleeps 2 ms per run,
 * outlives a run that fails, and keeps to itself what an event throws; it also writes every event into a string.
 */
final class InlineSimulator extends DevsSimulator<Long> {
    /** DSOL wants an end; the run ends when no event is left, long before. */
    private static final long END_OF_TIME = Long.MAX_VALUE / 4;

    private final EventHeap events = new EventHeap();
    private long now;
    private long executed;

    /** DSOL's log is one for all simulators and is rewired by each that is made, so they are made one at a time. */
    static synchronized InlineSimulator create() {
        DsolLog.toStandardError();
        InlineSimulator simulator = new InlineSimulator();
        simulator.initialize(new EmptyModel(simulator), new Run(), false);
        return simulator;
    }

    private InlineSimulator() {
        super("p2psim");
        setEventList(events);
    }

    long now() {
        return now;
    }

    long executed() {
        return executed;
    }

    void schedule(long time, Runnable action) {
        if (time < now) {
            throw new IllegalArgumentException("time %d is over, it is %d".formatted(time, now));
        }
        events.add(time, action);
    }

    void runToTheEnd() {
        if (replicationState != ReplicationState.INITIALIZED) {
            throw new IllegalStateException("an engine runs once");
        }
        start();
    }

    /** Does without the worker thread, and without the events for warm-up and end. */
    @Override
    @SuppressWarnings("hiding")
    public void initialize(
            DsolModel<Long, ? extends SimulatorInterface<Long>> model, Replication<Long> replication, boolean cleanUp) {
        this.model = model;
        this.replication = replication;
        simulatorTime = replication.getStartTime();
        model.constructModel();
        runState = RunState.INITIALIZED;
        replicationState = ReplicationState.INITIALIZED;
    }

    @Override
    public void startImpl() {
        replicationState = ReplicationState.STARTED;
        runState = RunState.STARTED;
        try {
            run();
        } finally {
            events.clear();
            simulatorTime = now;
            runState = RunState.ENDED;
            replicationState = ReplicationState.ENDED;
        }
    }

    @Override
    public void run() {
        while (runState == RunState.STARTED && !events.isEmpty()) {
            now = events.firstTime();
            Runnable action = events.removeFirstAction();
            executed++;
            action.run();
        }
    }

    @Override
    public void stop() {
        if (runState == RunState.STARTED) {
            runState = RunState.STOPPING;
        }
    }

    @Override
    public void endReplication() {
        stop();
    }

    @Override
    public Long getSimulatorTime() {
        return now;
    }

    @Override
    public SimEventInterface<Long> scheduleEvent(SimEventInterface<Long> event) {
        if (event.getAbsoluteExecutionTime() < now) {
            throw new IllegalArgumentException(
                    "time %d is over, it is %d".formatted(event.getAbsoluteExecutionTime(), now));
        }
        events.add(event);
        return event;
    }

    /** DSOL wants a model; what happens is given to the engine as actions. */
    private static final class EmptyModel extends AbstractDsolModel<Long, InlineSimulator> {
        private static final long serialVersionUID = 1;

        EmptyModel(InlineSimulator simulator) {
            super(simulator);
        }

        @Override
        public void constructModel() {}
    }

    /** Without a naming context: those are global and never freed. */
    private static final class Run extends Replication<Long> {
        private static final long serialVersionUID = 1;

        Run() {
            super(new RunControl<>("run", 0L, 0L, END_OF_TIME));
        }
    }
}
