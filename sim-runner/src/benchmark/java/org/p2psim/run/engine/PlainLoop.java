package org.p2psim.run.engine;

/**
 * The engine's queue in the plainest loop that a model of one {@link HandlerGroup} can run on: no clock of DSOL's, no
 * objects, nothing is checked and nothing can stop it.
 */
public final class PlainLoop implements Scheduler {
    private final TimingWheel wheel = new TimingWheel();
    private HandlerGroup group = (kind, index) -> {};
    private long now;
    private long events;

    @Override
    public long now() {
        return now;
    }

    @Override
    public int handlers(HandlerGroup itsGroup, int kinds) {
        group = itsGroup;
        return 0;
    }

    @Override
    public void at(long time, Phase phase, int handler, int index) {
        wheel.add(time, EventKey.primitive(phase.priority(), handler, index));
    }

    public long events() {
        return events;
    }

    public void runUntil(long end) {
        for (long time = wheel.firstTime(); time <= end; time = wheel.firstTime()) {
            now = time;
            events++;
            long key = wheel.removeFirst();
            group.happen(EventKey.handler(key), EventKey.index(key));
        }
    }
}
