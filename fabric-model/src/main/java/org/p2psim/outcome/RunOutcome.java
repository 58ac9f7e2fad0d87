package org.p2psim.outcome;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Optional;

/**
 * What one run of one variant of a scenario produced. Two runs of the same scenario with the same seed produce equal
 * outcomes.
 *
 * @param end simulated time at which the run ended, ticks
 * @param answer what the run says to the scenario's question
 * @param matrix every ordered pair of endpoints, as the kernel that decides sees them: the guest's in a VM
 */
public record RunOutcome(
        Provenance provenance,
        String title,
        Optional<String> source,
        String variant,
        long end,
        Answer answer,
        Machine machine,
        Optional<Guest> guest,
        List<PairOutcome> matrix,
        List<SgTableOutcome> sgTables,
        List<Event> events,
        List<TransferOutcome> transfers,
        List<LinkUse> links,
        List<InvariantOutcome> invariants,
        List<ExpectationOutcome> expectations,
        List<Note> notes) {
    /** Version of the outcome document; readers refuse others. */
    public static final int FORMAT = 1;

    public RunOutcome {
        matrix = ImmutableList.copyOf(matrix);
        sgTables = ImmutableList.copyOf(sgTables);
        events = ImmutableList.copyOf(events);
        transfers = ImmutableList.copyOf(transfers);
        links = ImmutableList.copyOf(links);
        invariants = ImmutableList.copyOf(invariants);
        expectations = ImmutableList.copyOf(expectations);
        notes = ImmutableList.copyOf(notes);
    }

    /** True if every expectation is met and no invariant broke: exit code 0. */
    public boolean good() {
        return expectations.stream().allMatch(ExpectationOutcome::met)
                && invariants.stream().allMatch(InvariantOutcome::held);
    }
}
