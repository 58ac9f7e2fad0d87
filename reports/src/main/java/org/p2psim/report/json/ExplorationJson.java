package org.p2psim.report.json;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.google.common.collect.ImmutableList;
import java.util.List;
import org.p2psim.outcome.ExplorationOutcome;
import org.p2psim.unit.Ticks;

/**
 * What broke in other orders, as one document: {@code {"p2psim-exploration": 1, "ticks-per-nanosecond": 16000,
 * "variants": [...]}}, in the shapes of {@link OutcomeJson}.
 */
public final class ExplorationJson {
    private static final int FORMAT = 1;

    private ExplorationJson() {}

    public static String write(List<ExplorationOutcome> variants) {
        return OutcomeJson.text(new Document(FORMAT, Ticks.PER_NANOSECOND, variants));
    }

    /** The whole document. */
    record Document(
            @JsonProperty("p2psim-exploration") int version,
            long ticksPerNanosecond,
            List<ExplorationOutcome> variants) {
        Document {
            variants = ImmutableList.copyOf(variants);
        }
    }
}
