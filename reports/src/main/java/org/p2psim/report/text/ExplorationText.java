package org.p2psim.report.text;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import org.p2psim.outcome.ExplorationOutcome;
import org.p2psim.outcome.ExplorationOutcome.Broken;
import org.p2psim.outcome.ExplorationOutcome.Shortest;
import org.p2psim.unit.Ticks;

/** What was explored, and for each invariant that broke how often, the command that replays it, and how it is shown. */
public final class ExplorationText {
    private static final int WIDTH = 120;

    private ExplorationText() {}

    public static String of(ExplorationOutcome outcome) {
        List<String> lines = new ArrayList<>();
        lines.add(Plain.safe("%s  [%s]: %d interleavings of seed %d, operations moved by up to %s, %d checks"
                .formatted(
                        outcome.scenario(),
                        outcome.variant(),
                        outcome.interleavings(),
                        outcome.seed(),
                        Ticks.format(outcome.within()),
                        outcome.checks())));
        if (outcome.broken().isEmpty()) {
            lines.add("  no invariant broke");
        }
        outcome.broken().forEach(broken -> add(lines, outcome, broken));
        return TextTable.joined(lines);
    }

    /** How much was explored in all, and what broke though no scenario expects it. */
    public static String total(List<ExplorationOutcome> outcomes) {
        List<String> broken = outcomes.stream()
                .flatMap(outcome -> outcome.broken().stream()
                        .filter(each -> !each.expected())
                        .map(each -> "%s in %s [%s]".formatted(each.id(), outcome.scenario(), outcome.variant())))
                .toList();
        long expected = outcomes.stream()
                .flatMap(outcome -> outcome.broken().stream())
                .filter(Broken::expected)
                .count();
        return Plain.safe("In all: %,d interleavings of %d variants of %d scenarios, %,d checks; %s; %d expected breaks"
                .formatted(
                        outcomes.stream()
                                .mapToLong(ExplorationOutcome::interleavings)
                                .sum(),
                        outcomes.size(),
                        outcomes.stream()
                                .map(ExplorationOutcome::scenario)
                                .distinct()
                                .count(),
                        outcomes.stream().mapToLong(ExplorationOutcome::checks).sum(),
                        broken.isEmpty() ? "no invariant broke unexpectedly" : "BROKEN: " + String.join(", ", broken),
                        expected));
    }

    private static void add(List<String> lines, ExplorationOutcome outcome, Broken broken) {
        lines.addAll(Plain.wrapped(
                "  ",
                "      ",
                "%s %s in %d of %d: %s"
                        .formatted(
                                broken.expected() ? "expected" : "BROKEN",
                                broken.id(),
                                broken.times(),
                                outcome.interleavings(),
                                broken.statement()),
                WIDTH));
        lines.addAll(Plain.wrapped(
                "      ",
                "        ",
                "first in interleaving %d, at %s: %s"
                        .formatted(broken.first(), Ticks.format(broken.at()), broken.detail()),
                WIDTH));
        lines.add("      " + Plain.safe(replay(outcome.command(), outcome.within(), broken.first())));
        broken.shortest().ifPresent(shortest -> add(lines, shortest));
    }

    private static void add(List<String> lines, Shortest shortest) {
        lines.add("      shortest timeline that shows it%s:"
                .formatted(
                        shortest.interleaving() == 0
                                ? ""
                                : ", with --within 0ns --interleaving " + shortest.interleaving()));
        shortest.timeline().forEach(line -> lines.add("        " + Plain.safe(line)));
    }

    private static String replay(String command, long within, long number) {
        return "%s --within %sns --interleaving %d".formatted(command, exact(within), number);
    }

    private static String exact(long ticks) {
        BigDecimal ns = BigDecimal.valueOf(ticks).divide(BigDecimal.valueOf(Ticks.PER_NANOSECOND));
        return ns.signum() == 0 ? "0" : ns.stripTrailingZeros().toPlainString();
    }
}
