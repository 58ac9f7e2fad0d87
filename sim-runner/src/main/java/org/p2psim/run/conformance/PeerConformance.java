package org.p2psim.run.conformance;

import com.google.common.collect.ImmutableList;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.p2psim.address.Bdf;
import org.p2psim.iommu.MappedPages;
import org.p2psim.outcome.LinkUse;
import org.p2psim.outcome.RunOutcome;
import org.p2psim.outcome.TransferOutcome;
import org.p2psim.run.Simulation;
import org.p2psim.scenario.Plan;
import org.p2psim.scenario.evidence.TimingRow.PeerTarget;
import org.p2psim.scenario.library.Library;
import org.p2psim.scenario.yaml.ScenarioReader;
import org.p2psim.transaction.TlpKind;
import org.p2psim.unit.Ticks;

/** Published figures about transfers between peers against shipped scenarios of the machines. */
final class PeerConformance {
    private static final double BANDWIDTH_WITHIN = 0.05;
    private static final double LATENCY_WITHIN = 0.10;
    /** What rounding to ticks may add, ns. */
    private static final double EXACT = 0.1;

    private final Map<String, RunOutcome> runs = new ConcurrentHashMap<>();

    Case check(PeerTarget target) {
        PeerFigure figure = PeerFigure.ALL.get(target.id());
        String id = "%s %s".formatted(target.id(), target.scenario());
        if (figure == null) {
            return new Case(id, false, "not modelled: no shipped scenario simulates it");
        }
        if (figure.measure() == PeerFigure.Measure.NOT_MODELLED) {
            return new Case(id, false, "not modelled; that would take " + figure.needed());
        }
        ImmutableList<Double> got = values(figure, target.unit());
        boolean agrees = got.size() == target.values().size();
        for (int i = 0; agrees && i < got.size(); i++) {
            agrees = agrees(figure.measure(), target.values().get(i), got.get(i));
        }
        return new Case(
                id,
                agrees,
                "published %s %s, simulated %s (%s, %s)"
                        .formatted(
                                text(target.values()),
                                target.unit(),
                                text(got),
                                figure.scenario(),
                                String.join(" and ", figure.variants())));
    }

    /** What was simulated, and what that needed, in a line; empty if nothing was. */
    ImmutableList<String> note(PeerTarget target) {
        PeerFigure figure = PeerFigure.ALL.get(target.id());
        return figure == null || figure.measure() == PeerFigure.Measure.NOT_MODELLED
                ? ImmutableList.of()
                : ImmutableList.of("%s: %s; needed: %s"
                        .formatted(target.id(), check(target).difference(), figure.needed()));
    }

    private static boolean agrees(PeerFigure.Measure measure, double published, double simulated) {
        return switch (measure) {
            case BANDWIDTH, EACH, SUM, ONE_AND_BOTH, RECEIVED, SHARE ->
                Math.abs(simulated / published - 1) <= BANDWIDTH_WITHIN;
            case LATENCY -> Math.abs(simulated / published - 1) <= LATENCY_WITHIN;
            case SLOWDOWN, HOP -> simulated <= published + EXACT;
            case WRITES_ONLY, READS, PAGES -> simulated == published;
            case NOT_MODELLED -> false;
        };
    }

