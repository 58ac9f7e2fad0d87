package org.p2psim.run.pciebench;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.p2psim.scenario.evidence.TimingRow.BenchRun;
import org.p2psim.scenario.evidence.TimingRow.Cache;
import org.p2psim.scenario.evidence.TimingRow.Initiator;
import org.p2psim.scenario.evidence.TimingRow.Operation;

/** One host with its parameters: predicts what pcie-bench measures on it. Runs that are the same are run once. */
final class HostModel {
    private final HostParameters host;
    private final Map<BenchRun, Double> perTransfer = new ConcurrentHashMap<>();
    private final Map<BenchRun, Double> latencies = new ConcurrentHashMap<>();

    HostModel(HostParameters host) {
        this.host = host;
    }

    /** Payload, Gb/s; of reads and writes at once, of each direction. */
    double gigabitsPerSecond(BenchRun run) {
        double time = perTransfer.computeIfAbsent(
                representative(run), chosen -> new HostRun(host, chosen, false).nanosecondsPerTransfer());
        return run.size() * 8 / time;
    }

    /** The median latency, ns. */
    double median(BenchRun run) {
        return host.overheads().of(run.initiator(), run.operation(), stateOf(run))
                + latencies.computeIfAbsent(representative(run), chosen -> latencyWithoutOverhead(host, chosen));
    }

    static double latencyWithoutOverhead(HostParameters host, BenchRun run) {
        return new HostRun(host, run, true).medianNanoseconds() + insideTheDevice(run);
    }

    /** Commands move a few bytes, which the engine does not touch. */
    private static double insideTheDevice(BenchRun run) {
        if (run.initiator() == Initiator.COMMAND) {
            return 0;
        }
        boolean writes = run.operation() == Operation.WRITE_THEN_READ;
        return run.size() * (Nfp6000.STORE_NS_PER_BYTE + (writes ? Nfp6000.FETCH_NS_PER_BYTE : 0));
    }

    /** What the cache was made to hold, if it can. */
    private Cache stateOf(BenchRun run) {
        boolean held = CacheState.of(host, run).share() >= 0.5;
        return !held ? Cache.COLD : run.operation() == Operation.WRITE_THEN_READ ? Cache.HOST_WARM : run.cache();
    }

    /** Windows that differ neither in what the cache has nor in translations are one. */
    private BenchRun representative(BenchRun run) {
        double share = CacheState.of(host, run).share();
        boolean cached = share == 0 || share >= 1;
        boolean translated = host.iommu().on() && run.window() > host.iommu().page();
        if (!cached || translated || run.window() < EVERY_PLACE) {
            return run;
        }
        Cache cache = share == 0 ? Cache.COLD : run.cache();
        return new BenchRun(
                run.system(),
                run.iommu(),
                run.initiator(),
                run.operation(),
                run.pattern(),
                run.operation() == Operation.WRITE_THEN_READ ? run.cache() : cache,
                EVERY_PLACE,
                run.size());
    }

    /** A window with all places within a page, bytes. */
    private static final long EVERY_PLACE = 16_384;
}
