package org.p2psim.dmabuf;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A lock that one task holds at a time. It stays held while its holder waits. */
public final class Lock {
    private final Kernel kernel;
    private final LockClass lockClass;
    private final String name;
    private @Nullable Task<?> holder;

    public Lock(Kernel kernel, LockClass lockClass, String name) {
        this.kernel = kernel;
        this.lockClass = lockClass;
        this.name = name;
    }

    public LockClass lockClass() {
        return lockClass;
    }

    public String name() {
        return name;
    }

    public Optional<Task<?>> holder() {
        return Optional.ofNullable(holder);
    }

    public boolean isHeldByCurrent() {
        return kernel.current().equals(holder);
    }

    /** Runs something with the lock held; waits while somebody else holds it. */
    public <T> Reply<T> around(Supplier<Reply<T>> body) {
        return around(body, false);
    }

    /** The same with an acquire ticket, which lets a task hold several reservations. */
    public <T> Reply<T> aroundWithTicket(Supplier<Reply<T>> body) {
        return around(body, true);
    }

    private <T> Reply<T> around(Supplier<Reply<T>> body, boolean ticket) {
        if (isHeldByCurrent()) {
            kernel.note(Journal.Action.LOCK_HELD, name, "taken twice by one task");
            return body.get();
        }
        kernel.lockOrder().acquiring(kernel.current(), this, ticket);
        return Reply.after(free(), () -> {
            Task<?> task = kernel.current();
            holder = task;
            task.hold(this);
            return body.get().atEnd(() -> {
                holder = null;
                task.letGo(this);
            });
        });
    }

    private Wait free() {
        return new Wait(Wait.Kind.LOCK, name, () -> holder == null, this::holders);
    }

    private List<String> holders() {
        return holder().map(task -> ImmutableList.of(task.name())).orElseGet(ImmutableList::of);
    }

    /** Notes an operation that needs the lock and does not have it. */
    void mustBeHeld(String operation) {
        if (!isHeldByCurrent()) {
            kernel.note(Journal.Action.LOCK_MISSING, name, operation + " without the lock");
        }
    }

    /** Notes an operation that may take the lock and has it. */
    void mustNotBeHeld(String operation) {
        if (isHeldByCurrent()) {
            kernel.note(Journal.Action.LOCK_HELD, name, operation + " with the lock held");
        }
    }

    @Override
    public String toString() {
        return "%s %s".formatted(lockClass, name);
    }
}
