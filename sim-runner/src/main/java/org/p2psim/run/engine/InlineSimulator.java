package org.p2psim.run.engine;

import java.util.function.LongConsumer;
import nl.tudelft.simulation.dsol.experiment.Replication;
import nl.tudelft.simulation.dsol.experiment.RunControl;
import nl.tudelft.simulation.dsol.formalisms.eventscheduling.Executable;
import nl.tudelft.simulation.dsol.formalisms.eventscheduling.SimEventInterface;
import nl.tudelft.simulation.dsol.model.AbstractDsolModel;
import nl.tudelft.simulation.dsol.model.DsolModel;
import nl.tudelft.simulation.dsol.simulators.DevsSimulator;
import nl.tudelft.simulation.dsol.simulators.ReplicationState;
import nl.tudelft.simulation.dsol.simulators.RunState;
import nl.tudelft.simulation.dsol.simulators.SimulatorInterface;
import nl.tudelft.simulation.naming.context.JvmContext;
import org.jspecify.annotations.Nullable;

/**
 * A DSOL simulator that runs in the thread that starts it. DSOL's own has a worker thread, which sleeps 2 ms per run,
 * outlives a run that fails, and keeps to itself what an event throws; it also writes every event into a string.
 */
final class InlineSimulator extends DevsSimulator<Long> {
    /** DSOL wants an end. No event is later, and sums of two times do not overflow. */
    static final long END_OF_TIME = Long.MAX_VALUE / 4;

    private static final long UNBOUNDED = Long.MAX_VALUE;

    private final EventList events = new EventList();
    private long now;
    private long executed;
    /** Only what is earlier may happen; 0 as soon as the run is to stop. */
    private long bound = UNBOUNDED;

    private LongConsumer beforeActions = time -> {};
    private long caughtUp = -1;
    private long lastAction;

    /** DSOL's log is one for all simulators and is rewired by each that is made, so they are made one at a time. */
    static synchronized InlineSimulator create() {
        DsolLog.toStandardError();
        InlineSimulator simulator = new InlineSimulator();
        DsolLog.forgetClock();
        simulator.initialize(new EmptyModel(simulator), new Run(), false);
        return simulator;
    }

    private InlineSimulator() {
        super("p2psim");
        setEventList(events);
    }

    EventList events() {
        return events;
    }

    long now() {
        return now;
    }

    long executed() {
        return executed;
    }

    void beforeActions(LongConsumer hook) {
        beforeActions = hook;
    }

    void schedule(long time, Runnable action) {
        check(time);
        events.add(time, action);
    }

    void schedule(long time, Phase phase, int handler, int index) {
        check(time);
        events.add(time, phase, handler, index);
    }

    private void check(long time) {
        if (time < now || time > END_OF_TIME) {
            throw outside(time);
        }
    }

    void runUntil(long time) {
        if (time < now || time >= END_OF_TIME) {
            throw outside(time);
        }
        runUpToAndIncluding(time);
    }

    private IllegalArgumentException outside(long time) {
        return time < now
                ? new IllegalArgumentException("time %d is over, it is %d".formatted(time, now))
                : new EndOfTimeException();
    }

    long lastAction() {
        return lastAction;
    }

    /** The time before which nothing but the event that runs can happen. */
    long nextTime() {
        return Math.min(events.firstTime(), bound);
    }

    void advanceTo(long time) {
        if (time > END_OF_TIME) {
            throw new EndOfTimeException();
        }
        if (time < now || !advances(time)) {
            throw new IllegalArgumentException(
                    "no way from %d to %d: the next event is at %d".formatted(now, time, nextTime()));
        }
    }

    /** The time is not over. */
    boolean advances(long time) {
        if (time >= nextTime() || time > END_OF_TIME) {
            return false;
        }
        if (runState != RunState.STARTED) {
            throw new IllegalStateException("only an event can run ahead");
        }
        now = time;
        executed++;
        return true;
    }

