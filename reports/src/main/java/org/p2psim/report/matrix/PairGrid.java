package org.p2psim.report.matrix;

import com.google.common.collect.HashBasedTable;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.ImmutableTable;
import com.google.common.collect.Table;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.p2psim.address.Bdf;
import org.p2psim.outcome.PairOutcome;
import org.p2psim.p2p.Decision;
import org.p2psim.p2p.MapType;
import org.p2psim.p2p.Step;
import org.p2psim.p2p.Verdict;

/** Verdicts by name: providers down, clients across, in the order in which the run lists them. */
public final class PairGrid {
    /** More groups than anybody reads: sixteen devices, each below a port of its own that redirects, have 240. */
    private static final int REASONS_MAX = 300;

    private final ImmutableList<PairOutcome> pairs;
    private final ImmutableList<String> names;
    private final Table<String, String, Verdict> verdicts;
    private final ImmutableList<Reason> reasons;
    private final Table<String, String, Integer> reasonOf = HashBasedTable.create();

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
        this.reasons = grouped(this.pairs);
        for (int i = 0; i < reasons.size(); i++) {
            for (PairOutcome pair : reasons.get(i).pairs()) {
                reasonOf.put(pair.provider(), pair.client(), i);
            }
        }
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
        return reasons;
    }

    /** The position among {@link #reasons()} of the reason of a pair; empty if there is no such pair. */
    public OptionalInt reason(String provider, String client) {
        Integer index = reasonOf.get(provider, client);
        return index == null ? OptionalInt.empty() : OptionalInt.of(index);
    }

    /** With the same steps to it; or, where that makes too many groups, without those at ports of the pairs' own. */
    private static ImmutableList<Reason> grouped(List<PairOutcome> pairs) {
        ImmutableList<Reason> exact = grouped(pairs, true, Verdict::steps);
        return exact.size() <= REASONS_MAX ? exact : grouped(pairs, false, PairGrid::elsewhere);
    }

    private static ImmutableList<Reason> grouped(
            List<PairOutcome> pairs, boolean exact, Function<Verdict, List<Step>> steps) {
        Map<List<Object>, ImmutableList.Builder<PairOutcome>> alike = new LinkedHashMap<>();
        for (PairOutcome pair : pairs) {
            Verdict verdict = pair.verdict();
            alike.computeIfAbsent(
                            List.of(verdict.mapType(), verdict.hops(), steps.apply(verdict)),
                            key -> ImmutableList.builder())
                    .add(pair);
        }
        return alike.values().stream()
                .map(ImmutableList.Builder::build)
                .map(group -> new Reason(group, group.size(), exact))
                .collect(ImmutableList.toImmutableList());
    }

    private static List<Step> elsewhere(Verdict verdict) {
        return verdict.steps().stream()
                .filter(step -> switch (step.kind()) {
                    case COMMON_BRIDGE, ACS_REDIRECT, ACS_NOT_KNOWN -> false;
                    default -> true;
                })
                .toList();
    }

    /**
     * Pairs with one reason.
     *
     * @param pairs at least one
     * @param count how many pairs there are, those included that are not in the list
     * @param exact whether all have one map type, one distance and the same steps to it; otherwise the first stands for
     *     others that have the same map type, but perhaps other functions on the way
     */
    public record Reason(List<PairOutcome> pairs, long count, boolean exact) {
        public Reason {
            pairs = ImmutableList.copyOf(pairs);
        }

        /** The verdict of the first. */
        public Verdict verdict() {
            return pairs.get(0).verdict();
        }

        /** The pairs, the first few by name. */
        public String named(int most) {
            String named = pairs.stream()
                    .limit(most)
                    .map(pair -> pair.provider() + " to " + pair.client())
                    .collect(Collectors.joining(", "));
            long more = count - Math.min(most, pairs.size());
            return more > 0 ? "%s and %d more".formatted(named, more) : named;
        }

        /** What decided; where that is open, each way that it may turn out. */
        public String why() {
            return verdict().branches().isEmpty()
                    ? verdict().reason()
                    : verdict().branches().stream().map(Object::toString).collect(Collectors.joining("; "));
        }

        /** The functions that redirect on the way of one of the pairs, each once. */
        public ImmutableSet<Bdf> redirecting() {
            return pairs.stream()
                    .flatMap(pair -> pair.verdict().redirecting().stream())
                    .collect(ImmutableSet.toImmutableSet());
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

    /** The same for one way that the unknown may turn out. */
    public static String cell(Verdict.Branch branch) {
        return cell(branch.mapType(), branch.distance());
    }

    private static String cell(MapType mapType, OptionalInt distance) {
        boolean shown = distance.isPresent() && distance.getAsInt() >= 0;
        return letter(mapType) + (shown ? Integer.toString(distance.getAsInt()) : "");
    }
}
