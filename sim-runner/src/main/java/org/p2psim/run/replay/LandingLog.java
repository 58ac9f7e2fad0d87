package org.p2psim.run.replay;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import org.p2psim.outcome.LandingOutcome;

/** Where the TLPs of one DMA came to their end, in order of time: neighbours with the same fate are one. */
final class LandingLog {
    private final List<LandingOutcome> outcomes = new ArrayList<>();

    void add(LandingOutcome next) {
        int last = outcomes.size() - 1;
        if (last >= 0 && areAlike(outcomes.get(last), next)) {
            outcomes.set(last, joined(outcomes.get(last), next));
        } else {
            outcomes.add(next);
        }
    }

    private static boolean areAlike(LandingOutcome before, LandingOutcome next) {
        return before.fate() == next.fate()
                && before.where().equals(next.where())
                && before.owner().equals(next.owner())
                && before.detail().equals(next.detail());
    }

    private static LandingOutcome joined(LandingOutcome before, LandingOutcome next) {
        return new LandingOutcome(
                before.dma(),
                before.issued(),
                before.from(),
                next.until(),
                before.tlps() + next.tlps(),
                before.bytes() + next.bytes(),
                before.fate(),
                before.where(),
                before.owner(),
                before.detail());
    }

    ImmutableList<LandingOutcome> outcomes() {
        return ImmutableList.copyOf(outcomes);
    }
}
