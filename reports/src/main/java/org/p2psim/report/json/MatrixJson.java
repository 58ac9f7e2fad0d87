package org.p2psim.report.json;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.google.common.collect.ImmutableList;
import java.io.OutputStream;
import java.util.List;
import org.p2psim.outcome.Matrix;

/** Matrices as one document: {@code {"p2psim-matrix": 1, "matrices": [...]}}, in the shapes of {@link OutcomeJson}. */
public final class MatrixJson {
    private static final int FORMAT = 1;

    private MatrixJson() {}

    /** Writes pair by pair: a document may be larger than memory. */
    public static void write(List<Matrix> matrices, OutputStream out) {
        OutcomeJson.write(new Document(FORMAT, matrices), out);
    }

    /** The whole document. */
    record Document(@JsonProperty("p2psim-matrix") int version, List<Matrix> matrices) {
        Document {
            matrices = ImmutableList.copyOf(matrices);
        }
    }
}
