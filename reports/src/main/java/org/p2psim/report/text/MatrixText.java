package org.p2psim.report.text;

import com.google.common.collect.ImmutableSet;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.p2psim.outcome.Matrix;
import org.p2psim.outcome.PairOutcome;
import org.p2psim.p2p.MapType;

/** All pairs at a glance: providers down, clients across, then each reason once with the pairs that it is for. */
public final class MatrixText {
    /** Beyond this many endpoints a square no longer fits a terminal, and pairs are listed instead. */
    private static final int SQUARE_MAX = 16;
    /** Pairs that are named behind a reason; the rest is counted. */
    private static final int PAIRS_NAMED = 4;

    private MatrixText() {}

    public static String render(Matrix matrix) {
        StringBuilder text = new StringBuilder();
        text.append("%s, variant %s: kernel %s on %s\n"
                .formatted(matrix.scenario(), matrix.variant(), matrix.kernel(), matrix.cpu()));
        if (matrix.pairs().isEmpty()) {
            return text.append("  fewer than two endpoints: no pairs\n").toString();
        }
        return text.append(pairs(matrix.pairs())).toString();
    }

    /** The square (or list) of pairs, its legend, and the reasons. */
    static String pairs(List<PairOutcome> pairs) {
        ImmutableSet<String> names = pairs.stream().map(PairOutcome::provider).collect(ImmutableSet.toImmutableSet());
        return (names.size() <= SQUARE_MAX ? square(pairs, names) : list(pairs)) + legend(pairs) + reasons(pairs);
    }

    private static String square(List<PairOutcome> pairs, ImmutableSet<String> names) {
        Map<String, Map<String, String>> cells = new LinkedHashMap<>();
        for (PairOutcome pair : pairs) {
            cells.computeIfAbsent(pair.provider(), name -> new LinkedHashMap<>())
                    .put(pair.client(), cell(pair));
        }
        TextTable table = new TextTable();
        List<String> header = new ArrayList<>(List.of("provider \\ client"));
        header.addAll(names);
        table.row(header);
        for (String provider : names) {
            List<String> row = new ArrayList<>(List.of(provider));
            for (String client : names) {
                row.add(
                        provider.equals(client)
                                ? "-"
                                : cells.getOrDefault(provider, Map.of()).getOrDefault(client, "-"));
            }
            table.row(row);
        }
        return table.render(2);
    }

    private static String list(List<PairOutcome> pairs) {
        TextTable table = new TextTable();
        table.row("provider", "client", "map type", "distance");
        pairs.forEach(pair -> table.row(
                pair.provider(),
                pair.client(),
                pair.verdict().mapType().name(),
                String.valueOf(pair.verdict().distance())));
        return table.render(2);
    }

    private static String cell(PairOutcome pair) {
        return letter(pair.verdict().mapType()) + " " + pair.verdict().distance();
    }

    private static String letter(MapType mapType) {
        return switch (mapType) {
            case BUS_ADDR -> "B";
            case THRU_HOST_BRIDGE -> "H";
            case NOT_SUPPORTED -> "N";
        };
    }

    private static String legend(List<PairOutcome> pairs) {
        return pairs.stream()
                .map(pair -> pair.verdict().mapType())
                .distinct()
                .sorted()
                .map(mapType -> "  %s = %s (%s)".formatted(letter(mapType), mapType, meaning(mapType)))
                .collect(Collectors.joining("\n", "", "; the number is the kernel's distance\n"));
    }

    private static String meaning(MapType mapType) {
        return switch (mapType) {
            case BUS_ADDR -> "straight through switches";
            case THRU_HOST_BRIDGE -> "through the root complex";
            case NOT_SUPPORTED -> "refused";
        };
    }

    private static String reasons(List<PairOutcome> pairs) {
        Map<String, List<String>> byReason = new LinkedHashMap<>();
        for (PairOutcome pair : pairs) {
            if (pair.verdict().mapType() != MapType.BUS_ADDR) {
                byReason.computeIfAbsent(reason(pair), reason -> new ArrayList<>())
                        .add(pair.provider() + " -> " + pair.client());
            }
        }
        StringBuilder text = new StringBuilder();
        byReason.forEach((reason, its) -> text.append("  %s: %s\n".formatted(named(its), reason)));
        return text.toString();
    }

    /** Every step but the plain ones: where TLPs are sent up, and why that is allowed or not. */
    private static String reason(PairOutcome pair) {
        return pair.verdict().steps().stream()
                .filter(step -> switch (step.kind()) {
                    case COMMON_BRIDGE, NO_ACS_REDIRECT, CPU_NOT_ALLOWED -> false;
                    case NO_COMMON_BRIDGE,
                            ACS_REDIRECT,
                            CPU_ALLOWED,
                            HOST_BRIDGE_LISTED,
                            HOST_BRIDGE_NOT_LISTED,
                            HOST_BRIDGE_UNKNOWN,
                            HOST_BRIDGES_DIFFER,
                            NOT_PCI -> true;
                })
                .map(step -> step.sentence())
                .collect(Collectors.joining("; "));
    }

    private static String named(List<String> pairs) {
        String first = pairs.stream().limit(PAIRS_NAMED).collect(Collectors.joining(", "));
        int more = pairs.size() - PAIRS_NAMED;
        return more > 0 ? "%s and %d more".formatted(first, more) : first;
    }
}
