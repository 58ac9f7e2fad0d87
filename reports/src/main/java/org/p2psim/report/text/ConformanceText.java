package org.p2psim.report.text;

import java.util.ArrayList;
import java.util.List;
import org.p2psim.outcome.ConformanceOutcome;
import org.p2psim.outcome.ConformanceOutcome.Difference;
import org.p2psim.outcome.ConformanceOutcome.Source;

/** A line for each source of evidence, the sum, and the cases in which the model answers otherwise. */
public final class ConformanceText {
    private static final int WIDTH = 120;

    private ConformanceText() {}

    /**
     * The text.
     *
     * @param most how many differing cases are shown
     */
    public static String of(ConformanceOutcome outcome, int most) {
        List<String> lines = new ArrayList<>();
        for (Source source : outcome.sources()) {
            lines.add("%s: %s".formatted(Plain.safe(source.source()), agree(source.agreeing(), source.cases())));
        }
        lines.add(agree(outcome.agreeing(), outcome.cases()));
        for (Source source : outcome.sources()) {
            if (!source.notes().isEmpty()) {
                lines.add("");
                lines.add(Plain.safe(source.source()));
                source.notes().forEach(note -> lines.add("  " + Plain.safe(note)));
            }
        }
        long left = most;
        for (Source source : outcome.sources()) {
            List<Difference> shown = source.differences().stream().limit(left).toList();
            left -= shown.size();
            if (!shown.isEmpty()) {
                lines.add("");
                lines.add(Plain.safe(source.source()));
            }
            for (Difference difference : shown) {
                lines.addAll(Plain.wrapped("  ", "      ", difference.id() + ": " + difference.difference(), WIDTH));
            }
        }
        long differing = outcome.cases() - outcome.agreeing();
        long listed = most - left;
        if (differing > listed) {
            lines.add("");
            lines.add("and %d more; --json lists all".formatted(differing - listed));
        }
        return TextTable.joined(lines);
    }

    private static String agree(long agreeing, long cases) {
        return "%d of %d agree".formatted(agreeing, cases);
    }
}
