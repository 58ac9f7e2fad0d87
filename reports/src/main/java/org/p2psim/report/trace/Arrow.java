package org.p2psim.report.trace;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableListMultimap;
import java.util.Comparator;
import java.util.Optional;
import org.p2psim.outcome.Event;
import org.p2psim.outcome.RunOutcome;
import org.p2psim.report.lifetime.Lifetimes;

/**
 * From what held somebody up to the wait: from the notification that invalidated a mapping to whoever waited for the
 * unmap, from a fence or an operation to whoever waited for that.
 *
 * @param from index of an event
 * @param to index of the event of a wait, which is a later one
 */
record Arrow(int from, int to) {
    static ImmutableList<Arrow> of(RunOutcome run, Lifetimes lifetimes) {
        ImmutableListMultimap<String, Event> named = named(run);
        ImmutableList.Builder<Arrow> arrows = ImmutableList.builder();
        run.waits()
                .forEach(wait -> lifetimes
                        .event(wait.event())
                        .ifPresent(waits -> wait.blockers()
                                .forEach(blocker -> source(named.get(blocker), waits)
                                        .ifPresent(source -> arrows.add(new Arrow(source.index(), waits.index()))))));
        return arrows.build();
    }

    /** Blockers are named by their object, as an operation of one, or as what a fence is about: the details begin with it. */
    private static ImmutableListMultimap<String, Event> named(RunOutcome run) {
        ImmutableListMultimap.Builder<String, Event> named = ImmutableListMultimap.builder();
        for (Event event : run.events()) {
            named.put(event.lane(), event);
            named.put("%s %s".formatted(event.what(), event.lane()), event);
            int comma = event.detail().indexOf(',');
            if (comma > 0) {
                named.put(event.detail().substring(0, comma), event);
            }
        }
        return named.build();
    }

    /** The last notification of who held it up, or else whatever was heard of him last. */
    private static Optional<Event> source(ImmutableList<Event> ofBlocker, Event waits) {
        return ofBlocker.stream()
                .filter(event -> event.index() < waits.index() && event.start() <= waits.start())
                .max(Comparator.comparing(Lifetimes::isNotification).thenComparing(Event::index));
    }
}
