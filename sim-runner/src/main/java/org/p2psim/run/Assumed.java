package org.p2psim.run;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Optional;
import org.p2psim.address.Bdf;
import org.p2psim.outcome.GroupedNotes;
import org.p2psim.outcome.LinkUse;
import org.p2psim.outcome.Note;
import org.p2psim.scenario.Plan;
import org.p2psim.topology.PciFunction;
import org.p2psim.unit.Ticks;

/** What was taken for links that the scenario says less of, and that carried something. */
final class Assumed {
    private Assumed() {}

    static ImmutableList<Note> of(Plan plan, List<LinkUse> links) {
        GroupedNotes notes = new GroupedNotes();
        for (LinkUse use : links) {
            receiver(plan, use)
                    .filter(port -> plan.timings().port(port).credits().isEmpty())
                    .ifPresent(port -> notes.add(
                            Note.Kind.ASSUMED,
                            "receivers that state no credits have as many as keep their link busy for %s and the latency behind them"
                                    .formatted(Ticks.format(plan.timings().creditLoop())),
                            "",
                            plan.fabric().function(port).name()));
        }
        return notes.notes();
    }

    /** Of what is below a port, the bridge or the first function. */
    private static Optional<Bdf> receiver(Plan plan, LinkUse use) {
        if (use.direction() == LinkUse.Direction.UPSTREAM) {
            return Optional.of(use.port());
        }
        List<PciFunction> below = plan.fabric().below(plan.fabric().function(use.port()));
        return below.stream()
                .filter(function -> function.type().isBridge())
                .findFirst()
                .or(() -> below.stream().findFirst())
                .map(PciFunction::address);
    }
}
