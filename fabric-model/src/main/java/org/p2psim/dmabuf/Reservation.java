package org.p2psim.dmabuf;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.p2psim.platform.Errno;

/** {@code dma_resv}: the lock of a buffer, and the fences of what is under way with it. */
public final class Reservation {
    private final Kernel kernel;
    private final String name;
    private final Lock lock;
    private final List<Entry> entries = new ArrayList<>();

    private record Entry(Fence fence, FenceUsage usage) {}

    public Reservation(Kernel kernel, String name) {
        this.kernel = kernel;
        this.name = name;
        this.lock = new Lock(kernel, LockClass.DMA_RESV, name);
    }

    public Lock lock() {
        return lock;
    }

    /** Adds a fence; the lock must be held. */
    public void add(Fence fence, FenceUsage usage) {
        lock.mustBeHeld("dma_resv_add_fence");
        entries.removeIf(entry -> entry.fence().isSignalled());
        entries.add(new Entry(fence, usage));
        kernel.note(Journal.Action.FENCE, name, "%s, %s".formatted(fence.name(), usage));
    }

    /** The fences of a class and of those before it that are not signalled. */
    public ImmutableList<Fence> pending(FenceUsage usage) {
        FenceUsage last = usage.in(kernel.core());
        return entries.stream()
                .filter(entry -> entry.usage().in(kernel.core()).compareTo(last) <= 0)
                .map(Entry::fence)
                .filter(fence -> !fence.isSignalled())
                .collect(ImmutableList.toImmutableList());
    }

    /** {@code dma_resv_wait_timeout()} without a timeout, then what follows. */
    public <T> Reply<T> whenSignalled(FenceUsage usage, Supplier<Reply<T>> next) {
        return Reply.after(fences(usage, false), next);
    }

    /** The same for a wait that a signal ends: {@code -ERESTARTSYS}, which user space sees as {@code -EINTR}. */
    public <T> Reply<T> whenSignalledOrInterrupted(FenceUsage usage, Supplier<Reply<T>> next) {
        Wait wait = fences(usage, true);
        return Reply.after(
                wait,
                () -> wait.isOver()
                        ? next.get()
                        : Reply.refused(Errno.EINTR, "a signal came before " + wait.what() + " were signalled"));
    }

    private Wait fences(FenceUsage usage, boolean interruptible) {
        return new Wait(
                Wait.Kind.FENCES,
                "the %s fences of %s".formatted(usage, name),
                () -> pending(usage).isEmpty(),
                () -> pending(usage).stream().map(Fence::name).toList(),
                interruptible);
    }
}
