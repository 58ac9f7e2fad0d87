package org.p2psim.report.lifetime;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableListMultimap;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
    private final ImmutableListMultimap<String, ObjectOutcome> children;
    private final ImmutableListMultimap<String, Event> notifications;
    private final Map<Integer, Event> events = new HashMap<>();
    private final Map<Integer, Event> operations = new HashMap<>();

    public Lifetimes(RunOutcome run) {
        this.run = run;
        run.objects().forEach(object -> objects.putIfAbsent(object.name(), object));
        this.children = objects.values().stream()
                .filter(object -> object.parent().isPresent())
                .collect(ImmutableListMultimap.toImmutableListMultimap(
                        object -> object.parent().orElseThrow(), object -> object));
        for (Event event : run.events()) {
            events.putIfAbsent(event.index(), event);
            if (event.kind() == Event.Kind.DONE || event.kind() == Event.Kind.REFUSED) {
                operations.putIfAbsent(event.operation(), event);
            }
        }
        this.notifications = run.events().stream()
                .filter(Lifetimes::isNotification)
                .collect(ImmutableListMultimap.toImmutableListMultimap(Event::lane, event -> event));
    }

    /** Whether an importer was told that its mapping is to go. */
    public static boolean isNotification(Event event) {
        return event.what().equals(NOTIFY);
    }

    public Optional<ObjectOutcome> object(String name) {
        return Optional.ofNullable(objects.get(name));
    }

    /** An event by its index; a document from elsewhere may name one that is not there. */
    public Optional<Event> event(int index) {
        return Optional.ofNullable(events.get(index));
    }

    /** The event of a line of the timeline itself, not of what followed from it. */
    public Optional<Event> operation(int line) {
        return Optional.ofNullable(operations.get(line));
    }

    /** An object and all that belongs to it, parents before children. Each is there once, whatever parents say. */
    public ImmutableList<ObjectOutcome> family(ObjectOutcome of) {
        Map<String, ObjectOutcome> family = new LinkedHashMap<>();
        collect(of, family);
        return ImmutableList.copyOf(family.values());
    }

    private void collect(ObjectOutcome of, Map<String, ObjectOutcome> family) {
        if (family.putIfAbsent(of.name(), of) == null) {
            children.get(of.name()).forEach(child -> collect(child, family));
        }
    }

    /** An object, its parent, and so on up to a device. */
    public ImmutableList<ObjectOutcome> lineage(String name) {
        Map<String, ObjectOutcome> line = new LinkedHashMap<>();
        Optional<ObjectOutcome> at = object(name);
        while (at.isPresent() && line.putIfAbsent(at.get().name(), at.get()) == null) {
            at = at.get().parent().flatMap(this::object);
        }
        return ImmutableList.copyOf(line.values());
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
