package org.p2psim.report.html;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.p2psim.outcome.Machine;
import org.p2psim.outcome.Matrix;
import org.p2psim.p2p.Decision;
import org.p2psim.p2p.MapType;
import org.p2psim.report.matrix.PairGrid;
import org.p2psim.report.matrix.PairGrid.Reason;
import org.p2psim.report.matrix.PairGroups;
import org.p2psim.report.svg.TopologyPicture;
import org.p2psim.topology.PciFunction;

/** One matrix on the page: up to some size with a reason behind each cell, above it with the reasons of groups. */
public final class MatrixView {
    /** As many functions as have cells with links. */
    private static final int LINKED_MAX = 64;
    /** As many reasons of groups as somebody reads. */
    private static final int GROUPS_MAX = 200;
    /** As many functions as a picture shows on a few screens. */
    private static final int PICTURE_MAX = 100;

    private static final int PICTURE_OPEN_MAX = 40;

    private final int number;
    private final Matrix matrix;
    private final Optional<PairGrid> grid;
    private final PairGroups groups;
    private final ImmutableList<Reason> reasons;

    MatrixView(int number, Matrix matrix) {
        this.number = number;
        this.matrix = matrix;
        this.groups = new PairGroups(matrix);
        this.grid =
                matrix.functions().size() > LINKED_MAX ? Optional.empty() : Optional.of(new PairGrid(matrix.pairs()));
        this.reasons = grid.map(PairGrid::reasons)
                .orElseGet(() -> groups.groups().stream()
                        .limit(GROUPS_MAX)
                        .map(groups::reason)
                        .collect(ImmutableList.toImmutableList()));
    }

    public Matrix matrix() {
        return matrix;
    }

    public String name() {
        return matrix.scenario() + ", " + matrix.variant();
    }

    /** An id that is this matrix's own on the page. */
    public String id(String what) {
        return "m" + number + "-" + what;
    }

    /** The cells with their verdicts; empty if there are too many for that. */
    public Optional<PairGrid> grid() {
        return grid;
    }

    public ImmutableList<Reason> reasons() {
        return reasons;
    }

    public int groupsLeftOut() {
        return grid.isPresent() ? 0 : Math.max(0, groups.groups().size() - GROUPS_MAX);
    }

    public Map<MapType, Long> counts() {
        return groups.counts();
    }

    public long pairs() {
        return counts().values().stream().mapToLong(Long::longValue).sum();
    }

    /** The cells of one provider without links, as markup: only letters and digits, and as short as HTML allows. */
    public String cells(int provider) {
        StringBuilder cells = new StringBuilder();
        for (int client = 0; client < matrix.functions().size(); client++) {
            if (matrix.has(provider, client)) {
                Decision decision = matrix.decision(provider, client);
                cells.append("<td class=")
                        .append(shortClass(decision.mapType()))
                        .append('>');
                cells.append(PairGrid.cell(decision));
            } else {
                cells.append("<td>-");
            }
        }
        return cells.toString();
    }

    private static char shortClass(MapType mapType) {
        return switch (mapType) {
            case NOT_SUPPORTED -> 'n';
            case BUS_ADDR -> 'b';
            case THRU_HOST_BRIDGE -> 'h';
            case DEPENDS_ON -> 'q';
        };
    }

    /** A function's name and address, once if they are the same. */
    public static String label(PciFunction function) {
        return Stream.of(function.name(), function.address().toString())
                .distinct()
                .reduce("%s %s"::formatted)
                .orElse("");
    }

    /** Empty if the machine is too large to be seen in a picture. */
    public Optional<String> picture() {
        return matrix.fabric().functions().size() > PICTURE_MAX
                ? Optional.empty()
                : Optional.of(TopologyPicture.render(
                        id("topology"), new Machine(matrix.kernel(), "", matrix.cpu(), matrix.fabric()), List.of()));
    }

    public boolean opensPicture() {
        return matrix.fabric().functions().size() <= PICTURE_OPEN_MAX;
    }
}
