package org.p2psim.outcome;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.p2psim.unit.Ticks;

/**
 * What several variants of one scenario say together, and where they differ. Things are matched by their names: the
 * addresses in a guest are others than on its host.
 *
 * @param sentence the answer for all variants
 * @param differences only real ones: at least two variants have different values
 */
public record Comparison(String sentence, List<Difference> differences) {
    private static final String ABSENT = "-";

    public Comparison {
        differences = ImmutableList.copyOf(differences);
    }

    /**
     * One thing that is not the same in all variants.
     *
     * @param what the thing, by name
     * @param values one for each variant, in the order of the runs
     * @param why the first reason that differs from the first variant's
     * @param remedy what would change it back, where the verdict tells
     */
    public record Difference(String what, List<String> values, String why, Optional<String> remedy) {
        public Difference {
            values = ImmutableList.copyOf(values);
        }
    }

    /**
     * Compares runs; the first is the one that the others are explained against.
     *
     * @throws IllegalArgumentException if there is no run
     */
    public static Comparison of(List<RunOutcome> runs) {
        if (runs.isEmpty()) {
            throw new IllegalArgumentException("nothing to compare: no runs");
        }
        List<Difference> differences = new ArrayList<>();
        PairComparison pairs = new PairComparison(runs);
        differences.addAll(pairs.differences());
        transfers(runs, pairs, differences);
        sgTables(runs, differences);
        invariants(runs, differences);
        machines(runs, differences);
        return new Comparison(sentence(runs), differences);
    }

    private static String sentence(List<RunOutcome> runs) {
        Answer first = runs.get(0).answer();
        if (runs.stream().anyMatch(run -> !run.answer().subject().equals(first.subject()))) {
            return runs.stream()
                    .map(run -> run.variant() + ": " + run.answer().sentence())
                    .collect(Collectors.joining(" "));
        }
        Map<String, List<RunOutcome>> byAnswer = new LinkedHashMap<>();
        for (RunOutcome run : runs) {
            byAnswer.computeIfAbsent(run.answer().sentence(), sentence -> new ArrayList<>())
                    .add(run);
        }
        if (byAnswer.size() == 1) {
            return runs.size() == 1 ? first.sentence() : "In all variants, " + first.sentence();
        }
        return byAnswer.values().stream()
                .map(group -> clause(group.get(0).answer(), variants(group)))
                .collect(Collectors.joining("; it ", first.subject() + " ", "."));
    }

    private static String clause(Answer answer, String variants) {
        return "%s in %s: %s".formatted(answer.finding(), variants, answer.because());
    }

    static String variants(List<RunOutcome> runs) {
        return runs.stream().map(RunOutcome::variant).collect(Collectors.joining(", "));
    }

    private static void transfers(List<RunOutcome> runs, PairComparison pairs, List<Difference> differences) {
        for (String name : names(runs, RunOutcome::transfers, TransferOutcome::name)) {
            List<Optional<TransferOutcome>> found = found(runs, RunOutcome::transfers, TransferOutcome::name, name);
            String why = whyTransfer(runs, found, pairs);
            add(differences, "transfer " + name, found, Comparison::result, why);
            if (found.stream().anyMatch(t -> t.isEmpty() || t.get().bytes() == 0)) {
                continue;
            }
            add(differences, "route of " + name, found, Comparison::route, why);
            add(
                    differences,
                    "latency of " + name + " (median, 99 %)",
                    found,
                    t -> t.latency().count() == 0
                            ? ABSENT
                            : Ticks.format(t.latency().at(50)) + ", "
                                    + Ticks.format(t.latency().at(99)),
                    why);
        }
    }

    private static String result(TransferOutcome transfer) {
        return transfer.nothingMoved()
                .orElseGet(() ->
                        "%s, %s".formatted(transfer.bandwidth(), Ticks.format(transfer.end() - transfer.start())));
    }

    private static String route(TransferOutcome transfer) {
        if (transfer.route().isEmpty()) {
            return ABSENT;
        }
        return transfer.route().stream()
                .map(hop -> switch (hop.kind()) {
                    case LINK_UP -> "up " + hop.name();
                    case LINK_DOWN -> "down " + hop.name();
                    case SWITCH -> hop.name();
                    case ROOT_COMPLEX -> "root complex " + hop.name();
                    case IOMMU -> "IOMMU";
                    case SOCKET_LINK -> "socket link";
                })
                .collect(Collectors.joining(", "));
    }

    private static String whyTransfer(
            List<RunOutcome> runs, List<Optional<TransferOutcome>> found, PairComparison pairs) {
        TransferOutcome any =
                found.stream().flatMap(Optional::stream).findFirst().orElseThrow();
        Optional<String> verdict = pairs.why(any.target(), any.initiator());
        if (verdict.isPresent()) {
            return verdict.get();
        }
        Optional<String> refused =
                runs.stream().flatMap(run -> refusal(run, any.name()).stream()).findFirst();
        for (int i = 0; i < runs.size() && refused.isEmpty(); i++) {
            if (found.get(i).isPresent() && found.get(i).get().errno().isPresent()) {
                refused = Optional.of("refused in " + runs.get(i).variant());
            }
        }
        if (refused.isPresent()) {
            return refused.get();
        }
        Set<String> routes = found.stream()
                .flatMap(Optional::stream)
                .filter(transfer -> !transfer.route().isEmpty())
                .map(Comparison::route)
                .collect(Collectors.toSet());
        return routes.size() > 1
                ? "the data takes another route"
                : "verdict and route are the same; timing and link use tell more";
    }

