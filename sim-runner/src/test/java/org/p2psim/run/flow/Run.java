package org.p2psim.run.flow;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.p2psim.outcome.LinkUse;
import org.p2psim.routing.Routing;
import org.p2psim.run.engine.Engine;
import org.p2psim.topology.Fabric;

/** Runs DMAs on a fabric and keeps what their listeners were told. */
final class Run {
    final Engine engine = new Engine();
    final DmaNetwork network;
    private final Map<String, Log> logs = new LinkedHashMap<>();

    Run(Fabric fabric) {
        network = new DmaNetwork(fabric, new Routing(fabric), engine);
    }

    enum What {
        LANDED,
        COMPLETED,
        DROPPED,
        REFUSED
    }

    record Told(What what, long address, int bytes, long issued, long at) {
        long latency() {
            return at - issued;
        }
    }

    final class Log implements DmaListener {
        final List<Told> told = new ArrayList<>();
        int timesDone;
        long doneAt;

        @Override
        public void landed(long address, int bytes, long issued) {
            told.add(new Told(What.LANDED, address, bytes, issued, engine.now()));
        }

        @Override
        public void completed(long address, int bytes, long issued) {
            told.add(new Told(What.COMPLETED, address, bytes, issued, engine.now()));
        }

        @Override
        public void dropped(long address, int bytes, long issued) {
            told.add(new Told(What.DROPPED, address, bytes, issued, engine.now()));
        }

        @Override
        public void refused(long address, int bytes, long issued) {
            told.add(new Told(What.REFUSED, address, bytes, issued, engine.now()));
        }

        @Override
        public void done() {
            timesDone++;
            doneAt = engine.now();
        }

        List<Told> all(What what) {
            return told.stream().filter(one -> one.what() == what).toList();
        }

        long bytes(What what) {
            return all(what).stream().mapToLong(Told::bytes).sum();
        }
    }

    /** Starts a DMA at time 0. */
    Log start(DmaRequest request) {
        Log log = new Log();
        logs.put(request.name(), log);
        engine.at(0, () -> network.start(request, log));
        return log;
    }

    List<LinkUse> run() {
        engine.run();
        return network.linkUse();
    }
}
