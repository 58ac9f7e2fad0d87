package org.p2psim.dmabuf;

import java.util.function.Function;
import java.util.function.Supplier;
import org.p2psim.platform.Errno;

/** What an operation answers: a value, an errno with its reason, or that it has to wait first. */
public sealed interface Reply<T> {

    record Done<T>(T value) implements Reply<T> {}

    /** @param why the check that refused, in a sentence */
    record Refused<T>(Errno errno, String why) implements Reply<T> {}

    /**
     * The operation is not over. Locks that it holds stay held.
     *
     * @param until what for
     * @param next goes on; to be called once, when the wait is over
     */
    record Waits<T>(Wait until, Supplier<Reply<T>> next) implements Reply<T> {}

    static <T> Reply<T> done(T value) {
        return new Done<>(value);
    }

    static <T> Reply<T> refused(Errno errno, String why) {
        return new Refused<>(errno, why);
    }

    /** Goes on at once if there is nothing to wait for. */
    static <T> Reply<T> after(Wait wait, Supplier<Reply<T>> next) {
        return wait.isOver() ? next.get() : new Waits<>(wait, next);
    }

    /** The reply of a following operation, or this refusal; also if either has to wait. */
    default <U> Reply<U> then(Function<T, Reply<U>> next) {
        if (this instanceof Waits<T> waits) {
            return new Waits<>(waits.until(), () -> waits.next().get().then(next));
        }
        if (this instanceof Refused<T> refused) {
            return refused(refused.errno(), refused.why());
        }
        return next.apply(((Done<T>) this).value());
    }

    /** This reply; a refusal only after what was done before it has been undone. */
    default Reply<T> undo(Supplier<? extends Reply<?>> undo) {
        if (this instanceof Waits<T> waits) {
            return new Waits<>(waits.until(), () -> waits.next().get().undo(undo));
        }
        return this instanceof Refused<T> refused ? refusedAfter(undo.get(), refused) : this;
    }

    /** This reply, or another in the place of a refusal. */
    default Reply<T> orElse(Supplier<Reply<T>> other) {
        if (this instanceof Waits<T> waits) {
            return new Waits<>(waits.until(), () -> waits.next().get().orElse(other));
        }
        return this instanceof Refused<T> ? other.get() : this;
    }

    private static <T, U> Reply<T> refusedAfter(Reply<U> undone, Refused<T> refused) {
        return undone instanceof Waits<U> waits
                ? new Waits<>(waits.until(), () -> refusedAfter(waits.next().get(), refused))
                : refused;
    }

    /** This reply once it is not waiting any more, after {@code last} was run. */
    default Reply<T> atEnd(Runnable last) {
        if (this instanceof Waits<T> waits) {
            return new Waits<>(waits.until(), () -> waits.next().get().atEnd(last));
        }
        last.run();
        return this;
    }
}
