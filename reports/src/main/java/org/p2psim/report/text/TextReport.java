package org.p2psim.report.text;

import org.p2psim.outcome.Event;
import org.p2psim.outcome.ExpectationOutcome;
import org.p2psim.outcome.InvariantOutcome;
import org.p2psim.outcome.RunOutcome;
import org.p2psim.outcome.TransferOutcome;
import org.p2psim.unit.Bytes;
import org.p2psim.unit.Ticks;

/** One run for a terminal: the answer first, then what it rests on. */
public final class TextReport {
    private TextReport() {}

    public static String render(RunOutcome run) {
        StringBuilder text = new StringBuilder();
        text.append(run.title()).append('\n');
        text.append("%s, variant %s, seed %d\n\n"
                .formatted(
                        run.provenance().scenario(),
                        run.variant(),
                        run.provenance().seed()));
        text.append(run.answer().sentence()).append('\n');
        run.answer()
                .layers()
                .forEach(layer -> text.append("  %-9s %s: %s\n"
                        .formatted(TextTable.lower(layer.layer()), layer.verdict(), layer.sentence())));
        if (!run.matrix().isEmpty()) {
            text.append('\n').append(MatrixText.pairs(run.matrix()));
        }
        text.append('\n').append(events(run)).append(transfers(run)).append(checks(run));
        return text.toString();
    }

    private static String events(RunOutcome run) {
        TextTable table = new TextTable();
        run.events().stream()
                .filter(event -> event.kind() != Event.Kind.EFFECT)
                .forEach(event -> table.row(
                        Ticks.format(event.start()),
                        event.what(),
                        event.lane(),
                        event.errno().map(Object::toString).orElse(TextTable.lower(event.kind())),
                        event.detail()));
        return table.render(2);
    }

    private static String transfers(RunOutcome run) {
        TextTable table = new TextTable();
        for (TransferOutcome transfer : run.transfers()) {
            if (transfer.bytes() > 0) {
                table.row(
                        transfer.name(),
                        Bytes.format(transfer.bytes()),
                        transfer.bandwidth().toString(),
                        "latency p50 %s, p99 %s, max %s"
                                .formatted(
                                        Ticks.format(transfer.latency().at(50)),
                                        Ticks.format(transfer.latency().at(99)),
                                        Ticks.format(transfer.latency().max())));
            }
        }
        String rendered = table.render(2);
        return rendered.isEmpty() ? "" : "\n" + rendered;
    }

    /** Expectations and invariants in a line each where all is well; what is not, in full. */
    static String checks(RunOutcome run) {
        StringBuilder text = new StringBuilder("\n");
        long met = run.expectations().stream().filter(ExpectationOutcome::met).count();
        text.append("  expectations: %d of %d met\n"
                .formatted(met, run.expectations().size()));
        run.expectations().stream()
                .filter(expectation -> !expectation.met())
                .forEach(expectation -> text.append("    FAILED line %d: %s; found: %s\n"
                        .formatted(expectation.line(), expectation.expected(), expectation.found())));
        long held = run.invariants().stream().filter(InvariantOutcome::held).count();
        text.append(
                "  invariants: %d of %d held\n".formatted(held, run.invariants().size()));
        run.invariants().stream()
                .filter(invariant -> !invariant.held())
                .forEach(invariant -> text.append("    BROKEN %s (%s): %s\n"
                        .formatted(
                                invariant.id(),
                                invariant.statement(),
                                invariant.violation().orElseThrow().detail())));
        return text.toString();
    }
}
