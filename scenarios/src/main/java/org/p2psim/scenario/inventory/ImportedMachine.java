package org.p2psim.scenario.inventory;

import com.google.common.collect.ImmutableList;
import java.util.List;
import org.p2psim.outcome.Note;
import org.p2psim.scenario.Scenario;

/**
 * A dump's machine as a scenario without a timeline.
 *
 * @param notes what the dump does not say, and what was taken instead
 */
public record ImportedMachine(Scenario scenario, List<Note> notes) {
    public ImportedMachine {
        notes = ImmutableList.copyOf(notes);
    }
}
