package org.p2psim.run.pciebench;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.p2psim.run.pciebench.HostParameters.IommuParameters;
import org.p2psim.run.pciebench.HostParameters.Overheads;
import org.p2psim.scenario.evidence.LinkSetting;
import org.p2psim.scenario.evidence.TimingRow;
import org.p2psim.scenario.evidence.TimingRow.Bandwidth;
import org.p2psim.scenario.evidence.TimingRow.BenchRun;
import org.p2psim.scenario.evidence.TimingRow.Cache;
import org.p2psim.scenario.evidence.TimingRow.HostLink;
import org.p2psim.scenario.evidence.TimingRow.Initiator;
import org.p2psim.scenario.evidence.TimingRow.Iommu;
import org.p2psim.scenario.evidence.TimingRow.Latency;
import org.p2psim.scenario.evidence.TimingRow.Operation;
import org.p2psim.unit.Bytes;

/**
 * Finds the parameters of one host from a few of its rows, by rules that are the same for all hosts. A row that is not
 * there is replaced by the next best, and else by what is usual; the notes say so.
 */
final class HostFit {
    private static final long SMALL = 256 * Bytes.KIB;
    private static final long LARGE = 64 * Bytes.MIB;
    private static final int LINE = 64;
    private static final double USUAL_ROUND_TRIP = 510;
    private static final double USUAL_MISS = 71;
    private static final double USUAL_MISS_PENALTY = 280;
    private static final double USUAL_WALK = 52;

    /** 64 pages of 4 KiB. */
    private static final double USUAL_ENTRIES = 64;

    /** Of a window of so many bytes the IOTLB holds some, but not most. */
    private static final long PARTLY_KEPT = Bytes.MIB;

    private static final long LARGEST_PARTLY_KEPT = 4 * Bytes.MIB;

    /** With large pages a large window is no slower than this, of the rate in a small one. */
    private static final double LITTLE_LOSS = 0.8;

    /** A device that writes into the cache is this much faster afterwards at least, ns; else it does not. */
    private static final double DEVICE_WARMS = 10;

    /** Steps in which a parameter is found: each leaves a hundredth of an error in the read latency. */
    private static final int STEPS = 3;

    private static final Map<String, Long> CACHE_BYTES = Map.of(
            "E5-2630v4", 25 * Bytes.MIB,
            "E3-1226v3", 8 * Bytes.MIB);
    private static final long USUAL_CACHE = 15 * Bytes.MIB;

    private final List<TimingRow> rows;
    private final Set<TimingRow> used = new LinkedHashSet<>();
    private final List<String> missing = new ArrayList<>();

    /**
     * What was found.
     *
     * @param used the rows that it was found from
     * @param missing what was taken as usual, since no row says it
     */
    record Fitted(HostParameters parameters, Set<TimingRow> used, ImmutableList<String> missing) {}

    private HostFit(List<TimingRow> rows) {
        this.rows = rows;
    }

    /** @param rows bandwidths and latencies of one host */
    static Fitted fit(List<TimingRow> rows, Optional<HostLink> link) {
        HostFit fit = new HostFit(rows);
        HostParameters found = fit.find(link);
        return new Fitted(found, fit.used, ImmutableList.copyOf(fit.missing));
    }

    private HostParameters find(Optional<HostLink> link) {
        BenchRun any = run(rows.get(0));
        LinkSetting setting =
                link.map(HostLink::setting).orElseGet(() -> LinkSetting.parse("gen3x8-mps256-mrrs512-rcb64-a64-e0"));
        if (link.isEmpty()) {
            missing.add("no table of links: Gen3 x8, MPS 256, MRRS 512");
        }
        HostParameters host = new HostParameters(
                setting,
                link.map(HostLink::tags).orElse(Nfp6000.TAGS),
                cacheBytes(any.system()),
                USUAL_ROUND_TRIP,
                USUAL_ROUND_TRIP + USUAL_MISS,
                USUAL_ROUND_TRIP,
                USUAL_ROUND_TRIP + USUAL_MISS,
                USUAL_ROUND_TRIP,
                any.iommu() == Iommu.OFF ? IommuParameters.OFF : largePages(),
                Overheads.USUAL);
        host = withMemory(host);
        host = any.iommu() == Iommu.OFF ? host : withTranslation(host, any.iommu());
        host = alone(host);
        return host.withOverheads(overheads(host));
    }

    private static long cacheBytes(String system) {
        return CACHE_BYTES.entrySet().stream()
                .filter(known -> system.contains(known.getKey()))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(USUAL_CACHE);
    }

    static BenchRun run(TimingRow row) {
        if (row instanceof Bandwidth bandwidth) {
            return bandwidth.run();
        }
        return ((Latency) row).run();
    }

