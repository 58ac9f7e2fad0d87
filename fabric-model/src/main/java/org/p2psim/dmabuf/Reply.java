package org.p2psim.dmabuf;

import java.util.function.Function;
import org.p2psim.platform.Errno;

/** What an operation answers: a value, or an errno with its reason. */
public sealed interface Reply<T> {

    record Done<T>(T value) implements Reply<T> {}

    /** @param why the check that refused, in a sentence */
    record Refused<T>(Errno errno, String why) implements Reply<T> {}

    static <T> Reply<T> done(T value) {
        return new Done<>(value);
    }

    static <T> Reply<T> refused(Errno errno, String why) {
        return new Refused<>(errno, why);
    }

    /** The reply of a following operation, or this refusal. */
    default <U> Reply<U> then(Function<T, Reply<U>> next) {
        if (this instanceof Refused<T> refused) {
            return refused(refused.errno(), refused.why());
        }
        return next.apply(((Done<T>) this).value());
    }
}
