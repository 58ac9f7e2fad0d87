package org.p2psim.report.text;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Rows of cells in columns as wide as they need, two blanks apart. */
final class TextTable {
    private static final int CELL_WIDTH_MAX = 64;

    private final List<List<String>> rows = new ArrayList<>();

    TextTable row(List<String> cells) {
        rows.add(cells.stream()
                .map(cell -> Plain.shortened(cell, CELL_WIDTH_MAX))
                .toList());
        return this;
    }

    TextTable row(String... cells) {
        return row(List.of(cells));
    }

    boolean isEmpty() {
        return rows.isEmpty();
    }

    /** The lines, each with the indent and without blanks at its end. */
    List<String> lines(int indent) {
        List<Integer> widths = new ArrayList<>();
        for (List<String> row : rows) {
            for (int column = 0; column < row.size(); column++) {
                if (column == widths.size()) {
                    widths.add(0);
                }
                widths.set(column, Math.max(widths.get(column), Plain.width(row.get(column))));
            }
        }
        return rows.stream().map(row -> line(row, widths, indent)).toList();
    }

    private static String line(List<String> row, List<Integer> widths, int indent) {
        StringBuilder line = new StringBuilder(" ".repeat(indent));
        for (int column = 0; column < row.size(); column++) {
            String cell = row.get(column);
            line.append(cell).append(" ".repeat(widths.get(column) - Plain.width(cell) + 2));
        }
        return line.toString().stripTrailing();
    }

    static String joined(List<String> lines) {
        return lines.stream().map(line -> line + "\n").collect(Collectors.joining());
    }
}
