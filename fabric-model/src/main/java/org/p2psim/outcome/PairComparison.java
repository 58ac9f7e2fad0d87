package org.p2psim.outcome;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.p2psim.boot.AcsBoot;
import org.p2psim.outcome.Comparison.Difference;
import org.p2psim.p2p.MapType;
import org.p2psim.p2p.Step;
import org.p2psim.p2p.Verdict;
import org.p2psim.platform.KernelRelease;

/** The verdicts of several runs side by side; pairs that differ in the same way for the same reasons are one. */
final class PairComparison {
    private static final int PAIRS_NAMED = 3;

    private final List<RunOutcome> runs;
    private final Map<Pair, List<Optional<Verdict>>> differing = new LinkedHashMap<>();

    PairComparison(List<RunOutcome> runs) {
        this.runs = runs;
        List<Map<Pair, Verdict>> verdicts =
                runs.stream().map(PairComparison::byPair).toList();
        Set<Pair> pairs = new LinkedHashSet<>();
        verdicts.forEach(of -> pairs.addAll(of.keySet()));
        for (Pair pair : pairs) {
            List<Optional<Verdict>> row = verdicts.stream()
                    .map(of -> Optional.ofNullable(of.get(pair)))
                    .toList();
            if (row.stream().map(PairComparison::value).distinct().count() > 1) {
                differing.put(pair, row);
            }
        }
    }

    private static Map<Pair, Verdict> byPair(RunOutcome run) {
        return run.matrix().stream()
                .collect(Collectors.toMap(
                        pair -> new Pair(pair.provider(), pair.client()),
                        PairOutcome::verdict,
                        (first, second) -> first,
                        LinkedHashMap::new));
    }

    List<Difference> differences() {
        Map<List<Object>, List<Pair>> alike = new LinkedHashMap<>();
        differing.forEach((pair, row) ->
                alike.computeIfAbsent(likeness(row), l -> new ArrayList<>()).add(pair));
        return alike.values().stream().map(this::difference).collect(ImmutableList.toImmutableList());
    }

    /** Why the verdicts for a pair differ; empty if they do not. */
    Optional<String> why(String provider, String client) {
        return Optional.ofNullable(differing.get(new Pair(provider, client))).map(this::why);
    }

    private static List<Object> likeness(List<Optional<Verdict>> row) {
        List<Object> likeness = new ArrayList<>();
        for (Optional<Verdict> verdict : row) {
            likeness.add(value(verdict));
            likeness.add(verdict.map(v ->
                            v.steps().stream().map(Step::kind).collect(Collectors.toCollection(LinkedHashSet::new)))
                    .map(List::copyOf)
                    .orElse(List.of()));
        }
        return likeness;
    }

    private Difference difference(List<Pair> pairs) {
        List<Optional<Verdict>> row = rowOf(pairs.get(0));
        String named = pairs.stream().limit(PAIRS_NAMED).map(Pair::toString).collect(Collectors.joining(", "));
        int more = pairs.size() - PAIRS_NAMED;
        return new Difference(
                "p2p " + named + (more > 0 ? " and %d more pairs".formatted(more) : ""),
                row.stream().map(PairComparison::value).toList(),
                why(row),
                remedy(pairs));
    }

    private List<Optional<Verdict>> rowOf(Pair pair) {
        return Objects.requireNonNull(differing.get(pair));
    }

    private static String value(Optional<Verdict> verdict) {
        return verdict.map(Verdict::answer).orElse("-");
    }

    private String why(List<Optional<Verdict>> row) {
        Optional<Verdict> first = row.get(0);
        Map<String, List<RunOutcome>> reasons = new LinkedHashMap<>();
        for (int i = 1; i < row.size(); i++) {
            if (!value(row.get(i)).equals(value(first))) {
                reasons.computeIfAbsent(reason(first, row.get(i)), r -> new ArrayList<>())
                        .add(runs.get(i));
            }
        }
        return reasons.entrySet().stream()
                .map(entry -> "in %s, %s".formatted(Comparison.variants(entry.getValue()), entry.getKey()))
                .collect(Collectors.joining("; "));
    }

