package org.p2psim.run.engine;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.LongConsumer;

/** What an engine promises, written down as simply as possible. */
final class PlainClock implements RandomModel.Clock {
    private record Event(long time, Phase phase, boolean action, long rank, int handler, Runnable what) {}

    private final PriorityQueue<Event> queue = new PriorityQueue<>(Comparator.comparingLong(Event::time)
            .thenComparing(Event::phase)
            .thenComparing(Event::action)
            .thenComparingLong(Event::rank)
            .thenComparingInt(Event::handler));
    private final List<Handler> handlers = new ArrayList<>();
    private LongConsumer beforeActions = time -> {};
    private long now;
    private long given;

    void handler(Handler handler) {
        handlers.add(handler);
    }

    void beforeActions(LongConsumer hook) {
        beforeActions = hook;
    }

    @Override
    public long now() {
        return now;
    }

    @Override
    public void at(long time, Runnable action) {
        queue.add(new Event(time, Phase.ACTION, true, given++, 0, action));
    }

    @Override
    public void at(long time, Phase phase, int handler, int index) {
        queue.add(new Event(
                time, phase, false, index, handler, () -> handlers.get(handler).happen(index)));
    }

    @Override
    public long nextTime() {
        return queue.isEmpty() ? Long.MAX_VALUE : queue.element().time();
    }

    @Override
    public void advanceTo(long time) {
        now = time;
    }

    void run() {
        long told = -1;
        while (!queue.isEmpty()) {
            Event first = queue.element();
            now = first.time();
            if (first.phase() == Phase.ACTION && told != now) {
                told = now;
                beforeActions.accept(now);
            } else {
                queue.remove();
                first.what().run();
            }
        }
    }
}
