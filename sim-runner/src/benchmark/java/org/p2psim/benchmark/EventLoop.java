package org.p2psim.benchmark;

import org.p2psim.run.engine.Handler;

/**
 * One way to run a workload. Each event is handled by one of four handlers, chosen at random (in the pipe: by the
 * stage), and schedules the next one of its token.
 */
abstract class EventLoop {
    private final long[] delays;
    private final byte[] stages;
    private final boolean random;
    private long state = 0x9E3779B97F4A7C15L;
    private final long[] sums = new long[4];
    private long events;

    final Handler[] handlers = {new First(), new Second(), new Third(), new Fourth()};

    EventLoop(Workload workload) {
        delays = workload.delays();
        stages = new byte[workload.tokens()];
        random = workload != Workload.PIPE_64;
    }

    abstract long now();

    abstract void at(long time, int handler, int token);

    abstract void runUntil(long end);

    final void begin() {
        for (int token = 0; token < stages.length; token++) {
            stages[token] = (byte) (token % 8);
            next(token);
        }
    }

    final long runFor(long ticks) {
        long before = events;
        runUntil(now() + ticks);
        return events - before;
    }

    final long sum() {
        return sums[0] + sums[1] + sums[2] + sums[3];
    }

    private void next(int token) {
        events++;
        if (random) {
            state ^= state << 13;
            state ^= state >>> 7;
            state ^= state << 17;
            at(now() + delays[(int) (state >>> 52)], (int) (state >>> 20) & 3, token);
        } else {
            int stage = stages[token];
            stages[token] = (byte) ((stage + 1) & 7);
            at(now() + delays[stage], stage & 3, token);
        }
    }

    private final class First implements Handler {
        @Override
        public void happen(int token) {
            sums[0] += token;
            next(token);
        }
    }

    private final class Second implements Handler {
        @Override
        public void happen(int token) {
            sums[1] ^= now();
            next(token);
        }
    }

    private final class Third implements Handler {
        @Override
        public void happen(int token) {
            sums[2] += now() + token;
            next(token);
        }
    }

    private final class Fourth implements Handler {
        @Override
        public void happen(int token) {
            sums[3]++;
            next(token);
        }
    }
}
