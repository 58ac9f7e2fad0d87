package org.p2psim.report.html;

import java.util.List;
import org.p2psim.outcome.Matrix;

/** Matrices as one page: those of a scenario's variants, or of several machines. */
public final class MatrixReport {
    /** As many functions as a browser shows in one table without making its user wait. */
    public static final int FUNCTIONS_MAX = 1_024;

    private static final long CELLS_MAX = (long) FUNCTIONS_MAX * FUNCTIONS_MAX;

    private MatrixReport() {}

    /**
     * The page.
     *
     * @param tool version of p2psim
     * @throws TooLargeException if a matrix has more than {@link #FUNCTIONS_MAX} functions, or all together have more
     *     cells than one of that size
     * @throws IllegalArgumentException if there is no matrix
     */
    public static String render(List<Matrix> matrices, String tool) throws TooLargeException {
        if (matrices.isEmpty()) {
            throw new IllegalArgumentException("a page needs a matrix");
        }
        long cells = 0;
        for (Matrix matrix : matrices) {
            long functions = matrix.functions().size();
            if (functions > FUNCTIONS_MAX) {
                throw new TooLargeException("%s, %s: %d functions are too many for a page (at most %d)"
                        .formatted(matrix.scenario(), matrix.variant(), functions, FUNCTIONS_MAX));
            }
            cells += functions * functions;
        }
        if (cells > CELLS_MAX) {
            throw new TooLargeException("%d matrices of %d pairs together are too many for a page (at most %d)"
                    .formatted(matrices.size(), cells, CELLS_MAX));
        }
        return Document.render("matrices.jte", new MatrixPage(matrices, tool));
    }

    /** More than a browser can show; the message says how much it is. */
    public static final class TooLargeException extends Exception {
        private static final long serialVersionUID = 1;

        TooLargeException(String message) {
            super(message);
        }
    }
}
