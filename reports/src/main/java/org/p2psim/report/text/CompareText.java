package org.p2psim.report.text;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.p2psim.outcome.Answer.Layer;
import org.p2psim.outcome.Answer.LayerAnswer;
import org.p2psim.outcome.Comparison;
import org.p2psim.outcome.Comparison.Difference;
import org.p2psim.outcome.ExpectationOutcome;
import org.p2psim.outcome.InvariantOutcome;
import org.p2psim.outcome.RunOutcome;

/** Variants of one scenario side by side, then what differs and why. */
public final class CompareText {
    private static final int WIDTH = 120;

    private CompareText() {}

    /**
     * Answer, verdicts by layer, differences.
     *
     * @throws IllegalArgumentException if there is no run
     */
    public static String of(List<RunOutcome> runs) {
        Comparison comparison = Comparison.of(runs);
        List<String> lines = new ArrayList<>();
        lines.add(Plain.shortened(runs.get(0).title(), WIDTH));
        lines.addAll(Plain.wrapped("", "", comparison.sentence(), WIDTH));
        lines.add("");
        lines.addAll(overview(runs));
        if (!comparison.differences().isEmpty()) {
            lines.add("");
            lines.add("Differences");
        }
        for (Difference difference : comparison.differences()) {
            lines.addAll(difference(runs, difference));
        }
        return TextTable.joined(lines);
    }

    private static List<String> overview(List<RunOutcome> runs) {
        TextTable table = new TextTable();
        List<String> head = new ArrayList<>(List.of(""));
        runs.forEach(run -> head.add(run.variant()));
        table.row(head);
        for (Layer layer : Arrays.asList(Layer.values())) {
            List<String> row = new ArrayList<>(List.of(layer.name().toLowerCase(Locale.ROOT)));
            runs.forEach(run -> row.add(run.answer().layers().stream()
                    .filter(answer -> answer.layer() == layer)
                    .findFirst()
                    .map(LayerAnswer::verdict)
                    .orElse("-")));
            table.row(row);
        }
        List<String> expectations = new ArrayList<>(List.of("expectations"));
        List<String> invariants = new ArrayList<>(List.of("invariants"));
        for (RunOutcome run : runs) {
            expectations.add("%d of %d met"
                    .formatted(
                            run.expectations().stream()
                                    .filter(ExpectationOutcome::met)
                                    .count(),
                            run.expectations().size()));
            invariants.add("%d of %d held"
                    .formatted(
                            run.invariants().stream()
                                    .filter(InvariantOutcome::held)
                                    .count(),
                            run.invariants().size()));
        }
        return table.row(expectations).row(invariants).lines(2);
    }

    private static List<String> difference(List<RunOutcome> runs, Difference difference) {
        List<String> lines = new ArrayList<>(Plain.wrapped("  ", "    ", difference.what(), WIDTH));
        TextTable values = new TextTable();
        for (int i = 0; i < runs.size(); i++) {
            values.row(runs.get(i).variant(), difference.values().get(i));
        }
        lines.addAll(values.lines(6));
        lines.addAll(Plain.wrapped("      why: ", "           ", difference.why(), WIDTH));
        difference
                .remedy()
                .ifPresent(remedy -> lines.addAll(Plain.wrapped("      back: ", "            ", remedy, WIDTH)));
        return lines;
    }
}
