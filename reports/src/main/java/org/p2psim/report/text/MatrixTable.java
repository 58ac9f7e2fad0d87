package org.p2psim.report.text;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.OptionalInt;
import org.p2psim.address.Bdf;
import org.p2psim.outcome.Matrix;
import org.p2psim.outcome.Note;
import org.p2psim.p2p.Decision;
import org.p2psim.p2p.MapType;
import org.p2psim.report.matrix.PairGrid;
import org.p2psim.report.matrix.PairGrid.Reason;
import org.p2psim.report.matrix.PairGroups;
import org.p2psim.report.matrix.PairGroups.Group;
import org.p2psim.topology.PciFunction;

/** A matrix of any size as text, written row by row. */
public final class MatrixTable {
    private static final int SMALL = 24;
    private static final int REASONS = 20;
    private static final int WIDTH = 120;
    /** Characters of the pairs that are written at once, and a row more. */
    private static final int TSV_CHUNK = 1 << 16;

    private final Matrix matrix;
    private final Appendable out;

    private MatrixTable(Matrix matrix, Appendable out) {
        this.matrix = matrix;
        this.out = out;
    }

    /** Table, legend, reasons and notes; large machines have numbered columns and their reasons grouped. */
    public static void write(Matrix matrix, Appendable out) {
        new MatrixTable(matrix, out).write();
    }

    /**
     * One line a pair: provider, client, distance, map type and hops, separated by tabs, as a kernel module would print
     * them; {@code ?} is the distance that depends on what was not captured.
     */
    public static void writeTsv(Matrix matrix, Appendable out) {
        MatrixTable table = new MatrixTable(matrix, out);
        table.line("# provider\tclient\tdistance\tmap_type\traw_dist");
        List<String> names = matrix.functions().stream()
                .map(PciFunction::address)
                .map(Bdf::toString)
                .toList();
        StringBuilder lines = new StringBuilder();
        for (int provider = 0; provider < names.size(); provider++) {
            for (int client = 0; client < names.size(); client++) {
                if (matrix.has(provider, client)) {
                    pair(names.get(provider), names.get(client), matrix.decision(provider, client), lines);
                }
            }
            if (lines.length() > TSV_CHUNK || provider == names.size() - 1) {
                table.text(lines);
                lines.setLength(0);
            }
        }
    }

    private static void pair(String provider, String client, Decision decision, StringBuilder lines) {
        OptionalInt distance = decision.distance();
        lines.append(provider).append('\t').append(client).append('\t');
        if (distance.isPresent()) {
            lines.append(distance.getAsInt());
        } else {
            lines.append('?');
        }
        lines.append('\t')
                .append(decision.mapType())
                .append('\t')
                .append(decision.hops())
                .append('\n');
    }

    private void write() {
        line("%s, %s: kernel %s on %s"
                .formatted(Plain.safe(matrix.scenario()), Plain.safe(matrix.variant()), matrix.kernel(), matrix.cpu()));
        if (matrix.functions().size() <= SMALL) {
            text(MatrixText.of(matrix.pairs()));
        } else {
            rows();
            line("");
            PairGroups groups = new PairGroups(matrix);
            groups.counts()
                    .forEach((type, count) -> line(
                            "  %s  %s; %d pairs".formatted(PairGrid.letter(type), MatrixText.meaning(type), count)));
            line("");
            reasons(groups);
        }
        notes();
    }

    private void rows() {
        List<PciFunction> functions = matrix.functions();
        int digits = Integer.toString(functions.size()).length();
        int names = functions.stream()
                .mapToInt(function -> Plain.width(label(function)))
                .max()
                .orElse(0);
        StringBuilder row = new StringBuilder("  ").append(" ".repeat(digits + 1 + names));
        for (int i = 1; i <= functions.size(); i++) {
            row.append(right(Integer.toString(i)));
        }
        line(row);
        for (int provider = 0; provider < functions.size(); provider++) {
            row.setLength(0);
            String number = Integer.toString(provider + 1);
            String label = label(functions.get(provider));
            row.append("  ")
                    .append(" ".repeat(digits - number.length()))
                    .append(number)
                    .append(' ');
            row.append(label).append(" ".repeat(names - Plain.width(label)));
            for (int client = 0; client < functions.size(); client++) {
                row.append(
                        right(matrix.has(provider, client) ? PairGrid.cell(matrix.decision(provider, client)) : "-"));
            }
            line(row);
        }
    }

    private static String right(String cell) {
        return " ".repeat(Math.max(1, 6 - cell.length())) + cell;
    }

    private static String label(PciFunction function) {
        String address = function.address().toString();
        return function.name().equals(address) ? address : Plain.shortened(function.name(), 16) + " " + address;
    }

    private void reasons(PairGroups groups) {
        List<Group> indirect = groups.groups().stream()
                .filter(group -> group.mapType() != MapType.BUS_ADDR)
                .toList();
        for (Group group : indirect.subList(0, Math.min(REASONS, indirect.size()))) {
            Reason reason = groups.reason(group);
            Plain.wrapped(
                            "  %-4s".formatted(PairGrid.letter(group.mapType())),
                            "      ",
                            reason.named(1) + ": " + reason.why(),
                            WIDTH)
                    .forEach(this::line);
        }
        if (indirect.size() > REASONS) {
            line("      and %d more reasons; p2psim explain has them pair by pair"
                    .formatted(indirect.size() - REASONS));
        }
    }

    private void notes() {
        for (Note note : matrix.notes()) {
            if (note.kind() != Note.Kind.SOURCE) {
                Plain.wrapped("  ", "    ", ExplainText.sentence(note), WIDTH).forEach(this::line);
            }
        }
    }

    private void line(CharSequence line) {
        text(line);
        text("\n");
    }

    private void text(CharSequence text) {
        try {
            out.append(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
