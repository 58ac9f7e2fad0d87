package org.p2psim.run.engine;

/** An engine as a model sees it. */
record EngineClock(Engine engine) implements RandomModel.Clock {
    @Override
    public long now() {
        return engine.now();
    }

    @Override
    public void at(long time, Runnable action) {
        engine.at(time, action);
    }

    @Override
    public void at(long time, Phase phase, int handler, int index) {
        engine.at(time, phase, handler, index);
    }

    @Override
    public long nextTime() {
        return engine.nextTime();
    }

    @Override
    public void advanceTo(long time) {
        engine.advanceTo(time);
    }
}
