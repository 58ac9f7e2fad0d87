package org.p2psim.dmabuf;

import com.google.common.collect.ImmutableSet;
import com.google.common.collect.Sets;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.p2psim.platform.Errno;

/**
 * {@code poll()} of a dma-buf's descriptor (drivers/dma-buf/dma-buf.c, {@code dma_buf_poll()}). Whoever finds that it
 * has to wait leaves a callback on the first fence in its way, one for each event; it stays there when he gives up.
 * Since 5.16 it keeps a reference for as long; before, a release that meets it is a BUG().
 */
public final class Poll {
    /** What can be waited for. */
    public enum Event {
        /** {@code POLLIN}: nobody is writing. */
        IN(FenceUsage.WRITE),
        /** {@code POLLOUT}: nobody is reading or writing, as far as implicit synchronisation tells. */
        OUT(FenceUsage.READ);

        private final FenceUsage usage;

        Event(FenceUsage usage) {
            this.usage = usage;
        }
    }

    private final DmaBuf dmaBuf;
    /** The fences that callbacks are left on. */
    private final Map<Event, Fence> callbacks = new EnumMap<>(Event.class);

    private int calledBack;

    Poll(DmaBuf dmaBuf) {
        this.dmaBuf = dmaBuf;
    }

    /** Whether the fences of an event are signalled. */
    public boolean isReady(Event event) {
        return fence(event).isEmpty();
    }

    private Optional<Fence> fence(Event event) {
        return dmaBuf.reservation().pending(event.usage).stream().findFirst();
    }

    /** Whether a callback is left on a fence. */
    public boolean hasCallback() {
        return !callbacks.isEmpty();
    }

    /**
     * Waits, interruptibly, until one of some events is there or the timeout expires, and holds the file meanwhile.
     *
     * @return those that are there; none if the timeout has expired before
     */
    public Reply<ImmutableSet<Event>> poll(Set<Event> events, Timeout timeout) {
        return dmaBuf.get()
                .then(file -> look(events, timeout).atEnd(() -> {
                    if (hasCallback()) {
                        dmaBuf.kernel().note(Journal.Action.CALLBACK_LEFT, dmaBuf.name(), String.join(", ", fences()));
                    }
                    dmaBuf.put();
                }));
    }

    private Reply<ImmutableSet<Event>> look(Set<Event> events, Timeout timeout) {
        int before = calledBack;
        return dmaBuf.reservation()
                .lock()
                .around(() -> Reply.done(ready(events)))
                .then(ready ->
                        ready.isEmpty() && !timeout.isExpired() ? woken(events, timeout, before) : Reply.done(ready));
    }

    private Reply<ImmutableSet<Event>> woken(Set<Event> events, Timeout timeout, int before) {
        Wait wait = new Wait(
                Wait.Kind.FENCES,
                "fences of " + dmaBuf.name(),
                () -> calledBack > before || timeout.isExpired(),
                this::fences,
                true);
        return Reply.after(
                wait,
                () -> wait.isOver()
                        ? look(events, timeout)
                        : Reply.refused(Errno.EINTR, "a signal came before the " + wait.what() + " were signalled"));
    }

    /** The reservation is held. */
    private ImmutableSet<Event> ready(Set<Event> events) {
        ImmutableSet<Event> ready = Sets.immutableEnumSet(Sets.filter(events, this::isReady));
        Sets.difference(events, ready).forEach(this::leaveCallback);
        return ready;
    }

    private void leaveCallback(Event event) {
        if (callbacks.containsKey(event)) {
            return;
        }
        Fence fence = fence(event).orElseThrow();
        boolean holdsFile = dmaBuf.kernel().core().pollHoldsFile() && dmaBuf.tryGet();
        callbacks.put(event, fence);
        fence.whenSignalled(() -> {
            callbacks.remove(event);
            calledBack++;
            if (holdsFile) {
                dmaBuf.kernel().start("dma_buf_poll_cb of " + dmaBuf.name(), () -> {
                    dmaBuf.put();
                    return Reply.done(dmaBuf);
                });
            }
        });
    }

    private List<String> fences() {
        return callbacks.values().stream().map(Fence::name).distinct().toList();
    }
}
