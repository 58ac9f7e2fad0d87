package org.p2psim.run.replay;

import java.util.Optional;
import org.p2psim.dmabuf.Reply;
import org.p2psim.platform.Errno;

/**
 * An object that the timeline made, or tried to make.
 *
 * @param object the object, if it was made
 * @param errno why it was not
 */
public record UserObject<T>(Optional<T> object, Optional<Errno> errno) {
    static <T> UserObject<T> of(Reply<T> reply) {
        if (reply instanceof Reply.Refused<T> refused) {
            return new UserObject<>(Optional.empty(), Optional.of(refused.errno()));
        }
        return new UserObject<>(Optional.of(((Reply.Done<T>) reply).value()), Optional.empty());
    }
}
