package org.p2psim.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;
import org.p2psim.outcome.ExplorationOutcome;
import org.p2psim.run.Simulation;
import org.p2psim.run.explore.Explorer;
import org.p2psim.run.explore.Extent;
import org.p2psim.run.explore.Interleaving;
import org.p2psim.scenario.Plan;
import org.p2psim.scenario.quantity.Quantities;
import picocli.CommandLine.Option;

/** In which other orders a timeline is to be run. */
final class ExploreOptions {
    private static final long MOST = 1_000_000_000;
    private static final int MOST_WORKERS = 256;

    @Option(
            names = "--explore",
            paramLabel = "N",
            description = "Run N interleavings of the timeline instead: equal times in any order, near times moved,"
                    + " what a run leaves open chosen at random: who goes on first, how long what happens of itself"
                    + " takes, and each part that DMA passes (switch, root complex, memory, wire: from half of its"
                    + " latency to twice as much), whether a thread closes a descriptor that it has guessed while the export still runs."
                    + " What one program does with a device or a descriptor keeps its order, a line stays behind the"
                    + " one that makes its object, and memory of a closed device gets its next owner no sooner after"
                    + " the close than the file says. Reports every invariant that broke, how often, and the command"
                    + " that replays it.")
    private Optional<Long> explore = Optional.empty();

    @Option(
            names = "--within",
            paramLabel = "TIME",
            description = "How far --explore and --interleaving move an operation at most; the median distance of two"
                    + " operations otherwise.")
    private Optional<String> within = Optional.empty();

    @Option(
            names = "--workers",
            paramLabel = "W",
            description = "Threads that --explore runs on; as many as there are processors otherwise.")
    private int workers = Math.min(MOST_WORKERS, Runtime.getRuntime().availableProcessors());

    @Option(names = "--shrink", description = "Look for the shortest timeline that shows what --explore found.")
    private boolean shrink;

    @Option(
            names = "--interleaving",
            paramLabel = "K",
            description = "Run the interleaving with this number, as --explore found it.")
    private Optional<Long> interleaving = Optional.empty();

    boolean isOn() {
        return explore.isPresent();
    }

    /** Finds what cannot be meant. */
    void check(OutcomeOutput output) {
        if (explore.isPresent() && (explore.get() < 1 || explore.get() > MOST)) {
            throw new InputException("--explore %d: from 1 to %d".formatted(explore.get(), MOST));
        }
        if (interleaving.isPresent() && interleaving.get() < 0) {
            throw new InputException(
                    "--interleaving %d: a number from 1 on, or 0 for the file's order".formatted(interleaving.get()));
        }
        if (workers < 1 || workers > MOST_WORKERS) {
            throw new InputException("--workers %d: from 1 to %d".formatted(workers, MOST_WORKERS));
        }
        if (explore.isPresent() && interleaving.isPresent()) {
            throw new InputException("--explore and --interleaving: one of them");
        }
        if (explore.isEmpty() && (shrink || within.isPresent() && interleaving.isEmpty())) {
            throw new InputException("--shrink needs --explore, and --within needs --explore or --interleaving");
        }
        if (explore.isPresent() && output.writesFiles()) {
            throw new InputException(
                    "--html, --junit and --trace report one run: replay what --explore finds with --interleaving");
        }
    }

    /** The run of the file, or of the interleaving that was asked for. */
    Interleaving interleaving(Plan plan) {
        return interleaving.isEmpty()
                ? Interleaving.ofFile(plan)
                : new Interleaving(plan.seed(), interleaving.get(), within(plan));
    }

    /** @param command that runs the plan */
    ExplorationOutcome explore(Simulation simulation, Plan plan, String command, Console console) {
        if (plan.timeline().isEmpty()) {
            throw new InputException("--explore: %s has no timeline, so nothing of it can come in another order"
                    .formatted(plan.scenario()));
        }
        Extent extent = new Extent(explore.get(), within(plan), workers, shrink);
        return new Explorer(simulation).explore(plan, extent, command, progress(console, plan));
    }

    private long within(Plan plan) {
        try {
            return within.map(Quantities::time).orElseGet(() -> Interleaving.defaultWithin(plan));
        } catch (IllegalArgumentException e) {
            throw new InputException("--within " + e.getMessage());
        }
    }

    private LongConsumer progress(Console console, Plan plan) {
        long all = explore.get();
        return over -> console.progress("%s: %d of %d interleavings".formatted(plan.variant(), over, all), over == all);
    }

    /** A command line for a shell. */
    static String command(List<String> words) {
        List<String> quoted = new ArrayList<>();
        for (String word : words) {
            quoted.add(word.matches("[A-Za-z0-9_./:=,@%+-]+") ? word : "'" + word.replace("'", "'\\''") + "'");
        }
        return String.join(" ", quoted);
    }
}
