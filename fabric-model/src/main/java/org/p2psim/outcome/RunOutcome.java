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
 * @param landings of the DMA that the lifetimes are about; empty where nobody asks where it landed
 * @param objects those with a lifetime: devices and what is exported, mapped and registered; empty where none is followed
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
        List<WaitOutcome> waits,
        List<InFlightOutcome> inFlight,
        List<LandingOutcome> landings,
        List<ObjectOutcome> objects,
        List<TransferOutcome> transfers,
        List<LinkUse> links,
        List<InvariantOutcome> invariants,
        List<ExpectationOutcome> expectations,
        List<Note> notes) {
    /** Version of the outcome document; readers refuse others. */
    public static final int FORMAT = 2;

    public RunOutcome {
        matrix = ImmutableList.copyOf(matrix);
        sgTables = ImmutableList.copyOf(sgTables);
        events = ImmutableList.copyOf(events);
        waits = ImmutableList.copyOf(waits);
        inFlight = ImmutableList.copyOf(inFlight);
        landings = ImmutableList.copyOf(landings);
        objects = ImmutableList.copyOf(objects);
        transfers = ImmutableList.copyOf(transfers);
        links = ImmutableList.copyOf(links);
        invariants = ImmutableList.copyOf(invariants);
        expectations = ImmutableList.copyOf(expectations);
        notes = ImmutableList.copyOf(notes);
    }

    /** True if every expectation is met and no invariant broke but those that are expected to: exit code 0. */
    public boolean good() {
        return expectations.stream().allMatch(ExpectationOutcome::met)
                && invariants.stream().allMatch(InvariantOutcome::good);
    }
}
