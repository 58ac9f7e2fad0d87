package org.p2psim.report.text;

import java.util.List;
import org.p2psim.outcome.Comparison;
import org.p2psim.outcome.Comparison.Difference;
import org.p2psim.outcome.RunOutcome;

/** Variants side by side for a terminal: the answer for all of them, then what differs and why. */
public final class CompareText {
    private CompareText() {}

    /** @param runs the variants of one scenario, at least one */
    public static String render(List<RunOutcome> runs) {
        Comparison comparison = Comparison.of(runs);
        StringBuilder text = new StringBuilder();
        text.append(runs.get(0).title()).append("\n\n");
        for (RunOutcome run : runs) {
            text.append("%s: %s\n".formatted(run.variant(), run.answer().sentence()));
            run.answer()
                    .layers()
                    .forEach(layer -> text.append(
                            "  %-9s %s\n".formatted(TextTable.lower(layer.layer()), layer.verdict())));
        }
        if (!comparison.differences().isEmpty()) {
            text.append("\nWhat differs:\n");
            comparison.differences().forEach(difference -> difference(text, runs, difference));
        }
        for (RunOutcome run : runs) {
            text.append("\n%s:".formatted(run.variant())).append(TextReport.checks(run));
        }
        return text.toString();
    }

    private static void difference(StringBuilder text, List<RunOutcome> runs, Difference difference) {
        text.append("  ").append(difference.what()).append('\n');
        TextTable table = new TextTable();
        for (int i = 0; i < runs.size(); i++) {
            table.row(runs.get(i).variant() + ":", difference.values().get(i));
        }
        text.append(table.render(4));
        text.append("    why: ").append(difference.why()).append('\n');
        difference.remedy().ifPresent(remedy -> text.append("    to change it: ").append(remedy).append('\n'));
    }
}
