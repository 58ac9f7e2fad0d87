package org.p2psim.run.replay;

import org.p2psim.run.flow.DmaListener;

/** Waits until nothing of any stage is under way: an operation that was stopped may end in any of them. */
final class StageEnds implements DmaListener {
    private final Runnable then;
    private int left;

    StageEnds(Runnable then) {
        this.then = then;
    }

    void expect(int stages) {
        left = stages;
    }

    @Override
    public void landed(long at, long address, int bytes, long issued) {}

    @Override
    public void done() {
        if (--left == 0) {
            then.run();
        }
    }
}
