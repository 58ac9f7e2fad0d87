package org.p2psim.run.flow;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.p2psim.outcome.Failure;
import org.p2psim.outcome.LinkUse;
import org.p2psim.routing.Routing;
import org.p2psim.run.engine.Engine;
import org.p2psim.timing.Timings;
import org.p2psim.topology.Fabric;

/** Runs DMAs on a fabric and keeps what their listeners were told. */
final class Run {
    final Engine engine = new Engine();
    final DmaNetwork network;
    private final Map<String, Log> logs = new LinkedHashMap<>();

    Run(Fabric fabric) {
        this(fabric, Timings.DEFAULT, Fidelity.L1);
    }

    Run(Fabric fabric, Timings timing, Fidelity fidelity) {
        network = new DmaNetwork(fabric, new Routing(fabric), engine, timing, fidelity);
    }

    Run(Fabric fabric, Timings timing, Function<Engine, Progress> progress) {
        network = new DmaNetwork(fabric, new Routing(fabric), timing, progress.apply(engine), 1, Latencies.AS_STATED);
        network.tellBeforeActionsOf(engine);
    }

    enum What {
        LANDED,
        COMPLETED,
        DROPPED,
        REFUSED,
        ABORTED,
        TIMED_OUT,
        UNANSWERED,
        POISONED,
        FINISHED;

        static What of(Failure how) {
            return switch (how) {
                case DROPPED -> DROPPED;
                case UNSUPPORTED_REQUEST -> REFUSED;
                case COMPLETER_ABORT -> ABORTED;
                case COMPLETION_TIMEOUT -> TIMED_OUT;
                case NO_COMPLETION -> UNANSWERED;
                case POISONED -> POISONED;
            };
        }
    }

    record Told(What what, long address, int bytes, long issued, long at) {
        long latency() {
            return at - issued;
        }
    }

    static final class Log implements DmaListener {
        private final LongSupplier clock;
        final List<Told> told = new ArrayList<>();
        int timesDone;
        long doneAt;
        long stuckAt = -1;

        /** @param clock ticks */
        Log(LongSupplier clock) {
            this.clock = clock;
        }

        @Override
        public void landed(long at, long address, int bytes, long issued) {
            told.add(new Told(What.LANDED, address, bytes, issued, at));
        }

        @Override
        public void completed(long at, long address, int bytes, long issued) {
            told.add(new Told(What.COMPLETED, address, bytes, issued, at));
        }

        @Override
        public void failed(Failure how, long at, long address, int bytes, long issued) {
            told.add(new Told(What.of(how), address, bytes, issued, at));
        }

        @Override
        public void finished(long at, long started) {
            told.add(new Told(What.FINISHED, 0, 0, started, at));
        }

        @Override
        public void waitsForEver(long at) {
            stuckAt = at;
        }

        @Override
        public void done() {
            timesDone++;
            doneAt = clock.getAsLong();
        }

        List<Told> all(What what) {
            return told.stream().filter(one -> one.what() == what).toList();
        }

        long bytes(What what) {
            return all(what).stream().mapToLong(Told::bytes).sum();
        }
    }

    Log log() {
        return new Log(engine::now);
    }

    /** Starts a DMA at time 0. */
    Log start(DmaRequest request) {
        return start(0, request);
    }

    Log start(long time, DmaRequest request) {
        Log log = log();
        logs.put(request.name(), log);
        engine.at(time, () -> network.start(request, log));
        return log;
    }

    /** Starts stages; of each there is a log. */
    List<Log> start(long time, List<Function<DmaListener, Stage>> stages) {
        List<Log> all = stages.stream().map(stage -> log()).toList();
        List<Stage> logged = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            logged.add(stages.get(i).apply(all.get(i)));
        }
        engine.at(time, () -> network.start(logged));
        return all;
    }

    List<LinkUse> run() {
        engine.run();
        return network.linkUse();
    }
}
