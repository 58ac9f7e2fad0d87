package org.p2psim.run.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Events of all kinds that schedule each other at random, and write down what happens. */
final class RandomModel {
    /** What a model needs of an engine. */
    interface Clock {
        long now();

        void at(long time, Runnable action);

        void at(long time, Phase phase, int handler, int index);

        long nextTime();

        void advanceTo(long time);
    }

    static final int HANDLERS = 3;

    /** The code of the last handler. */
    static final int GOES_ON = HANDLERS - 1;

    private static final int EVENTS = 1_500;
    private static final List<Phase> PHASES = List.of(Phase.values());

    private final SplittableRandom random;
    private final Clock clock;
    private final int scale;
    private int left = EVENTS;
    private int actions;
    private final List<String> trace = new ArrayList<>();

    RandomModel(long seed, Clock clock) {
        random = new SplittableRandom(seed);
        scale = random.nextInt(3, 40);
        this.clock = clock;
    }

    List<String> trace() {
        return trace;
    }

    void begin() {
        for (int i = 0; i < 10; i++) {
            schedule();
        }
    }

    Handler handler(int code) {
        return code == GOES_ON ? this::goOn : index -> happen("handler " + code + " index " + index);
    }

    void beforeActions(long time) {
        trace.add(time + " before actions");
        if (random.nextInt(4) == 0) {
            clock.at(time, Phase.STATE, random.nextInt(GOES_ON), random.nextInt(5));
        }
    }

    private void happen(String what) {
        trace.add(clock.now() + " " + what);
        int more = left > 0 ? random.nextInt(3) : 0;
        left -= more;
        for (int i = 0; i < more; i++) {
            schedule();
        }
        if (random.nextInt(3) == 0) {
            runAhead(3);
        }
    }

    /** Goes on at so many later times, through the queue where something else comes first. */
    private void runAhead(int times) {
        for (int i = times; i > 0; i--) {
            long next = clock.now() + 1 + random.nextInt(1 << (scale / 2));
            if (next >= clock.nextTime()) {
                clock.at(next, Phase.STATE, GOES_ON, i);
                return;
            }
            clock.advanceTo(next);
            trace.add(next + " goes on, " + i);
        }
    }

    private void goOn(int times) {
        trace.add(clock.now() + " goes on, " + times);
        runAhead(times - 1);
    }

    private void schedule() {
        long time = clock.now() + (random.nextInt(3) == 0 ? 0 : random.nextLong(1L << scale) >>> random.nextInt(scale));
        if (random.nextInt(3) == 0) {
            String name = "action " + actions++;
            clock.at(time, () -> happen(name));
        } else {
            Phase phase = PHASES.get(random.nextInt(PHASES.size()));
            clock.at(time, phase, random.nextInt(GOES_ON), random.nextInt(5));
        }
    }
}
