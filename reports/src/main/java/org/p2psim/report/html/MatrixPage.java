package org.p2psim.report.html;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.p2psim.outcome.Matrix;
import org.p2psim.outcome.Note;

/** What the page of matrices shows: each of them, and the notes of all. */
public final class MatrixPage {
    private static final int SCENARIOS_NAMED = 3;

    /** What a verdict hangs on comes first. */
    private static final ImmutableList<Note.Kind> KINDS = ImmutableList.of(
            Note.Kind.NOT_KNOWN, Note.Kind.ASSUMED, Note.Kind.CAUTION, Note.Kind.NOT_MODELLED, Note.Kind.SOURCE);

    private final ImmutableList<MatrixView> matrices;
    private final String tool;

    MatrixPage(List<Matrix> matrices, String tool) {
        this.matrices = IntStream.range(0, matrices.size())
                .mapToObj(i -> new MatrixView(i + 1, matrices.get(i)))
                .collect(ImmutableList.toImmutableList());
        this.tool = tool;
    }

    public ImmutableList<MatrixView> matrices() {
        return matrices;
    }

    /** Version of p2psim. */
    public String tool() {
        return tool;
    }

    /** What tells a matrix from the others of the page. */
    public String nameOf(MatrixView view) {
        return scenarios().size() == 1 ? view.matrix().variant() : view.name();
    }

    private List<String> scenarios() {
        return matrices.stream()
                .map(view -> view.matrix().scenario())
                .distinct()
                .toList();
    }

    public String title() {
        List<String> scenarios = scenarios();
        String named = scenarios.stream().limit(SCENARIOS_NAMED).collect(Collectors.joining(", "));
        int more = scenarios.size() - SCENARIOS_NAMED;
        return "p2p matrix: " + (more > 0 ? "%s and %d more".formatted(named, more) : named);
    }

    public ImmutableList<SharedNotes> notes() {
        return SharedNotes.of(
                KINDS,
                matrices.stream()
                        .map(view ->
                                new SharedNotes.Part(nameOf(view), view.matrix().notes()))
                        .toList());
    }
}
