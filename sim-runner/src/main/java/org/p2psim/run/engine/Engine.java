package org.p2psim.run.engine;

import java.util.function.LongConsumer;
import nl.tudelft.simulation.dsol.simulators.DevsSimulatorInterface;

/**
 * A clock and the events that are still to happen. They happen one after the other in the thread that calls
 * {@link #run()}, by time, and those of one time by {@link Phase}. Time is in ticks, starts at 0 and ends at
 * {@code Long.MAX_VALUE / 4}. An engine belongs to one thread.
 */
public final class Engine implements Scheduler {
    /** No event is later, ticks; sums of two times do not overflow. */
    public static final long END_OF_TIME = InlineSimulator.END_OF_TIME;

    private final InlineSimulator simulator = InlineSimulator.create();

    /** The time of the event that is running; after a run, of the last one, or what {@link #runUntil(long)} says. */
    @Override
    public long now() {
        return simulator.now();
    }

    /**
     * Lets an action happen at a time, which may be now, in phase {@link Phase#ACTION}: after the primitive events of
     * that phase, and actions of one time in the order in which they are given.
     *
     * @throws IllegalArgumentException if that time is over, or after the end of time
     */
    public void at(long time, Runnable action) {
        simulator.schedule(time, action);
    }

    /**
     * Registers what happens at primitive events. Returns its code, 0 for the first one, 254 for the last possible.
     *
     * @throws IllegalStateException if there are 255 already
     */
    public int handler(Handler handler) {
        return simulator.events().addHandler(handler);
    }

    /**
     * Registers what happens at primitive events of several kinds. Returns the code of the first kind; the others
     * follow.
     *
     * @throws IllegalStateException if there are more than 255 codes then
     */
    @Override
    public int handlers(HandlerGroup group, int kinds) {
        return simulator.events().addHandlers(group, kinds);
    }

    /**
     * Lets a handler's event happen at a time, which may be now. Events of one time happen by phase, then index, then
     * handler code, whatever the order in which they are given; what is given twice happens twice. One that is given
     * for now, from an event, comes next in that order among those that are pending. Nothing is allocated.
     *
     * @param index 0 to 2^24 - 1, handed to the handler
     * @throws IllegalArgumentException if that time is over, or after the end of time; if the index is out of range, or
     *     the code unknown
     */
    @Override
    public void at(long time, Phase phase, int handler, int index) {
        simulator.schedule(time, phase, handler, index);
    }

    /**
     * The time of the first event that is pending; {@link Long#MAX_VALUE} if there is none. Within
     * {@link #runUntil(long)} at most the time after its end, so that what runs ahead stops there. 0 once the run is to
     * stop.
     */
    public long nextTime() {
        return simulator.nextTime();
    }

    /**
     * Runs ahead: an event goes on at a later time, without the queue, as if it had scheduled itself. Counts as an
     * event.
     *
     * @throws IllegalArgumentException if that time is over, or not before {@link #nextTime()}
     * @throws IllegalStateException if no event is running
     */
    public void advanceTo(long time) {
        simulator.advanceTo(time);
    }

    /**
     * {@link #advanceTo Runs ahead} if that time is before {@link #nextTime()}; else nothing happens. Whether it was.
     *
     * @throws IllegalStateException if no event is running
     */
    public boolean advances(long time) {
        return simulator.advances(time);
    }

    /** Whether {@link #stop()} was called, or the run has failed. An event that runs ahead must return then. */
    public boolean stopping() {
        return simulator.isDone();
    }

    /**
     * Runs until no event is left or one calls {@link #stop()}. Whatever an event throws ends the run for good and is
     * thrown here. May be called again if nothing was thrown and nobody stopped.
     *
     * @throws IllegalStateException if the engine is running, has failed or was stopped
     */
    public void run() {
        simulator.start();
    }

    /**
     * As {@link #run()}, but only with the events up to a time, that time included. It is that time afterwards, unless
     * the run was stopped, and what is later is still pending.
     *
     * @throws IllegalArgumentException if that time is over, or not before the end of time
     * @throws IllegalStateException as for {@link #run()}
     */
    public void runUntil(long time) {
        simulator.runUntil(time);
    }

    /** Ends the run for good, after the event that is running; those still to happen are dropped. */
    public void stop() {
        simulator.endReplication();
    }

    /** The time of the last action given with {@link #at(long, Runnable)} that has happened; 0 if none has. */
    public long lastAction() {
        return simulator.lastAction();
    }

    /** How many events have happened. */
    public long events() {
        return simulator.executed();
    }

    /**
     * Lets models that are brought up to date only when somebody looks catch up: the hook is called with the time
     * before the first event in phase {@link Phase#ACTION} of each instant. What it schedules for that instant happens
     * in the usual order. There is one hook; another one takes its place.
     */
    public void beforeActions(LongConsumer hook) {
        simulator.beforeActions(hook);
    }

    /** As DSOL knows it. */
    DevsSimulatorInterface<Long> dsol() {
        return simulator;
    }
}
