package org.p2psim.report.json;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.google.common.collect.ImmutableList;
import java.util.List;
import org.p2psim.outcome.Explanation;

/** Explanations as one document: {@code {"p2psim-explanation": 1, "explanations": [...]}}. */
public final class ExplanationJson {
    private static final int FORMAT = 1;

    private ExplanationJson() {}

    public static String write(List<Explanation> explanations) {
        return OutcomeJson.text(new Document(FORMAT, explanations));
    }

    /** The whole document. */
    record Document(@JsonProperty("p2psim-explanation") int version, List<Explanation> explanations) {
        Document {
            explanations = ImmutableList.copyOf(explanations);
        }
    }
}
