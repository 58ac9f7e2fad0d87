package org.p2psim.report.matrix;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.ImmutableTable;
import com.google.common.collect.Table;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.p2psim.address.Bdf;
import org.p2psim.outcome.PairOutcome;
import org.p2psim.p2p.Decision;
import org.p2psim.p2p.MapType;
import org.p2psim.p2p.Verdict;

/** Verdicts by name: providers down, clients across, in the order in which the run lists them. */
public final class PairGrid {
    private final ImmutableList<PairOutcome> pairs;
    private final ImmutableList<String> names;
    private final Table<String, String, Verdict> verdicts;

    public PairGrid(List<PairOutcome> pairs) {
        this.pairs = ImmutableList.copyOf(pairs);
        ImmutableSet.Builder<String> seen = ImmutableSet.builder();
        Map<List<String>, Verdict> byNames = new LinkedHashMap<>();
        for (PairOutcome pair : pairs) {
            seen.add(pair.provider()).add(pair.client());
            byNames.putIfAbsent(List.of(pair.provider(), pair.client()), pair.verdict());
        }
        this.names = seen.build().asList();
        ImmutableTable.Builder<String, String, Verdict> table = ImmutableTable.builder();
        byNames.forEach((key, verdict) -> table.put(key.get(0), key.get(1), verdict));
        this.verdicts = table.buildOrThrow();
    }

    /** All functions of the grid. */
    public ImmutableList<String> names() {
        return names;
    }

    public Optional<Verdict> verdict(String provider, String client) {
        return Optional.ofNullable(verdicts.get(provider, client));
    }

    /** The address of a function of the grid, as the deciding kernel sees it. */
    public Optional<Bdf> address(String name) {
        for (PairOutcome pair : pairs) {
            if (pair.provider().equals(name)) {
                return Optional.of(pair.verdict().provider());
            }
            if (pair.client().equals(name)) {
                return Optional.of(pair.verdict().client());
            }
        }
        return Optional.empty();
    }

    /** The pairs grouped by what they have in common, in the order of their first pair. */
    public ImmutableList<Reason> reasons() {
        Map<List<Object>, ImmutableList.Builder<PairOutcome>> alike = new LinkedHashMap<>();
        for (PairOutcome pair : pairs) {
            Verdict verdict = pair.verdict();
            alike.computeIfAbsent(
                            List.of(verdict.mapType(), verdict.hops(), verdict.steps(), verdict.redirecting()),
                            key -> ImmutableList.builder())
                    .add(pair);
        }
        return alike.values().stream().map(group -> new Reason(group.build())).collect(ImmutableList.toImmutableList());
    }

    /** Pairs with one map type, one distance and the same steps to it; there is at least one. */
    public record Reason(List<PairOutcome> pairs) {
        public Reason {
            pairs = ImmutableList.copyOf(pairs);
        }

        /** The verdict of the first; the others differ from it only in the two functions. */
        public Verdict verdict() {
            return pairs.get(0).verdict();
        }
    }

    /** One letter for a cell. */
    public static char letter(MapType mapType) {
        return switch (mapType) {
            case NOT_SUPPORTED -> 'N';
            case BUS_ADDR -> 'B';
            case THRU_HOST_BRIDGE -> 'H';
            case DEPENDS_ON -> '?';
        };
    }

    /** Letter and distance: {@code B4}; {@code N} or {@code ?} alone where there is no distance. */
    public static String cell(Verdict verdict) {
        return cell(verdict.mapType(), verdict.distance());
    }

    /** The same for a decision without reasons. */
    public static String cell(Decision decision) {
        return cell(decision.mapType(), decision.distance());
    }

    private static String cell(MapType mapType, OptionalInt distance) {
        boolean shown = distance.isPresent() && distance.getAsInt() >= 0;
        return letter(mapType) + (shown ? Integer.toString(distance.getAsInt()) : "");
    }
}
