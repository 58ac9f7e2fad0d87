package org.p2psim.report.text;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.p2psim.outcome.Answer.LayerAnswer;
import org.p2psim.outcome.Event;
import org.p2psim.outcome.ExpectationOutcome;
import org.p2psim.outcome.InvariantOutcome;
import org.p2psim.outcome.Note;
import org.p2psim.outcome.RunOutcome;
import org.p2psim.outcome.TransferOutcome;
import org.p2psim.outcome.WaitOutcome;
import org.p2psim.report.lifetime.Chain;
import org.p2psim.report.lifetime.Lifetimes;
import org.p2psim.report.lifetime.Told;
import org.p2psim.report.matrix.PairGrid;
import org.p2psim.unit.Bytes;
import org.p2psim.unit.Ticks;

/** The summary of one run: at most 40 lines, so that nobody needs the page to know whether it worked. */
public final class TextReport {
    private static final int WIDTH = 120;
    private static final int LINES_MAX = 40;
    private static final int MATRIX_ENDPOINTS_MAX = 8;
    private static final int ROWS_MAX = 6;

    private TextReport() {}

    public static String of(RunOutcome run) {
        List<String> lines = new ArrayList<>();
        lines.add(Plain.shortened(run.title() + "  [" + run.variant() + "]", WIDTH));
        lines.addAll(Plain.wrapped("", "", run.answer().sentence(), WIDTH));
        TextTable layers = new TextTable();
        for (LayerAnswer layer : run.answer().layers()) {
            layers.row(layer.layer().name().toLowerCase(Locale.ROOT), layer.verdict(), layer.sentence());
        }
        lines.addAll(layers.lines(2));
        section(lines, "Expectations: " + met(run.expectations()), unmet(run));
        section(lines, "Invariants: " + held(run.invariants()), broken(run));
        section(lines, "Switched on and never reached", notes(run, Note.Kind.NOT_REACHED));
        section(lines, "Waits, the longest first", waits(run));
        section(lines, "In flight when access ended", inFlight(run));
        section(lines, "Refused", refused(run));
        section(
                lines,
                "Transfers"
                        + TransferOutcome.latencyOf(run.transfers())
                                .map(what -> ", latency " + what)
                                .orElse(""),
                transfers(run));
        section(lines, "To be careful with", notes(run, Note.Kind.CAUTION));
        matrix(lines, run);
        if (lines.size() > LINES_MAX) {
            List<String> cut = new ArrayList<>(lines.subList(0, LINES_MAX - 1));
            cut.add("... %d lines more: the HTML report has them".formatted(lines.size() - cut.size()));
            return TextTable.joined(cut);
        }
        return TextTable.joined(lines);
    }

    private static void section(List<String> lines, String title, List<String> content) {
        if (title.indexOf(':') >= 0 || !content.isEmpty()) {
            lines.addAll(Plain.wrapped("", "  ", title, WIDTH));
            lines.addAll(content);
        }
    }

    private static String met(List<ExpectationOutcome> expectations) {
        return expectations.isEmpty()
                ? "none"
                : "%d of %d met"
                        .formatted(
                                expectations.stream()
                                        .filter(ExpectationOutcome::met)
                                        .count(),
                                expectations.size());
    }

    private static String held(List<InvariantOutcome> invariants) {
        if (invariants.isEmpty()) {
            return "none checked";
        }
        long held = invariants.stream().filter(InvariantOutcome::held).count();
        long expected = invariants.stream().filter(InvariantOutcome::good).count() - held;
        return "%d of %d held%s"
                .formatted(
                        held,
                        invariants.size(),
                        expected == 0 ? "" : ", %d broke as the scenario expects".formatted(expected));
    }

    private static List<String> unmet(RunOutcome run) {
        TextTable table = new TextTable();
        for (ExpectationOutcome expectation : run.expectations()) {
            if (!expectation.met()) {
                table.row(
                        "FAILED",
                        "line " + expectation.line(),
                        expectation.expected(),
                        "found: " + expectation.found());
            }
        }
        return table.lines(2);
    }

    private static List<String> broken(RunOutcome run) {
        List<String> lines = new ArrayList<>();
        for (Chain chain : Chain.of(run)) {
            InvariantOutcome.Violation violation = chain.invariant().violation().orElseThrow();
            TextTable row = new TextTable();
            row.row(
                    violation.expected() ? "broken as expected" : "BROKEN",
                    chain.invariant().id(),
                    "at " + Ticks.format(violation.at()),
                    violation.detail());
            lines.addAll(row.lines(2));
            if (!chain.because().isEmpty()) {
                lines.addAll(Plain.wrapped("    because ", "    ", String.join("; ", chain.because()), WIDTH));
            }
            chain.enabledBy()
                    .ifPresent(event ->
                            lines.addAll(Plain.wrapped("    made possible by ", "    ", chain.madePossible(), WIDTH)));
        }
        return lines;
    }

