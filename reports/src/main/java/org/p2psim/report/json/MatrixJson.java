package org.p2psim.report.json;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.google.common.collect.ImmutableList;
import java.util.List;
import org.p2psim.outcome.Matrix;

/** Matrices as one document: {@code {"p2psim-matrix": 1, "matrices": [...]}}, in the shapes of {@link OutcomeJson}. */
public final class MatrixJson {
    private static final int FORMAT = 1;

    private MatrixJson() {}

    public static String write(List<Matrix> matrices) {
        return OutcomeJson.text(new Document(FORMAT, matrices));
    }

    /** The whole document. */
    record Document(@JsonProperty("p2psim-matrix") int version, List<Matrix> matrices) {
        Document {
            matrices = ImmutableList.copyOf(matrices);
        }
    }
}