    private static String reason(Optional<Verdict> first, Optional<Verdict> other) {
        if (first.isEmpty() || other.isEmpty()) {
            return other.isEmpty() ? "one of the two functions is not there" : "both functions are there";
        }
        List<Step> before = first.get().steps();
        List<Step> steps = other.get().steps();
        int i = 0;
        while (i < steps.size()
                && i < before.size()
                && steps.get(i).kind() == before.get(i).kind()) {
            i++;
        }
        if (i >= steps.size()) {
            return "%d functions are passed, not %d"
                    .formatted(other.get().hops(), first.get().hops());
        }
        String deciding = other.get().reason();
        String differs = steps.get(i).sentence();
        return differs.equals(deciding) ? differs : differs + "; then " + deciding;
    }

    /** What would give the best of the verdicts to the variants that have less. */
    private Optional<String> remedy(Collection<Pair> pairs) {
        Pair any = pairs.iterator().next();
        int best = rowOf(any).stream()
                .flatMap(Optional::stream)
                .mapToInt(v -> rank(v.mapType()))
                .max()
                .orElse(0);
        Map<String, List<RunOutcome>> remedies = new LinkedHashMap<>();
        for (int i = 0; i < runs.size(); i++) {
            int variant = i;
            List<Verdict> worse = pairs.stream()
                    .flatMap(pair -> rowOf(pair).get(variant).stream())
                    .filter(v -> rank(v.mapType()) < best)
                    .toList();
            if (!worse.isEmpty()) {
                remedies.computeIfAbsent(remedy(runs.get(i), worse), r -> new ArrayList<>())
                        .add(runs.get(i));
            }
        }
        remedies.remove("");
        return remedies.isEmpty()
                ? Optional.empty()
                : Optional.of(remedies.entrySet().stream()
                        .map(entry -> "in %s: %s".formatted(Comparison.variants(entry.getValue()), entry.getKey()))
                        .collect(Collectors.joining("; ")));
    }

    private static String remedy(RunOutcome run, List<Verdict> verdicts) {
        String ports = verdicts.stream()
                .flatMap(verdict -> verdict.redirecting().stream())
                .distinct()
                .map(Object::toString)
                .collect(Collectors.joining(";"));
        if (!ports.isEmpty()
                && !AcsBoot.clearsRedirect(KernelRelease.parse(run.machine().kernel()))) {
            return "a kernel from 6.15 on with pci=disable_acs_redir=%s: this one's falls back to the firmware's bits"
                    .formatted(ports);
        }
        if (!ports.isEmpty()) {
            return "pci=disable_acs_redir=" + ports + " (the IOMMU groups below these ports may merge)";
        }
        return switch (verdicts.get(0)
                .steps()
                .get(verdicts.get(0).steps().size() - 1)
                .kind()) {
            case HOST_BRIDGE_NOT_LISTED, HOST_BRIDGE_UNKNOWN, HOST_BRIDGES_DIFFER ->
                run.guest().isPresent()
                        ? "a switch in the guest with both functions below it, or an AMD Zen vCPU with a guest kernel from 5.9 on"
                        : "both functions below one switch, a host bridge of the kernel's P2PDMA list, or an AMD Zen CPU with a kernel from 5.9 on";
            case ROOT_COMPLEX_REFUSED -> "a kernel from 5.4 on";
            case COMMON_BRIDGE,
                    NO_COMMON_BRIDGE,
                    ACS_REDIRECT,
                    NO_ACS_REDIRECT,
                    ACS_NOT_KNOWN,
                    TRANSLATION_BLOCKED,
                    CPU_ALLOWED,
                    CPU_NOT_ALLOWED,
                    CPU_NOT_KNOWN,
                    HOST_BRIDGE_LISTED -> "";
        };
    }

    private static int rank(MapType mapType) {
        return switch (mapType) {
            case NOT_SUPPORTED -> 0;
            case DEPENDS_ON -> 1;
            case THRU_HOST_BRIDGE -> 2;
            case BUS_ADDR -> 3;
        };
    }

    private record Pair(String provider, String client) {
        @Override
        public String toString() {
            return provider + " to " + client;
        }
    }
}
