package org.p2psim.run.engine;

import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import nl.tudelft.simulation.dsol.eventlists.EventListInterface;
import nl.tudelft.simulation.dsol.formalisms.eventscheduling.SimEventInterface;
import org.jspecify.annotations.Nullable;

/**
 * DSOL's list of events, on a {@link TimingWheel}. An event is a handler and an index, or an object; it becomes a DSOL
 * event only if somebody asks for one. The order is DSOL's: time, then priority (high first). Within these come
 * primitive events, by index and handler code, and then objects, in the order in which they were added.
 */
final class EventList implements EventListInterface<Long> {
    private static final long ACTION = EventKey.primitive(Phase.ACTION.priority(), 0, 0) >>> EventKey.PRIORITY_SHIFT;

    private final TimingWheel wheel = new TimingWheel();
    private final ObjectTable objects = new ObjectTable();
    private final Handler[] handlers = new Handler[EventKey.OBJECT_HANDLER + 1];
    /** By code, where a handler is one of a group: the group, and the code of its first kind. */
    private final @Nullable HandlerGroup[] groups = new HandlerGroup[EventKey.OBJECT_HANDLER + 1];

    private final int[] firstKinds = new int[EventKey.OBJECT_HANDLER + 1];
    private int handlerCount;
    private int sequence;

    EventList() {
        handlers[EventKey.OBJECT_HANDLER] = slot -> objects.remove(slot).run();
    }

    int addHandler(Handler handler) {
        if (handlerCount == EventKey.OBJECT_HANDLER) {
            throw new IllegalStateException("%d handlers are there, more are not possible".formatted(handlerCount));
        }
        handlers[handlerCount] = handler;
        return handlerCount++;
    }

    int addHandlers(HandlerGroup group, int kinds) {
        int first = handlerCount;
        for (int i = 0; i < kinds; i++) {
            int kind = i;
            int code = addHandler(index -> group.happen(kind, index));
            groups[code] = group;
            firstKinds[code] = first;
        }
        return first;
    }

    /** The time may not be negative. */
    void add(long time, Phase phase, int handler, int index) {
        if (handler < 0 || handler >= handlerCount) {
            throw new IllegalArgumentException("no handler has the code %d".formatted(handler));
        }
        if (index < 0 || index >= EventKey.INDEX_LIMIT) {
            throw new IllegalArgumentException("index %d is outside 0..%d".formatted(index, EventKey.INDEX_LIMIT - 1));
        }
        wheel.add(time, EventKey.primitive(phase.priority(), handler, index));
    }

    /** The time may not be negative. */
    void add(long time, Runnable action) {
        add(time, Phase.ACTION.priority(), action);
    }

    @Override
    public void add(SimEventInterface<Long> event) {
        long time = event.getAbsoluteExecutionTime();
        if (time < 0) {
            throw new IllegalArgumentException("time %d is negative".formatted(time));
        }
        add(time, event.getPriority(), new Planned.Given(event));
    }

    private void add(long time, int priority, Runnable object) {
        if (objects.isEmpty()) {
            sequence = 0;
        } else if (sequence == EventKey.SEQUENCE_LIMIT) {
            renumber();
        }
        wheel.add(time, EventKey.object(priority, sequence, objects.add(object)));
        sequence++;
    }

    /** Gives the objects that are pending the lowest numbers, in their order. */
    private void renumber() {
        List<Planned> all = inOrder().toList();
        wheel.clear();
        sequence = 0;
        for (Planned planned : all) {
            long key = planned.key();
            boolean object = EventKey.isObject(key);
            wheel.add(planned.time(), object ? EventKey.withSequence(key, sequence++) : key);
        }
    }

    /** As if so many objects had been added while one was pending. */
    void skipSequenceTo(int number) {
        sequence = number;
    }

    /** Of the first event; {@link Long#MAX_VALUE} if there is none. */
    long firstTime() {
        return wheel.firstTime();
    }

    /** Of the first event; only after {@link #firstTime()} told that there is one. */
    boolean firstIsAction() {
        return wheel.firstKey() >>> EventKey.PRIORITY_SHIFT == ACTION;
    }

    /** Whether the first event is an object; only after {@link #firstTime()} told that there is one. */
    boolean firstIsObject() {
        return EventKey.isObject(wheel.firstKey());
    }

    /** Removes the first event and lets it happen; only after {@link #firstTime()} told that there is one. */
    void happenFirst() {
        long key = wheel.removeFirst();
        int code = EventKey.handler(key);
        HandlerGroup group = groups[code];
        if (group != null) {
            group.happen(code - firstKinds[code], EventKey.index(key));
        } else {
            handlers[code].happen(EventKey.index(key));
        }
    }

    @Override
    public boolean contains(SimEventInterface<Long> event) {
        return pending(event).isPresent();
    }

    @Override
    public boolean remove(SimEventInterface<Long> event) {
        Optional<Planned> pending = pending(event);
        pending.ifPresent(this::remove);
        return pending.isPresent();
    }

    private void remove(Planned planned) {
        wheel.remove(planned.time(), planned.key());
        if (EventKey.isObject(planned.key())) {
            objects.remove(EventKey.index(planned.key()));
        }
    }

    private Optional<Planned> pending(SimEventInterface<Long> event) {
        long time = event.getAbsoluteExecutionTime();
        return all().filter(
                        planned -> planned.time() == time && asDsols(planned).equals(event))
                .findFirst();
    }

    @Override
    public void clear() {
        wheel.clear();
        objects.clear();
    }

    @Override
    public boolean isEmpty() {
        return wheel.size() == 0;
    }

    @Override
    public int size() {
        return wheel.size();
    }

    @Override
    public @Nullable SimEventInterface<Long> first() {
        return isEmpty() ? null : asDsols(firstPlanned());
    }

    @Override
    public @Nullable SimEventInterface<Long> removeFirst() {
        if (isEmpty()) {
            return null;
        }
        Planned first = firstPlanned();
        remove(first);
        return asDsols(first);
    }

    /** In the order in which they will happen. */
    @Override
    public Iterator<SimEventInterface<Long>> iterator() {
        return inOrder().map(EventList::asDsols).iterator();
    }

    private Stream<Planned> inOrder() {
        return all().sorted(Comparator.comparingLong(Planned::time).thenComparingLong(Planned::key));
    }

    private Stream<Planned> all() {
        long[] all = wheel.toArray();
        return IntStream.range(0, all.length / 2).mapToObj(i -> planned(all[2 * i], all[2 * i + 1]));
    }

    private Planned firstPlanned() {
        long time = wheel.firstTime();
        return planned(time, wheel.firstKey());
    }

    private Planned planned(long time, long key) {
        int index = EventKey.index(key);
        Runnable what =
                EventKey.isObject(key) ? objects.get(index) : new Planned.Call(handlers[EventKey.handler(key)], index);
        return new Planned(time, key, what);
    }

    private static SimEventInterface<Long> asDsols(Planned planned) {
        return planned.what() instanceof Planned.Given given ? given.event() : planned;
    }
}
