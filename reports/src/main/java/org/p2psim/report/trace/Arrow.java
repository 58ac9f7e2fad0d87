package org.p2psim.report.trace;

import com.google.common.collect.ImmutableList;
import java.util.Comparator;
import java.util.Optional;
import org.p2psim.outcome.Event;
import org.p2psim.outcome.RunOutcome;
import org.p2psim.outcome.WaitOutcome;

/**
 * From what held somebody up to the wait: from the notification that invalidated a mapping to whoever waited for the
 * unmap, from a fence or an operation to whoever waited for that.
 *
 * @param from index of an event
 * @param to index of the event of a wait, which is a later one
 */
record Arrow(int from, int to) {
    private static final String NOTIFY = "notify";

    static ImmutableList<Arrow> of(RunOutcome run) {
        ImmutableList.Builder<Arrow> arrows = ImmutableList.builder();
        for (WaitOutcome wait : run.waits()) {
            Optional<Event> waits = run.events().stream()
                    .filter(event -> event.index() == wait.event())
                    .findFirst();
            waits.ifPresent(target -> wait.blockers()
                    .forEach(blocker -> source(run, blocker, target)
                            .ifPresent(source -> arrows.add(new Arrow(source.index(), target.index())))));
        }
        return arrows.build();
    }

    /** The last notification of who held it up, or else whatever was heard of him last. */
    private static Optional<Event> source(RunOutcome run, String blocker, Event target) {
        return run.events().stream()
                .filter(event -> event.index() < target.index() && event.start() <= target.start())
                .filter(event -> isOf(event, blocker))
                .max(Comparator.comparing((Event event) -> event.what().equals(NOTIFY))
                        .thenComparing(Event::index));
    }

    /** Blockers are named by their object, as an operation of one, or as what a fence is about. */
    private static boolean isOf(Event event, String blocker) {
        return event.lane().equals(blocker)
                || "%s %s".formatted(event.what(), event.lane()).equals(blocker)
                || event.detail().startsWith(blocker + ",");
    }
}
