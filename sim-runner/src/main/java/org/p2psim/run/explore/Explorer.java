package org.p2psim.run.explore;

import com.google.common.collect.ImmutableList;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.LongConsumer;
import org.p2psim.outcome.ExplorationOutcome;
import org.p2psim.outcome.InvariantOutcome;
import org.p2psim.run.Simulation;
import org.p2psim.scenario.Expectation;
import org.p2psim.scenario.Plan;

/** Runs the interleavings of a plan and gathers what broke. The result is the same with any number of workers. */
public final class Explorer {
    /** Interleavings that a worker runs on one bench. */
    private static final long CHUNK = 64;
    /** Chunks that wait for a worker, for each of them: few, so that a million interleavings take no memory. */
    private static final int QUEUED = 4;

    private final Simulation simulation;

    public Explorer(Simulation simulation) {
        this.simulation = simulation;
    }

    /** What is known of one invariant after some interleavings. */
    private record Found(InvariantOutcome outcome, long times, long first) {
        Found and(Found later) {
            return new Found(outcome, times + later.times, first);
        }
    }

    /** What is known after some interleavings, by the invariants' numbers. */
    private static final class Tally {
        private final SortedMap<String, Found> found = new TreeMap<>();
        private long checks;

        void add(ImmutableList<InvariantOutcome> outcomes, long number) {
            for (InvariantOutcome outcome : outcomes) {
                checks += outcome.checks();
                if (!outcome.held()) {
                    found.merge(outcome.id(), new Found(outcome, 1, number), Found::and);
                }
            }
        }

        void add(Tally later) {
            checks += later.checks;
            later.found.forEach((id, more) -> found.merge(id, more, Found::and));
        }
    }

    /**
     * Explores one plan.
     *
     * @param command that runs the plan
     * @param progress told now and then how many interleavings have been run
     */
    public ExplorationOutcome explore(Plan plan, Extent extent, String command, LongConsumer progress) {
        Tally tally = tally(plan, extent, progress);
        ImmutableList.Builder<ExplorationOutcome.Broken> broken = ImmutableList.builder();
        for (Map.Entry<String, Found> entry : tally.found.entrySet()) {
            broken.add(broken(plan, extent, entry.getValue()));
        }
        return new ExplorationOutcome(
                plan.scenario(),
                plan.variant(),
                command,
                plan.seed(),
                extent.interleavings(),
                extent.within(),
                tally.checks,
                broken.build());
    }

    private ExplorationOutcome.Broken broken(Plan plan, Extent extent, Found found) {
        InvariantOutcome outcome = found.outcome();
        InvariantOutcome.Violation violation = outcome.violation().orElseThrow();
        Optional<ExplorationOutcome.Shortest> shortest = extent.shrinks()
                ? new Shrinker(simulation, plan, outcome.id())
                        .shortest(new Interleaving(plan.seed(), found.first(), extent.within()))
                : Optional.empty();
        return new ExplorationOutcome.Broken(
                outcome.id(),
                outcome.statement(),
                expects(plan, outcome.id()),
                found.times(),
                found.first(),
                violation.at(),
                violation.detail(),
                shortest);
    }

    /** Whether the scenario says that it breaks, at whatever time: interleavings have others. */
    private static boolean expects(Plan plan, String invariant) {
        return plan.expectations().stream()
                .map(Plan.Expected::expectation)
                .anyMatch(expected -> expected instanceof Expectation.Broken broken
                        && broken.broken().id().equals(invariant));
    }

    private Tally tally(Plan plan, Extent extent, LongConsumer progress) {
        ExecutorService workers = Executors.newFixedThreadPool(extent.workers());
        try {
            ProgramOrder order = new ProgramOrder(plan);
            Tally all = new Tally();
            Queue<Future<Tally>> running = new ArrayDeque<>();
            long next = 1;
            long over = 0;
            while (next <= extent.interleavings() || !running.isEmpty()) {
                while (next <= extent.interleavings() && running.size() < QUEUED * extent.workers()) {
                    long first = next;
                    long last = Math.min(extent.interleavings(), first + CHUNK - 1);
                    running.add(workers.submit(() -> chunk(plan, order, extent.within(), first, last)));
                    next = last + 1;
                }
                all.add(result(running.remove()));
                over = Math.min(extent.interleavings(), over + CHUNK);
                progress.accept(over);
            }
            return all;
        } finally {
            workers.shutdownNow();
        }
    }

    private Tally chunk(Plan plan, ProgramOrder order, long within, long first, long last) {
        Simulation.Bench bench = simulation.bench(plan);
        Tally tally = new Tally();
        for (long number = first; number <= last; number++) {
            Interleaving interleaving = new Interleaving(plan.seed(), number, within);
            try {
                tally.add(bench.run(interleaving.of(plan, order), interleaving.choices()), number);
            } catch (RuntimeException e) {
                throw new IllegalStateException(
                        "variant %s, --interleaving %d: %s".formatted(plan.variant(), number, e), e);
            }
        }
        return tally;
    }

    private static Tally result(Future<Tally> future) {
        try {
            return future.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