    private HostParameters withMemory(HostParameters host) {
        Optional<Bandwidth> warm = bandwidth(Operation.READ, Cache.HOST_WARM, SMALL);
        double hit = warm.map(row -> latency(host, row)).orElseGet(() -> usual("read latency", host.hit()));
        double miss = bandwidth(Operation.READ, Cache.COLD, SMALL)
                .map(row -> latency(host, row))
                .orElseGet(() -> usual("read latency of a cold cache", hit + USUAL_MISS));
        double deviceWarm = bandwidth(Operation.READ, Cache.DEVICE_WARM, SMALL)
                .map(row -> latency(host, row))
                .orElseGet(() -> usual("read latency of what the device wrote", hit));
        return host.withMemory(hit, miss, deviceWarm > miss - DEVICE_WARMS ? miss : deviceWarm);
    }

    /** The read latency with which a host that answers all reads alike has the rate of a row. */
    private static double latency(HostParameters host, Bandwidth row) {
        double latency = host.hit();
        for (int step = 0; step < STEPS; step++) {
            HostParameters guess = host.withMemory(latency, latency, latency);
            latency = Math.max(0, latency + missing(guess, row) * host.tags());
        }
        return latency;
    }

    /** By how much a transfer takes longer than it does on a host with these parameters, ns. */
    private static double missing(HostParameters guess, Bandwidth row) {
        return 1000 / row.megatransfersPerSecond() - new HostRun(guess, row.run(), false).nanosecondsPerTransfer();
    }

    private double usual(String what, double value) {
        missing.add("%s: no row, %.0f ns".formatted(what, value));
        return value;
    }

    private static IommuParameters largePages() {
        return new IommuParameters(
                true, 2 * Bytes.MIB, USUAL_ENTRIES, USUAL_MISS_PENALTY, USUAL_WALK, USUAL_WALK, false);
    }

    private HostParameters withTranslation(HostParameters host, Iommu mode) {
        Optional<Bandwidth> small = bandwidth(Operation.READ, Cache.COLD, SMALL);
        Optional<Bandwidth> large = bandwidth(Operation.READ, Cache.COLD, LARGE);
        boolean loses = small.isPresent()
                && large.isPresent()
                && large.get().megatransfersPerSecond()
                        < LITTLE_LOSS * small.get().megatransfersPerSecond();
        if (mode == Iommu.ON && !loses) {
            return host.withIommu(largePages());
        }
        double read = walk(large, "page walks of reads");
        if (mode == Iommu.ON) {
            double alone = read * HostRun.WALKERS;
            return withWindows(host.withIommu(smallPages(alone, alone, true)));
        }
        double write = walk(bandwidth(Operation.WRITE, Cache.COLD, LARGE), "page walks of writes");
        return withWindows(host.withIommu(smallPages(read, write, false)));
    }

    private IommuParameters smallPages(double read, double write, boolean oneWalkPerRegion) {
        return new IommuParameters(true, 4 * Bytes.KIB, USUAL_ENTRIES, missPenalty(), read, write, oneWalkPerRegion);
    }

    /** What windows tell that the IOTLB holds in part: how much that is, and how long a walk keeps others waiting. */
    private HostParameters withWindows(HostParameters host) {
        Optional<Bandwidth> part = partlyKept(PARTLY_KEPT);
        Optional<Bandwidth> region = host.iommu().oneWalkPerRegion()
                ? partlyKept(HostRun.REGION).filter(row -> !part.equals(Optional.of(row)))
                : Optional.empty();
        HostParameters found = host;
        for (int step = 0; step < 2 * STEPS; step++) {
            IommuParameters iommu = found.iommu();
            if (region.isPresent()) {
                double missed = 1 - iommu.entries() / pages(region.get());
                iommu = iommu.withWalks(iommu.walkRead() + missing(found, region.get()) / missed);
                found = found.withIommu(iommu);
            }
            if (part.isPresent()) {
                double more = iommu.entries() - missing(found, part.get()) * pages(part.get()) / iommu.walkRead();
                found = found.withIommu(iommu.withEntries(Math.min(Math.max(1, more), pages(part.get()))));
            }
        }
        return found;
    }

    private Optional<Bandwidth> partlyKept(long window) {
        return bandwidth(Operation.READ, Cache.COLD, window, SMALL + 1, LARGEST_PARTLY_KEPT);
    }

    private static double pages(Bandwidth row) {
        return row.run().window() / (4.0 * Bytes.KIB);
    }

    /** Nearly every transfer of one line misses in a large window. */
    private double walk(Optional<Bandwidth> row, String what) {
        return row.map(bandwidth -> 1000 / bandwidth.megatransfersPerSecond()).orElseGet(() -> usual(what, USUAL_WALK));
    }

    private double missPenalty() {
        Optional<Latency> all = latency(Initiator.DMA, Operation.READ, Cache.COLD, LINE, LARGE);
        Optional<Latency> none = latency(Initiator.DMA, Operation.READ, Cache.COLD, LINE, 64 * Bytes.KIB);
        return all.isPresent() && none.isPresent()
                ? all.get().median() - none.get().median()
                : usual("penalty of an IOTLB miss", USUAL_MISS_PENALTY);
    }

