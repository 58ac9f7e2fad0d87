package org.p2psim.report.text;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.p2psim.outcome.PairOutcome;
import org.p2psim.p2p.MapType;
import org.p2psim.report.matrix.PairGrid;
import org.p2psim.report.matrix.PairGrid.Reason;

/** All pairs as a table, in the manner of {@code nvidia-smi topo -m}. */
public final class MatrixText {
    private static final int WIDTH = 120;
    private static final int PAIRS_NAMED = 3;
    private static final int NAME_WIDTH = 12;

    private MatrixText() {}

    /** Table, legend, and one line for each reason of pairs that are not straight through switches. */
    public static String of(List<PairOutcome> pairs) {
        PairGrid grid = new PairGrid(pairs);
        List<String> lines = new ArrayList<>(table(grid));
        lines.add("");
        lines.addAll(legend(grid));
        List<String> reasons = reasons(grid, Integer.MAX_VALUE);
        if (!reasons.isEmpty()) {
            lines.add("");
            lines.addAll(reasons);
        }
        return TextTable.joined(lines);
    }

    static List<String> table(PairGrid grid) {
        TextTable table = new TextTable();
        List<String> head = new ArrayList<>(List.of("provider \\ client"));
        grid.names().forEach(name -> head.add(Plain.shortened(name, NAME_WIDTH)));
        table.row(head);
        for (String provider : grid.names()) {
            List<String> row = new ArrayList<>();
            row.add(grid.address(provider)
                    .map(Object::toString)
                    .filter(address -> !address.equals(provider))
                    .map(address -> Plain.shortened(provider, NAME_WIDTH) + " " + address)
                    .orElse(provider));
            for (String client : grid.names()) {
                row.add(grid.verdict(provider, client).map(PairGrid::cell).orElse("-"));
            }
            table.row(row);
        }
        return table.lines(2);
    }

    private static List<String> legend(PairGrid grid) {
        List<String> lines = new ArrayList<>();
        for (MapType type : MapType.values()) {
            if (grid.reasons().stream().anyMatch(reason -> reason.verdict().mapType() == type)) {
                lines.add("  %s  %s".formatted(PairGrid.letter(type), meaning(type)));
            }
        }
        return lines;
    }

    static String meaning(MapType type) {
        return switch (type) {
            case NOT_SUPPORTED -> "NOT_SUPPORTED: no route that the kernel trusts";
            case BUS_ADDR -> "BUS_ADDR: straight through switches; the number is the distance";
            case THRU_HOST_BRIDGE -> "THRU_HOST_BRIDGE: through the root complex; the number is the distance";
            case DEPENDS_ON -> "DEPENDS_ON: hangs on what was not captured";
        };
    }

    static List<String> reasons(PairGrid grid, int most) {
        List<Reason> indirect = grid.reasons().stream()
                .filter(reason -> reason.verdict().mapType() != MapType.BUS_ADDR)
                .toList();
        List<String> lines = new ArrayList<>();
        for (Reason reason : indirect.subList(0, Math.min(most, indirect.size()))) {
            String redirect = reason.verdict().redirecting().isEmpty()
                    ? ""
                    : "ACS redirect on at %s; "
                            .formatted(reason.verdict().redirecting().stream()
                                    .map(Object::toString)
                                    .collect(Collectors.joining(", ")));
            lines.addAll(Plain.wrapped(
                    "  %-4s".formatted(PairGrid.cell(reason.verdict())),
                    "      ",
                    reason.named(PAIRS_NAMED) + ": " + redirect + reason.why(),
                    WIDTH));
        }
        if (indirect.size() > most) {
            lines.add("      and %d more reasons".formatted(indirect.size() - most));
        }
        return lines;
    }
}
