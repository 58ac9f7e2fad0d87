package org.p2psim.report.lifetime;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableListMultimap;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.p2psim.outcome.Event;
import org.p2psim.outcome.ObjectOutcome;
import org.p2psim.outcome.ObjectOutcome.Kind;
import org.p2psim.outcome.ObjectOutcome.State;
import org.p2psim.outcome.ObjectOutcome.Use;
import org.p2psim.outcome.RunOutcome;

/** The objects of a run by name, what belongs to what, and who was not told of a loss. */
public final class Lifetimes {
    private static final String NOTIFY = "notify";

    private final RunOutcome run;
    private final Map<String, ObjectOutcome> objects = new LinkedHashMap<>();
    private final ImmutableListMultimap<String, Event> notifications;

    public Lifetimes(RunOutcome run) {
        this.run = run;
        run.objects().forEach(object -> objects.putIfAbsent(object.name(), object));
        this.notifications = run.events().stream()
                .filter(event -> event.what().equals(NOTIFY))
                .collect(ImmutableListMultimap.toImmutableListMultimap(Event::lane, event -> event));
    }

    public Optional<ObjectOutcome> object(String name) {
        return Optional.ofNullable(objects.get(name));
    }

    public Optional<Event> event(int index) {
        return run.events().stream().filter(event -> event.index() == index).findFirst();
    }

    /** The event of a line of the timeline itself, not of what followed from it. */
    public Optional<Event> operation(int line) {
        return run.events().stream()
                .filter(event -> event.operation() == line
                        && (event.kind() == Event.Kind.DONE || event.kind() == Event.Kind.REFUSED))
                .findFirst();
    }

    /** An object and all that belongs to it, parents before children. Each is there once, whatever parents say. */
    public ImmutableList<ObjectOutcome> family(ObjectOutcome of) {
        Set<ObjectOutcome> family = new LinkedHashSet<>();
        collect(of, family);
        return ImmutableList.copyOf(family);
    }

    private void collect(ObjectOutcome of, Set<ObjectOutcome> family) {
        if (!family.add(of)) {
            return;
        }
        for (ObjectOutcome object : objects.values()) {
            if (object.parent().filter(of.name()::equals).isPresent()) {
                collect(object, family);
            }
        }
    }

    /** An object, its parent, and so on up to a device. */
    public ImmutableList<ObjectOutcome> lineage(String name) {
        Set<ObjectOutcome> line = new LinkedHashSet<>();
        Optional<ObjectOutcome> at = object(name);
        while (at.isPresent() && line.add(at.get())) {
            at = at.get().parent().flatMap(this::object);
        }
        return ImmutableList.copyOf(line);
    }

    /** The state at a time; of two that meet there, the one that begins. */
    public static Optional<State> state(ObjectOutcome object, long at) {
        return object.states().stream()
                .filter(state -> state.start() <= at && (at < state.end() || at == state.start()))
                .reduce((first, second) -> second)
                .or(() -> object.states().stream()
                        .filter(state -> state.end() == at)
                        .reduce((first, second) -> second));
    }

    /**
     * Every importer that was mapped when its device or dma-buf went away and that no notification reached until it came
     * back.
     */
    public ImmutableList<Untold> untold() {
        List<Untold> untold = new ArrayList<>();
        for (ObjectOutcome taken : objects.values()) {
            if (taken.kind() != Kind.DEVICE && taken.kind() != Kind.DMA_BUF) {
                continue;
            }
            ImmutableList<ObjectOutcome> family = family(taken);
            for (State lost : losses(taken)) {
                long from = Math.min(causeOf(lost), lost.start());
                family.stream()
                        .filter(each -> each.kind() == Kind.ATTACHMENT && isMappedAcross(each, lost.start()))
                        .filter(each -> !isNotified(each, from, Math.max(lost.end(), lost.start() + 1)))
                        .map(each -> new Untold(taken, lost, each, markedBefore(each, lost.start())))
                        .forEach(untold::add);
            }
        }
        return ImmutableList.copyOf(untold);
    }

    /** States that take away what was usable until they began. */
    private static List<State> losses(ObjectOutcome object) {
        List<State> losses = new ArrayList<>();
        boolean usable = false;
        for (State state : object.states()) {
            boolean loss = state.use() == Use.CHANGING || state.use() == Use.DENIED || state.use() == Use.GONE;
            if (loss && usable) {
                losses.add(state);
            }
            usable = !loss;
        }
        return losses;
    }

    private static boolean isMappedAcross(ObjectOutcome attachment, long at) {
        return attachment.states().stream()
                .anyMatch(state -> state.use() == Use.USABLE && state.start() < at && state.end() > at);
    }

    /** When the operation began that took it away. */
    private long causeOf(State lost) {
        int cause = run.events().stream()
                .filter(event -> event.start() <= lost.start() && event.operation() != Event.NO_OPERATION)
                .mapToInt(Event::operation)
                .reduce(Event.NO_OPERATION, (first, second) -> second);
        return operation(cause).map(Event::start).orElse(lost.start());
    }

    /** A lock may hold a notification up, so that it comes after the state has begun. */
    private boolean isNotified(ObjectOutcome attachment, long from, long until) {
        return notifications.get(attachment.name()).stream()
                .anyMatch(event -> event.start() >= from && event.start() < until);
    }

    private Optional<State> markedBefore(ObjectOutcome attachment, long at) {
        return attachment
                .parent()
                .flatMap(this::object)
                .flatMap(dmaBuf -> dmaBuf.states().stream()
                        .filter(state -> state.start() < at && state.end() >= at)
                        .filter(state -> state.use() == Use.DENIED
                                || state.use() == Use.CONTRADICTED
                                || !state.broken().isEmpty())
                        .findFirst());
    }
}
