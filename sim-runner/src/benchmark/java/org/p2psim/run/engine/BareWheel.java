package org.p2psim.run.engine;

/** The engine's queue in the plainest loop there is: no clock of DSOL's, no phases, nothing to stop it. */
public final class BareWheel {
    private final TimingWheel wheel = new TimingWheel();
    private final Handler[] handlers;
    private long now;

    public BareWheel(Handler[] handlers) {
        this.handlers = handlers;
    }

    public long now() {
        return now;
    }

    public void at(long time, int handler, int index) {
        wheel.add(time, (long) index << 8 | handler);
    }

    public void runUntil(long end) {
        for (long time = wheel.firstTime(); time <= end; time = wheel.firstTime()) {
            now = time;
            long key = wheel.removeFirst();
            handlers[(int) key & 0xFF].happen((int) (key >>> 8));
        }
    }
}