    /** What a cold cache costs a read that is alone: reads that are under way together share some of it. */
    private HostParameters alone(HostParameters host) {
        Optional<Latency> warm = latency(Initiator.DMA, Operation.READ, Cache.HOST_WARM, LINE, 64 * Bytes.KIB);
        Optional<Latency> cold = latency(Initiator.DMA, Operation.READ, Cache.COLD, LINE, 64 * Bytes.KIB);
        Optional<Latency> device = latency(Initiator.DMA, Operation.READ, Cache.DEVICE_WARM, LINE, 64 * Bytes.KIB);
        if (warm.isEmpty()) {
            return host;
        }
        double least = host.hit() - warm.get().median();
        return host.withAlone(
                cold.map(row -> least + row.median()).orElse(host.miss()),
                device.map(row -> least + row.median()).orElse(host.deviceWarm()));
    }

    private Overheads overheads(HostParameters host) {
        Overheads usual = host.overheads();
        double read = overhead(host, Initiator.DMA, Operation.READ, Cache.HOST_WARM, usual.dmaRead());
        double writeRead =
                overhead(host, Initiator.DMA, Operation.WRITE_THEN_READ, Cache.HOST_WARM, usual.dmaWriteRead());
        double commandWriteRead = overhead(
                host,
                Initiator.COMMAND,
                Operation.WRITE_THEN_READ,
                Cache.HOST_WARM,
                writeRead - Nfp6000.COMMAND_WRITE_READ_LESS_NS);
        return new Overheads(
                read,
                writeRead,
                command(host, Cache.HOST_WARM, read),
                command(host, Cache.COLD, read),
                command(host, Cache.DEVICE_WARM, read),
                commandWriteRead,
                evicted(host, Initiator.DMA, writeRead),
                evicted(host, Initiator.COMMAND, commandWriteRead));
    }

    /** Of a write and then a read in a window that the cache cannot hold. */
    private double evicted(HostParameters host, Initiator initiator, double otherwise) {
        return latency(initiator, Operation.WRITE_THEN_READ, Cache.COLD, LINE, LARGE)
                .map(row -> row.median() - HostModel.latencyWithoutOverhead(host, row.run()))
                .orElse(otherwise);
    }

    private double command(HostParameters host, Cache cache, double dmaRead) {
        return overhead(host, Initiator.COMMAND, Operation.READ, cache, dmaRead - Nfp6000.COMMAND_LESS_NS);
    }

    private double overhead(HostParameters host, Initiator initiator, Operation operation, Cache cache, double usual) {
        Optional<Latency> row = smallest(initiator, operation, cache);
        if (row.isEmpty()) {
            return usual("overhead of %s %s".formatted(initiator, operation), usual);
        }
        return row.get().median()
                - HostModel.latencyWithoutOverhead(host, row.get().run());
    }

    private Optional<Bandwidth> bandwidth(Operation operation, Cache cache, long window) {
        return bandwidth(operation, cache, window, window < LARGE ? 0 : LARGE / 4, Long.MAX_VALUE);
    }

    /** Of one line, in the window that is nearest to the wanted one, and within bounds in bytes. */
    private Optional<Bandwidth> bandwidth(Operation operation, Cache cache, long window, long least, long most) {
        Optional<Bandwidth> best = Optional.empty();
        for (TimingRow row : rows) {
            if (row instanceof Bandwidth found
                    && found.run().operation() == operation
                    && found.run().cache() == cache
                    && found.run().size() == LINE
                    && found.run().window() >= least
                    && found.run().window() <= most
                    && (best.isEmpty()
                            || nearer(found.run().window(), best.get().run().window(), window))) {
                best = Optional.of(found);
            }
        }
        best.ifPresent(used::add);
        return best;
    }

    private static boolean nearer(long window, long before, long wanted) {
        return Math.abs(Math.log((double) window / wanted)) < Math.abs(Math.log((double) before / wanted));
    }

    private Optional<Latency> latency(Initiator initiator, Operation operation, Cache cache, int size, long window) {
        for (TimingRow row : rows) {
            if (row instanceof Latency found) {
                BenchRun run = found.run();
                if (run.initiator() == initiator
                        && run.operation() == operation
                        && run.cache() == cache
                        && run.size() == size
                        && run.window() == window) {
                    used.add(found);
                    return Optional.of(found);
                }
            }
        }
        return Optional.empty();
    }

    /** The row of 8 bytes in a small window, or what is next to it. */
    private Optional<Latency> smallest(Initiator initiator, Operation operation, Cache cache) {
        Optional<Latency> best = Optional.empty();
        for (TimingRow row : rows) {
            if (row instanceof Latency found
                    && found.run().initiator() == initiator
                    && found.run().operation() == operation
                    && found.run().cache() == cache
                    && found.run().size() >= 8
                    && (best.isEmpty() || before(found.run(), best.get().run()))) {
                best = Optional.of(found);
            }
        }
        best.ifPresent(used::add);
        return best;
    }

    private static boolean before(BenchRun run, BenchRun other) {
        return run.size() != other.size()
                ? run.size() < other.size()
                : nearer(run.window(), other.window(), 16 * Bytes.KIB);
    }
}
