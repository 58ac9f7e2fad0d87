package org.p2psim.run.conformance;

import com.google.common.collect.ImmutableList;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.p2psim.outcome.ConformanceOutcome.Source;
import org.p2psim.run.pciebench.AnalyticRun;
import org.p2psim.run.pciebench.BenchHost;
import org.p2psim.scenario.evidence.EvidenceException;
import org.p2psim.scenario.evidence.TimingFile;
import org.p2psim.scenario.evidence.TimingRow;
import org.p2psim.scenario.evidence.TimingRow.AnalyticConfig;
import org.p2psim.scenario.evidence.TimingRow.AnalyticPoint;
import org.p2psim.scenario.evidence.TimingRow.Bandwidth;
import org.p2psim.scenario.evidence.TimingRow.BenchRun;
import org.p2psim.scenario.evidence.TimingRow.HostLink;
import org.p2psim.scenario.evidence.TimingRow.Latency;
import org.p2psim.scenario.evidence.TimingRow.PeerTarget;
import org.p2psim.transaction.LinkBound;
import org.p2psim.transaction.LinkBound.Rate;

/**
 * Simulated bandwidths and latencies against tables of timing; each row is a case. Rows of one host in any of the tables
 * go together: its parameters are found from a few of them, and the rest is predicted.
 */
final class TimingConformance {
    /** A bound for memory: far above any table that is of use. */
    private static final int ROWS_MAX = 200_000;

    private static final double BANDWIDTH_WITHIN = 0.05;
    private static final double LATENCY_WITHIN = 0.10;

    private final Map<Path, ImmutableList<TimingRow>> tables = new LinkedHashMap<>();
    private final PeerConformance peers = new PeerConformance();
    private final Map<String, BenchHost> hosts = new LinkedHashMap<>();

    /** Takes a table, before any is judged. */
    void add(Path table) throws EvidenceException {
        ImmutableList.Builder<TimingRow> rows = ImmutableList.builder();
        int count = 0;
        try (TimingFile file = TimingFile.open(table)) {
            for (Optional<TimingRow> row = file.next(); row.isPresent(); row = file.next()) {
                if (++count > ROWS_MAX) {
                    throw new EvidenceException("%s: more than %d rows".formatted(table, ROWS_MAX));
                }
                rows.add(row.get());
            }
        }
        tables.put(table, rows.build());
    }

    /** Finds the parameters of all hosts. */
    void fit() {
        Map<String, List<TimingRow>> bySystem = new LinkedHashMap<>();
        List<HostLink> links = new ArrayList<>();
        for (TimingRow row : (Iterable<TimingRow>) tables.values().stream().flatMap(List::stream)::iterator) {
            run(row).ifPresent(run -> bySystem.computeIfAbsent(host(run), key -> new ArrayList<>())
                    .add(row));
            if (row instanceof HostLink link) {
                links.add(link);
            }
        }
        List<Map.Entry<String, List<TimingRow>>> all = List.copyOf(bySystem.entrySet());
        List<BenchHost> fitted = all.parallelStream()
                .map(entry -> BenchHost.fit(entry.getValue(), HostLink.of(system(entry.getValue()), links)))
                .toList();
        for (int i = 0; i < all.size(); i++) {
            hosts.put(all.get(i).getKey(), fitted.get(i));
        }
    }

    private static String system(List<TimingRow> rows) {
        return run(rows.get(0)).orElseThrow().system();
    }

    private static Optional<BenchRun> run(TimingRow row) {
        if (row instanceof Bandwidth bandwidth) {
            return Optional.of(bandwidth.run());
        }
        return row instanceof Latency latency ? Optional.of(latency.run()) : Optional.empty();
    }

    private static String host(BenchRun run) {
        return "%s, IOMMU %s".formatted(run.system(), run.iommu());
    }

    /** Judges one table. */
    Source judge(Path table, int kept) {
        List<TimingRow> rows = tables.getOrDefault(table, ImmutableList.of());
        Tally tally = new Tally(table.toString(), kept);
        HostNotes notes = new HostNotes();
        List<TimingRow> judged =
                rows.stream().filter(TimingConformance::isJudged).toList();
        List<Judged> cases = judged.parallelStream().map(this::judge).toList();
        for (int i = 0; i < cases.size(); i++) {
            tally.accept(cases.get(i).verdict());
            note(notes, judged.get(i), cases.get(i));
        }
        tally.note(notes.lines());
        judged.forEach(row -> {
            if (row instanceof PeerTarget target) {
                tally.note(peers.note(target));
            }
        });
        if (judged.size() < rows.size()) {
            tally.note(List.of("%d rows describe links and configurations and are no cases"
                    .formatted(rows.size() - judged.size())));
        }
        return tally.source();
    }

    private void note(HostNotes notes, TimingRow row, Judged judged) {
        run(row).ifPresent(run -> notes.add(
                host(run),
                Optional.ofNullable(hosts.get(host(run))).orElseThrow(),
                row,
                run,
                judged.verdict().agrees(),
                judged.error()));
    }

    private static boolean isJudged(TimingRow row) {
        return !(row instanceof AnalyticConfig || row instanceof HostLink);
    }

    /**
     * A row and what came of it.
     *
     * @param error of the simulated value, 0.01 for one hundredth too high
     */
    private record Judged(Case verdict, double error) {}

    private Judged judge(TimingRow row) {
        if (row instanceof AnalyticPoint point) {
            return analytic(point);
        }
        if (row instanceof PeerTarget target) {
            return new Judged(peers.check(target), 0);
        }
        BenchRun run = run(row).orElseThrow();
        BenchHost host = Optional.ofNullable(hosts.get(host(run))).orElseThrow();
        double got = host.predict(row);
        boolean bandwidth = row instanceof Bandwidth;
        double wanted = bandwidth ? ((Bandwidth) row).gigabitsPerSecond() : ((Latency) row).median();
        double within = bandwidth ? BANDWIDTH_WITHIN : LATENCY_WITHIN;
        double error = got / wanted - 1;
        String difference = "measured %.2f %s, simulated %.2f (%+.1f %%)"
                .formatted(wanted, bandwidth ? "Gb/s" : "ns", got, 100 * error);
        String id = "%s, %s".formatted(host(run), BenchHost.name(run));
        return new Judged(new Case(id, Math.abs(error) <= within, difference), error);
    }

    /** Between the model of pcie-bench, as the row has it, and what the link can carry without any DLLP. */
    private static Judged analytic(AnalyticPoint point) {
        LinkBound bound = AnalyticRun.bound(point.setting());
        double most = switch (point.operation()) {
            case READ -> bound.read(Rate.BOUND, point.size());
            case WRITE -> bound.write(Rate.BOUND, point.size());
            case READ_WRITE, WRITE_THEN_READ -> bound.readWrite(Rate.BOUND, point.size());
        };
        double least = point.gigabitsPerSecond();
        double got = AnalyticRun.gigabitsPerSecond(point.setting(), point.operation(), point.size());
        String id = "%s %s %d".formatted(point.config(), point.operation(), point.size());
        String difference = "expected %.3f to %.3f Gb/s, simulated %.3f".formatted(least, most, got);
        return new Judged(new Case(id, got >= least && got <= most, difference), 0);
    }
}