    /** Whether the run, or the replication, is to stop or has. */
    boolean isDone() {
        return bound == 0 || replicationState == ReplicationState.ENDED;
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

    /** In the calling thread. Returns when the run is over and throws what an event threw. */
    @Override
    public void startImpl() {
        if (replicationState == ReplicationState.ENDED) {
            throw new IllegalStateException("the run has ended");
        }
        if (runState == RunState.STARTED || runState == RunState.STOPPING) {
            throw new IllegalStateException("the run goes on already");
        }
        begin();
        boolean completed = false;
        try {
            run();
            completed = true;
        } finally {
            finish(completed);
        }
    }

    private void begin() {
        if (replicationState == ReplicationState.INITIALIZED) {
            fireTimedEvent(Replication.START_REPLICATION_EVENT);
            replicationState = ReplicationState.STARTED;
        }
        runState = RunState.STARTED;
        fireTimedEvent(SimulatorInterface.START_EVENT);
    }

    private void finish(boolean completed) {
        simulatorTime = now;
        bound = UNBOUNDED;
        runState = RunState.STOPPED;
        fireTimedEvent(SimulatorInterface.STOP_EVENT);
        if (!completed || replicationState == ReplicationState.ENDING) {
            end();
        }
    }

    private void end() {
        events.clear();
        runState = RunState.ENDED;
        replicationState = ReplicationState.ENDED;
        fireTimedEvent(Replication.END_REPLICATION_EVENT);
    }

    /** Lets happen what is due until the time that DSOL was told. */
    @Override
    public void run() {
        boolean toTheEnd = runUntilTime >= END_OF_TIME;
        bound = toTheEnd ? UNBOUNDED : runUntilIncluding ? runUntilTime + 1 : runUntilTime;
        while (goOn()) {}
        if (!toTheEnd && !isDone()) {
            now = runUntilTime;
        }
    }

    /** Lets the next event happen, or prepares for it. Whether there is one. */
    private boolean goOn() {
        long time = events.firstTime();
        if (time >= bound) {
            return false;
        }
        now = time;
        if (events.firstIsAction()) {
            if (time != caughtUp) {
                caughtUp = time;
                // What it schedules for now may come before the action.
                beforeActions.accept(time);
                return true;
            }
            if (events.firstIsObject()) {
                lastAction = time;
            }
        }
        executed++;
        events.happenFirst();
        return true;
    }

    @Override
    protected void stepImpl() {
        long before = executed;
        boolean more = true;
        while (more && executed == before) {
            more = goOn();
        }
    }

    /** Interrupts the run after the event that is running. */
    @Override
    public void stop() {
        if (isStartingOrRunning()) {
            bound = 0;
            runState = RunState.STOPPING;
        }
    }

    /** Ends the run for good; what is pending never happens. DSOL's own moves the clock to the end of time. */
    @Override
    public void endReplication() {
        if (runState == RunState.STARTED || runState == RunState.STOPPING) {
            stop();
            replicationState = ReplicationState.ENDING;
        } else if (replicationState != ReplicationState.ENDED) {
            end();
        }
    }

    @Override
    public Long getSimulatorTime() {
        return now;
    }

    /** DSOL's own makes a string of each event, for its log. */
    @Override
    public SimEventInterface<Long> scheduleEvent(SimEventInterface<Long> event) {
        check(event.getAbsoluteExecutionTime());
        events.add(event);
        return event;
    }

    @Override
    public SimEventInterface<Long> scheduleEventRel(
            Long delay, short priority, Object target, String method, Object @Nullable [] arguments) {
        simulatorTime = now;
        return super.scheduleEventRel(delay, priority, target, method, arguments);
    }

    @Override
    public SimEventInterface<Long> scheduleEventRel(Long delay, short priority, Executable what) {
        simulatorTime = now;
        return super.scheduleEventRel(delay, priority, what);
    }

    @Override
    public SimEventInterface<Long> scheduleEventNow(
            short priority, Object target, String method, Object @Nullable [] arguments) {
        simulatorTime = now;
        return super.scheduleEventNow(priority, target, method, arguments);
    }

    @Override
    public SimEventInterface<Long> scheduleEventNow(short priority, Executable what) {
        simulatorTime = now;
        return super.scheduleEventNow(priority, what);
    }

    /** DSOL wants a model; what happens is given to the engine. */
    private static final class EmptyModel extends AbstractDsolModel<Long, InlineSimulator> {
        private static final long serialVersionUID = 1;

        EmptyModel(InlineSimulator simulator) {
            super(simulator);
        }

        @Override
        public void constructModel() {}
    }

    /** With a naming context of its own: DSOL's usual one is global and never freed. */
    private static final class Run extends Replication<Long> {
        private static final long serialVersionUID = 1;

        Run() {
            super(new RunControl<>("run", 0L, 0L, END_OF_TIME));
            setContext(new JvmContext("run"));
        }
    }
}
