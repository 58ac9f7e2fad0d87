package org.p2psim.dmabuf;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A thread of the kernel that runs one operation. It answers at once or waits, and then goes on when {@link
 * Kernel#poll} finds that its wait is over.
 */
public final class Task<T> {
    /** The cause of what nobody gave one. */
    public static final int NO_CAUSE = -1;

    private final String name;
    private final int cause;
    private final Consumer<Reply<T>> whenOver;
    private final List<Lock> held = new ArrayList<>();
    private @Nullable Reply<T> reply;
    private boolean signalled;

    Task(String name, int cause, Consumer<Reply<T>> whenOver) {
        this.name = name;
        this.cause = cause;
        this.whenOver = whenOver;
    }

    public String name() {
        return name;
    }

    /** Why it runs, in the words of whoever started it: the number of a line of a timeline. */
    public int cause() {
        return cause;
    }

    /** What the operation answered; empty while it waits. */
    public Optional<Reply<T>> reply() {
        return Optional.ofNullable(reply).filter(answer -> !(answer instanceof Reply.Waits<T>));
    }

    /** What the operation waits for; empty once it is over. */
    public Optional<Wait> waitsFor() {
        return reply instanceof Reply.Waits<T> waits ? Optional.of(waits.until()) : Optional.empty();
    }

    /** A signal is pending: waits that can be interrupted end now, and those to come at once. */
    public void signal() {
        signalled = true;
    }

    /** Whether it can go on: its wait is over, or a signal ends it. */
    boolean isReady() {
        return waitsFor()
                .filter(wait -> wait.isOver() || signalled && wait.interruptible())
                .isPresent();
    }

    public boolean isOver() {
        return reply().isPresent();
    }

    /** The locks that it holds, outermost first. */
    public ImmutableList<Lock> held() {
        return ImmutableList.copyOf(held);
    }

    void hold(Lock lock) {
        held.add(lock);
    }

    void letGo(Lock lock) {
        held.remove(lock);
    }

    void answered(Reply<T> answer) {
        reply = answer;
        if (!(answer instanceof Reply.Waits<T>)) {
            whenOver.accept(answer);
        }
    }

    /** The part of a waiting task that is to be run next. */
    Reply<T> goOn() {
        if (reply instanceof Reply.Waits<T> waits) {
            return waits.next().get();
        }
        throw new IllegalStateException(name + " is not waiting");
    }

    @Override
    public String toString() {
        return waitsFor().map(wait -> name + ", waiting for " + wait).orElse(name);
    }
}
