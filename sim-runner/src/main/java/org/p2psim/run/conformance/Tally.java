package org.p2psim.run.conformance;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.p2psim.outcome.ConformanceOutcome.Difference;
import org.p2psim.outcome.ConformanceOutcome.Source;
import org.p2psim.scenario.VisibleText;

/** Counts the cases of a source and keeps the first differences. */
final class Tally implements Consumer<Case> {
    private static final int LONGEST_ID = 200;
    private static final int LONGEST_DIFFERENCE = 2000;

    private final String name;
    private final int kept;
    private final List<Difference> differences = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private long cases;
    private long agreeing;

    Tally(String name, int kept) {
        this.name = name;
        this.kept = kept;
    }

    @Override
    public void accept(Case next) {
        cases++;
        if (next.agrees()) {
            agreeing++;
        } else if (differences.size() < kept) {
            differences.add(new Difference(
                    VisibleText.clipped(next.id(), LONGEST_ID),
                    VisibleText.clipped(next.difference(), LONGEST_DIFFERENCE)));
        }
    }

    /** Lines that go with the source. */
    void note(List<String> lines) {
        notes.addAll(lines);
    }

    Source source() {
        return new Source(name, cases, agreeing, differences, notes);
    }
}
