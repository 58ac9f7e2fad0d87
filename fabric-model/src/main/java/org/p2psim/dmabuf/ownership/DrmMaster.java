package org.p2psim.dmabuf.ownership;

import com.google.common.collect.ImmutableSet;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import org.p2psim.dmabuf.Bug;
import org.p2psim.dmabuf.Kernel;
import org.p2psim.dmabuf.Reply;
import org.p2psim.platform.Errno;

/**
 * Exclusive ownership of a device as old DRM had it, and as Vetter proposed it in September 2021: on drop everything
 * that can be revoked is revoked; whatever cannot keeps an owner reference, so that nobody can become owner until an
 * administrator has ended those who hold it.
 */
public final class DrmMaster {
    private final Kernel kernel;
    private final Set<String> holders = new LinkedHashSet<>();
    private Optional<String> owner = Optional.empty();

    public DrmMaster(Kernel kernel) {
        this.kernel = kernel;
    }

    public Optional<String> owner() {
        return owner;
    }

    /** What keeps the last owner: objects that cannot be revoked. */
    public ImmutableSet<String> holders() {
        return ImmutableSet.copyOf(holders);
    }

    /** {@code DRM_IOCTL_SET_MASTER}. */
    public Reply<String> become(String user) {
        if (owner.isPresent() && !owner.get().equals(user)) {
            return Reply.refused(Errno.EBUSY, owner.get() + " is the owner");
        }
        if (owner.isEmpty() && !holders.isEmpty()) {
            return Reply.refused(Errno.EBUSY, "%s cannot be revoked and keeps its owner".formatted(holders));
        }
        owner = Optional.of(user);
        return Reply.done(user);
    }

    /** Any ioctl of the device: only the owner's are let through. */
    public Reply<String> ioctl(String user) {
        return owner.equals(Optional.of(user))
                ? Reply.done(user)
                : Reply.refused(Errno.EPERM, user + " is not the owner");
    }

    /** Something of the owner's that an importer holds and that cannot be revoked. */
    public void holds(String object) {
        if (!kernel.has(Bug.NO_OWNER_REFERENCE)) {
            holders.add(object);
        }
    }

    /** Its last holder has let go, or was ended. */
    public void letsGo(String object) {
        holders.remove(object);
    }

    /** {@code DRM_IOCTL_DROP_MASTER}, or the owner closes the device; the caller revokes what can be revoked. */
    public void drop() {
        owner = Optional.empty();
    }
}
