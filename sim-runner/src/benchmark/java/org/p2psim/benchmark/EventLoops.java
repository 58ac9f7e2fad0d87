package org.p2psim.benchmark;

import java.util.Comparator;
import java.util.PriorityQueue;
import org.p2psim.run.engine.BareWheel;
import org.p2psim.run.engine.Engine;
import org.p2psim.run.engine.Phase;
import org.p2psim.run.textbook.StockSimulator;
import umontreal.ssj.simevents.Simulator;

/** The ways that are compared. */
final class EventLoops {
    private EventLoops() {}

    /** Primitive events of the engine. */
    static final class OnEngine extends EventLoop {
        private final Engine engine = new Engine();

        OnEngine(Workload workload) {
            super(workload);
            for (int code = 0; code < handlers.length; code++) {
                engine.handler(handlers[code]);
            }
        }

        @Override
        long now() {
            return engine.now();
        }

        @Override
        void at(long time, int handler, int token) {
            engine.at(time, Phase.STATE, handler, token);
        }

        @Override
        void runUntil(long end) {
            engine.runUntil(end);
        }
    }

    /** The engine's queue without the engine. */
    static final class OnBareWheel extends EventLoop {
        private final BareWheel wheel = new BareWheel(handlers);

        OnBareWheel(Workload workload) {
            super(workload);
        }

        @Override
        long now() {
            return wheel.now();
        }

        @Override
        void at(long time, int handler, int token) {
            wheel.at(time, handler, token);
        }

        @Override
        void runUntil(long end) {
            wheel.runUntil(end);
        }
    }

    /** The queue of the JDK, with an object for each event. */
    static final class OnPriorityQueue extends EventLoop {
        private record Entry(long time, int handler, int token) {}

        private final PriorityQueue<Entry> queue = new PriorityQueue<>(Comparator.comparingLong(Entry::time));
        private long now;

        OnPriorityQueue(Workload workload) {
            super(workload);
        }

        @Override
        long now() {
            return now;
        }

        @Override
        void at(long time, int handler, int token) {
            queue.add(new Entry(time, handler, token));
        }

        @Override
        void runUntil(long end) {
            for (Entry first = queue.peek(); first != null && first.time() <= end; first = queue.peek()) {
                queue.remove();
                now = first.time();
                handlers[first.handler()].happen(first.token());
            }
        }
    }

    /** DSOL as it comes: its own list, lambdas, its worker thread; one start for each window of events. */
    static final class OnDsol extends EventLoop {
        private static final int PRIORITY = 5;

        private final StockSimulator simulator = new StockSimulator();

        OnDsol(Workload workload) {
            super(workload);
        }

        @Override
        long now() {
            return simulator.now();
        }

        @Override
        void at(long time, int handler, int token) {
            simulator.at(time, PRIORITY, () -> handlers[handler].happen(token));
        }

        @Override
        void runUntil(long end) {
            simulator.runUntil(end);
        }
    }

    /** SSJ, whose list is a splay tree. An event is an object that schedules itself again. */
    static final class OnSsj extends EventLoop {
        private final Simulator simulator = new Simulator();
        private final Token[] tokens;

        OnSsj(Workload workload) {
            super(workload);
            tokens = new Token[workload.tokens()];
            for (int token = 0; token < tokens.length; token++) {
                tokens[token] = new Token(token);
            }
            simulator.init();
        }

        @Override
        long now() {
            return (long) simulator.time();
        }

        @Override
        void at(long time, int handler, int token) {
            tokens[token].handler = handler;
            tokens[token].schedule(time - simulator.time());
        }

        @Override
        void runUntil(long end) {
            new Stop().schedule(end - simulator.time());
            simulator.start();
        }

        private final class Token extends umontreal.ssj.simevents.Event {
            private final int token;
            private int handler;

            Token(int token) {
                super(OnSsj.this.simulator);
                this.token = token;
            }

            @Override
            public void actions() {
                handlers[handler].happen(token);
            }
        }

        private final class Stop extends umontreal.ssj.simevents.Event {
            Stop() {
                super(OnSsj.this.simulator);
            }

            @Override
            public void actions() {
                simulator().stop();
            }
        }
    }
}
