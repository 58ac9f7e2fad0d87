package org.p2psim.run.conformance;

import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import org.p2psim.address.Bdf;
import org.p2psim.p2p.P2pdma;
import org.p2psim.p2p.Verdict;
import org.p2psim.scenario.evidence.EvidenceException;
import org.p2psim.scenario.evidence.MachineAnswers;
import org.p2psim.scenario.evidence.MachineAnswers.Row;
import org.p2psim.topology.Fabric;

/** The decision for every pair of a captured machine against what its kernel answered; each row is a case. */
final class MachineConformance {
    private final Fabric fabric;
    private final P2pdma model;

    MachineConformance(Machine machine) {
        fabric = machine.fabric();
        model = new P2pdma(fabric, machine.cpu(), machine.rules());
    }

    void check(Path folder, Consumer<Case> cases) throws EvidenceException {
        for (Path table : MachineAnswers.tables(folder)) {
            try (MachineAnswers answers = MachineAnswers.open(table)) {
                for (Optional<Row> row = answers.next(); row.isPresent(); row = answers.next()) {
                    checkThere(row.get(), row.get().provider());
                    checkThere(row.get(), row.get().client());
                    cases.accept(check(table, row.get()));
                }
            }
        }
    }

    private void checkThere(Row row, Bdf function) throws EvidenceException {
        if (fabric.find(function).isEmpty()) {
            throw new EvidenceException(
                    "%s: there is no function %s in the dumps of this machine".formatted(row.place(), function));
        }
    }

    private Case check(Path table, Row row) {
        Verdict verdict = model.verdict(row.provider(), row.client());
        boolean agrees = verdict.distance().equals(OptionalInt.of(row.distance()))
                && verdict.mapType() == row.mapType()
                && verdict.hops() == row.rawDistance();
        String id = "%s %s %s".formatted(table.getFileName(), row.provider(), row.client());
        String difference = "recorded %s, distance %d, raw_dist %d; model %s, raw_dist %d"
                .formatted(row.mapType(), row.distance(), row.rawDistance(), verdict.answer(), verdict.hops());
        return new Case(id, agrees, agrees ? "" : difference);
    }
}
