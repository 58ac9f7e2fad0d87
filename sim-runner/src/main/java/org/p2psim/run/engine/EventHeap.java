package org.p2psim.run.engine;

import java.util.Arrays;
import java.util.Iterator;
import java.util.stream.IntStream;
import nl.tudelft.simulation.dsol.eventlists.EventListInterface;
import nl.tudelft.simulation.dsol.formalisms.eventscheduling.SimEventInterface;
import org.jspecify.annotations.Nullable;

/**
 * DSOL's list of events as a 4-ary heap in arrays: by time, then DSOL priority (high first), then order of arrival.
 * Times are never boxed, and an action becomes a DSOL event only if somebody asks for one.
 */
final class EventHeap implements EventListInterface<Long> {
    private static final int ARITY = 4;
    private static final int SEQUENCE_BITS = 58;

    private long[] times = new long[64];
    /** Priority, lowest number first, above the sequence number. */
    private long[] ranks = new long[64];

    private @Nullable Runnable[] actions = new Runnable[64];
    private int size;
    private long sequence;

    void add(long time, Runnable action) {
        add(time, SimEventInterface.NORMAL_PRIORITY, action);
    }

    private void add(long time, short priority, Runnable action) {
        if (size == times.length) {
            times = Arrays.copyOf(times, 2 * size);
            ranks = Arrays.copyOf(ranks, 2 * size);
            actions = Arrays.copyOf(actions, 2 * size);
        }
        long rank = ((long) (SimEventInterface.MAX_PRIORITY + 1 - priority) << SEQUENCE_BITS) | sequence++;
        siftUp(size++, time, rank, action);
    }

    /** The time of the first event; only if there is one. */
    long firstTime() {
        return times[0];
    }

    Runnable removeFirstAction() {
        Runnable first = action(0);
        removeAt(0);
        return first;
    }

    private Runnable action(int index) {
        Runnable action = actions[index];
        if (index >= size || action == null) {
            throw new IllegalStateException("no event is left");
        }
        return action;
    }

    private void removeAt(int index) {
        size--;
        long time = times[size];
        long rank = ranks[size];
        Runnable last = actions[size];
        actions[size] = null;
        if (index < size && last != null) {
            siftDown(index, time, rank, last);
            if (times[index] == time && ranks[index] == rank) {
                siftUp(index, time, rank, last);
            }
        }
    }

    private void siftUp(int from, long time, long rank, Runnable action) {
        int index = from;
        while (index > 0) {
            int parent = (index - 1) / ARITY;
            if (!before(time, rank, parent)) {
                break;
            }
            move(parent, index);
            index = parent;
        }
        set(index, time, rank, action);
    }

    private void siftDown(int from, long time, long rank, Runnable action) {
        int index = from;
        while (true) {
            int child = firstChild(index);
            if (child < 0 || before(time, rank, child)) {
                break;
            }
            move(child, index);
            index = child;
        }
        set(index, time, rank, action);
    }

    private int firstChild(int index) {
        int first = ARITY * index + 1;
        if (first >= size) {
            return -1;
        }
        int least = first;
        int end = Math.min(first + ARITY, size);
        for (int child = first + 1; child < end; child++) {
            if (before(times[child], ranks[child], least)) {
                least = child;
            }
        }
        return least;
    }

    private boolean before(long time, long rank, int index) {
        return time < times[index] || (time == times[index] && rank < ranks[index]);
    }

    private void move(int from, int to) {
        times[to] = times[from];
        ranks[to] = ranks[from];
        actions[to] = actions[from];
    }

    private void set(int index, long time, long rank, Runnable action) {
        times[index] = time;
        ranks[index] = rank;
        actions[index] = action;
    }

    @Override
    public void add(SimEventInterface<Long> event) {
        add(event.getAbsoluteExecutionTime(), event.getPriority(), new Given(event));
    }

    @Override
    public boolean contains(SimEventInterface<Long> event) {
        return indexOf(event) >= 0;
    }

    @Override
    public boolean remove(SimEventInterface<Long> event) {
        int index = indexOf(event);
        if (index >= 0) {
            removeAt(index);
        }
        return index >= 0;
    }

    private int indexOf(SimEventInterface<Long> event) {
        return IntStream.range(0, size)
                .filter(i -> event(i).equals(event))
                .findFirst()
                .orElse(-1);
    }

    @Override
    public void clear() {
        Arrays.fill(actions, 0, size, null);
        size = 0;
    }

    @Override
    public boolean isEmpty() {
        return size == 0;
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public @Nullable SimEventInterface<Long> first() {
        return size == 0 ? null : event(0);
    }

    @Override
    public @Nullable SimEventInterface<Long> removeFirst() {
        if (size == 0) {
            return null;
        }
        SimEventInterface<Long> first = event(0);
        removeAt(0);
        return first;
    }

    /** In the order in which they will happen. */
    @Override
    public Iterator<SimEventInterface<Long>> iterator() {
        return IntStream.range(0, size)
                .boxed()
                .sorted((a, b) -> a.equals(b) ? 0 : before(times[a], ranks[a], b) ? -1 : 1)
                .map(this::event)
                .iterator();
    }

    private SimEventInterface<Long> event(int index) {
        Runnable action = action(index);
        return action instanceof Given given ? given.event() : new Planned(times[index], ranks[index], action);
    }

    /** An event that DSOL made. */
    private record Given(SimEventInterface<Long> event) implements Runnable {
        @Override
        public void run() {
            event.execute();
        }
    }

    /** An action of ours, as DSOL wants to see it. */
    private record Planned(long time, long getId, Runnable action) implements SimEventInterface<Long> {
        @Override
        public void execute() {
            action.run();
        }

        @Override
        public Long getAbsoluteExecutionTime() {
            return time;
        }

        @Override
        public short getPriority() {
            return NORMAL_PRIORITY;
        }
    }
}