    /** Why a transfer was refused: what was refused before it says more than that it had nothing to go through. */
    private static Optional<String> refusal(RunOutcome run, String transfer) {
        Optional<Event> own = run.events().stream()
                .filter(event ->
                        event.kind() == Event.Kind.REFUSED && event.lane().equals(transfer))
                .findFirst();
        return own.flatMap(last -> run.events().stream()
                        .filter(event -> event.kind() == Event.Kind.REFUSED && event.operation() >= 0)
                        .filter(event -> last.errno().isPresent() || event.equals(last))
                        .findFirst())
                .map(event -> "in %s, %s: %s".formatted(run.variant(), event.what(), event.detail()));
    }

    private static void sgTables(List<RunOutcome> runs, List<Difference> differences) {
        Function<SgTableOutcome, String> key = SgTableOutcome::owner;
        for (String owner : names(runs, RunOutcome::sgTables, key)) {
            List<Optional<SgTableOutcome>> found = found(runs, RunOutcome::sgTables, key, owner);
            add(
                    differences,
                    "scatter/gather table of " + owner,
                    found,
                    table -> "%s, %d %s, first at 0x%x"
                            .formatted(
                                    table.addresses()
                                                    .name()
                                                    .toLowerCase(Locale.ROOT)
                                                    .replace('_', ' ') + " addresses",
                                    table.entries().size(),
                                    table.entries().size() == 1 ? "segment" : "segments",
                                    table.entries().isEmpty()
                                            ? 0
                                            : table.entries().get(0).address()),
                    found.stream().allMatch(Optional::isPresent)
                            ? "the addresses depend on who maps and on the IOMMU in front of the importer"
                            : "it was not mapped in every variant; the timeline says why");
        }
    }

    /** Only those that broke somewhere: one that a variant gave no occasion to check is no difference. */
    private static void invariants(List<RunOutcome> runs, List<Difference> differences) {
        for (String id : names(runs, RunOutcome::invariants, InvariantOutcome::id)) {
            List<Optional<InvariantOutcome>> found = found(runs, RunOutcome::invariants, InvariantOutcome::id, id);
            found.stream()
                    .flatMap(Optional::stream)
                    .flatMap(invariant -> invariant.violation().stream())
                    .findFirst()
                    .ifPresent(violation -> add(
                            differences,
                            "invariant " + id,
                            found,
                            invariant -> invariant.held() ? "held" : "broken",
                            violation.detail()));
        }
    }

    private static void machines(List<RunOutcome> runs, List<Difference> differences) {
        String given = "the variant says so";
        addValues(
                differences,
                "who decides",
                runs,
                run -> run.guest()
                        .map(guest -> "the guest's kernel (" + guest.type() + ")")
                        .orElse("the host's kernel"),
                given);
        addValues(differences, "kernel that decides", runs, run -> deciding(run).kernel(), given);
        addValues(
                differences,
                "its command line",
                runs,
                run -> deciding(run).cmdline().isEmpty()
                        ? ABSENT
                        : deciding(run).cmdline(),
                given);
        addValues(
                differences,
                "CPU that it sees",
                runs,
                run -> deciding(run).cpu().toString(),
                given);
        addValues(
                differences,
                "IOMMU of the host",
                runs,
                run -> run.machine().fabric().hostBridges().stream()
                        .map(bridge -> bridge.iommu().name().toLowerCase(Locale.ROOT))
                        .distinct()
                        .collect(Collectors.joining(", ")),
                "what the scenario says; a VM's devices need an IOMMU (VFIO), so there it is on");
        addValues(
                differences,
                "host ports with ACS redirect on",
                runs,
                run -> {
                    List<String> on = run.machine().fabric().functions().stream()
                            .filter(function -> function.redirects())
                            .map(function -> function.name())
                            .toList();
                    return on.size() <= 4 ? on.isEmpty() ? "none" : String.join(", ", on) : on.size() + " ports";
                },
                "ACS control words as firmware and kernel leave them; an IOMMU makes the kernel turn redirect on");
    }

    /** The machine whose kernel decides: the guest's, if there is one. */
    static Machine deciding(RunOutcome run) {
        return run.guest().map(Guest::machine).orElse(run.machine());
    }

    private static void addValues(
            List<Difference> differences,
            String what,
            List<RunOutcome> runs,
            Function<RunOutcome, String> value,
            String why) {
        add(differences, what, runs.stream().map(Optional::of).toList(), value, why);
    }

    private static <T> void add(
            List<Difference> differences, String what, List<Optional<T>> found, Function<T, String> value, String why) {
        List<String> values =
                found.stream().map(f -> f.map(value).orElse(ABSENT)).toList();
        if (values.stream().distinct().count() > 1) {
            differences.add(new Difference(what, values, why, Optional.empty()));
        }
    }

    private static <T> Set<String> names(
            List<RunOutcome> runs, Function<RunOutcome, List<T>> list, Function<T, String> name) {
        return runs.stream()
                .flatMap(run -> list.apply(run).stream())
                .map(name)
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    private static <T> List<Optional<T>> found(
            List<RunOutcome> runs, Function<RunOutcome, List<T>> list, Function<T, String> name, String wanted) {
        return runs.stream()
                .map(run -> list.apply(run).stream()
                        .filter(thing -> name.apply(thing).equals(wanted))
                        .findFirst())
                .toList();
    }
}