    private ImmutableList<Double> values(PeerFigure figure, String unit) {
        if (figure.measure() == PeerFigure.Measure.PAGES) {
            return ImmutableList.of((double) pages(figure));
        }
        List<TransferOutcome> transfers = transfers(figure, 0);
        double scale = unit.startsWith("Gb") ? 8 : 1;
        return switch (figure.measure()) {
            case BANDWIDTH -> ImmutableList.of(scale * gigabytes(transfers.get(0)));
            case EACH -> ImmutableList.of(scale * sum(transfers) / transfers.size());
            case SUM -> ImmutableList.of(scale * sum(transfers));
            case ONE_AND_BOTH ->
                ImmutableList.of(
                        scale * gigabytes(transfers.get(0)), scale * sum(transfers.subList(1, transfers.size())));
            case LATENCY -> ImmutableList.of(median(transfers.get(0)) / (unit.startsWith("us") ? 1000 : 1));
            case SLOWDOWN -> ImmutableList.of(slowdown(figure, transfers.get(0)));
            case WRITES_ONLY -> ImmutableList.of(moved(transfers.get(0)) && !moved(transfers.get(1)) ? 1.0 : 0.0);
            case READS -> ImmutableList.of(moved(transfers.get(0)) ? 1.0 : 0.0);
            case RECEIVED -> ImmutableList.of(sum(transfers) * received(figure, transfers.get(0)));
            case SHARE -> ImmutableList.of(100 * slowest(transfers) / slowest(transfers(figure, 1)));
            case HOP -> ImmutableList.of((fastest(transfers.get(0)) - fastest(transfers.get(1))) / 2);
            case PAGES, NOT_MODELLED -> ImmutableList.of();
        };
    }

    private List<TransferOutcome> transfers(PeerFigure figure, int variant) {
        return figure.transfers().stream()
                .map(name -> transfer(figure, figure.variants().get(variant), name))
                .toList();
    }

    private static double gigabytes(TransferOutcome transfer) {
        return transfer.bandwidth().gigabytesPerSecond().doubleValue();
    }

    private static double sum(List<TransferOutcome> transfers) {
        return transfers.stream().mapToDouble(PeerConformance::gigabytes).sum();
    }

    private static double median(TransferOutcome transfer) {
        return transfer.latency().at(50) / (double) Ticks.PER_NANOSECOND;
    }

    /** Exact, where the median is rounded. */
    private static double fastest(TransferOutcome transfer) {
        return transfer.latency().min() / (double) Ticks.PER_NANOSECOND;
    }

    private static double slowest(List<TransferOutcome> transfers) {
        return transfers.stream().mapToDouble(PeerConformance::gigabytes).min().orElseThrow();
    }

    /** Bytes of headers and data for a byte of data, on the link that a transfer ends with. */
    private double received(PeerFigure figure, TransferOutcome transfer) {
        Bdf port = transfer.route().get(transfer.route().size() - 1).port().orElseThrow();
        LinkUse link = run(figure.scenario(), figure.variants().get(0)).links().stream()
                .filter(use -> use.port().equals(port) && use.direction() == LinkUse.Direction.DOWNSTREAM)
                .findFirst()
                .orElseThrow();
        return (link.wire() - link.tlps() * (double) TlpKind.FRAMING) / link.payload();
    }

    private long pages(PeerFigure figure) {
        return run(figure.scenario(), figure.variants().get(0)).sgTables().stream()
                .filter(table -> table.owner().equals(figure.transfers().get(0)))
                .flatMap(table -> table.iommuPages().stream())
                .mapToLong(MappedPages::entries)
                .sum();
    }

    private double slowdown(PeerFigure figure, TransferOutcome fast) {
        TransferOutcome slow =
                transfer(figure, figure.variants().get(1), figure.transfers().get(0));
        return Math.max(0, 100 * (1 - gigabytes(slow) / gigabytes(fast)));
    }

    private static boolean moved(TransferOutcome transfer) {
        return transfer.bytes() == transfer.requested();
    }

    private TransferOutcome transfer(PeerFigure figure, String variant, String name) {
        return run(figure.scenario(), variant).transfers().stream()
                .filter(transfer -> transfer.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private RunOutcome run(String scenario, String variant) {
        return runs.computeIfAbsent(scenario + " " + variant, key -> new Simulation("").run(plan(scenario, variant)));
    }

    private static Plan plan(String scenario, String variant) {
        byte[] text = Library.text(scenario).getBytes(StandardCharsets.UTF_8);
        return ScenarioReader.read(scenario + ".yaml", text, List.of()).plans().stream()
                .filter(plan -> plan.variant().equals(variant))
                .findFirst()
                .orElseThrow();
    }

    private static String text(List<Double> values) {
        return values.stream().map("%.3g"::formatted).collect(Collectors.joining(" and "));
    }
}
