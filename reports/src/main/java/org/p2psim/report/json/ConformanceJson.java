package org.p2psim.report.json;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.google.common.collect.ImmutableList;
import java.util.List;
import org.p2psim.outcome.ConformanceOutcome;

/**
 * How far the model agrees with evidence, as one document: {@code {"p2psim-conformance": 1, "cases": 40000, "agreeing":
 * 40000, "sources": [...]}}, in the shapes of {@link OutcomeJson}.
 */
public final class ConformanceJson {
    private static final int FORMAT = 1;

    private ConformanceJson() {}

    public static String write(ConformanceOutcome outcome) {
        return OutcomeJson.text(new Document(FORMAT, outcome.cases(), outcome.agreeing(), outcome.sources()));
    }

    /** The whole document. */
    record Document(
            @JsonProperty("p2psim-conformance") int version,
            long cases,
            long agreeing,
            List<ConformanceOutcome.Source> sources) {
        Document {
            sources = ImmutableList.copyOf(sources);
        }
    }
}