    private static List<String> notes(RunOutcome run, Note.Kind kind) {
        return run.notes().stream()
                .filter(note -> note.kind() == kind)
                .flatMap(note -> Plain.wrapped("  ", "    ", note.text(), WIDTH).stream())
                .toList();
    }

    /** Those that never ended first, then the longest. */
    private static List<String> waits(RunOutcome run) {
        Lifetimes lifetimes = new Lifetimes(run);
        TextTable table = new TextTable();
        run.waits().stream()
                .filter(wait -> lifetimes.event(wait.event()).isPresent())
                .sorted(Comparator.comparing(WaitOutcome::finished)
                        .thenComparing(wait -> lifetimes
                                .event(wait.event())
                                .map(event -> event.start() - event.end())
                                .orElse(0L)))
                .limit(ROWS_MAX)
                .forEach(wait -> {
                    Event event = lifetimes.event(wait.event()).orElseThrow();
                    table.row(
                            Ticks.format(event.start()),
                            event.lane(),
                            "waits for " + Told.kind(wait.kind()),
                            "by " + Told.blockers(wait),
                            Told.took(wait, event));
                });
        return more(table.lines(2), run.waits().size());
    }

    private static List<String> inFlight(RunOutcome run) {
        Lifetimes lifetimes = new Lifetimes(run);
        TextTable table = new TextTable();
        run.inFlight().stream()
                .sorted(Comparator.comparingLong(each -> -each.landedAfter()))
                .limit(ROWS_MAX)
                .forEach(each -> {
                    Optional<Event> event = lifetimes.event(each.event());
                    table.row(
                            each.dma(),
                            Told.amount(each.tlps(), each.bytes()),
                            event.map(e -> "at %s of %s, %s".formatted(e.what(), e.lane(), Ticks.format(e.start())))
                                    .orElse(""),
                            Told.landed(each, event));
                });
        return more(table.lines(2), run.inFlight().size());
    }

    private static List<String> more(List<String> lines, int all) {
        if (all <= lines.size()) {
            return lines;
        }
        List<String> longer = new ArrayList<>(lines);
        longer.add("  and %d more".formatted(all - lines.size()));
        return longer;
    }

    private static List<String> refused(RunOutcome run) {
        TextTable table = new TextTable();
        for (Event event : run.events()) {
            if (event.kind() == Event.Kind.REFUSED) {
                table.row(
                        Ticks.format(event.start()),
                        event.lane(),
                        event.what(),
                        event.errno().map(Object::toString).orElse("refused"),
                        event.detail());
            }
        }
        return table.lines(2);
    }

    private static List<String> transfers(RunOutcome run) {
        TextTable table = new TextTable();
        List<TransferOutcome> worstFirst = run.transfers().stream()
                .sorted(Comparator.comparingLong(
                        (TransferOutcome t) -> -t.latency().at(99)))
                .toList();
        for (TransferOutcome transfer : worstFirst) {
            if (transfer.nothingMoved().isPresent()) {
                table.row(
                        transfer.name(),
                        transfer.operation(),
                        ends(transfer),
                        transfer.nothingMoved().get());
                continue;
            }
            table.row(
                    transfer.name(),
                    transfer.operation(),
                    ends(transfer),
                    Bytes.format(transfer.bytes()),
                    transfer.bandwidth().toString(),
                    "p50 " + Ticks.format(transfer.latency().at(50)),
                    "p99 " + Ticks.format(transfer.latency().at(99)),
                    "max " + Ticks.format(transfer.latency().max()),
                    transfer.failuresInWords().orElse(""));
        }
        return table.lines(2);
    }

    private static String ends(TransferOutcome transfer) {
        if (transfer.initiator().isEmpty()) {
            return "";
        }
        return Plain.shortened(transfer.initiator(), 12) + ", " + Plain.shortened(transfer.target(), 12);
    }

    private static void matrix(List<String> lines, RunOutcome run) {
        PairGrid grid = new PairGrid(run.matrix());
        if (grid.names().isEmpty()) {
            return;
        }
        String who = run.guest().isPresent() ? "the guest's kernel " : "kernel ";
        String kernel = run.guest()
                .map(guest -> guest.machine().kernel())
                .orElse(run.machine().kernel());
        lines.add("p2p matrix of %s%s (B direct, H via host bridge, N not supported; number: distance)"
                .formatted(who, Plain.safe(kernel)));
        if (grid.names().size() <= MATRIX_ENDPOINTS_MAX) {
            lines.addAll(MatrixText.table(grid));
        }
        lines.addAll(MatrixText.reasons(grid, 4));
    }
}
