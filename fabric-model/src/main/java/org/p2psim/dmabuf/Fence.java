package org.p2psim.dmabuf;

import java.util.ArrayList;
import java.util.List;

/** Something that will be over: a copy, or accesses that cannot be stopped ({@code dma_fence}). */
public final class Fence {
    private final String name;
    private final List<Runnable> callbacks = new ArrayList<>();
    private boolean signalled;

    public Fence(String name) {
        this(name, () -> {});
    }

    /** @param onSignal run once, when it is over */
    public Fence(String name, Runnable onSignal) {
        this.name = name;
        callbacks.add(onSignal);
    }

    public String name() {
        return name;
    }

    public boolean isSignalled() {
        return signalled;
    }

    /** {@code dma_fence_add_callback()}; the fence is not signalled. */
    void whenSignalled(Runnable callback) {
        callbacks.add(callback);
    }

    /** It is over; signalling twice does nothing. {@link Kernel#poll} then lets those go on who waited. */
    public void signal() {
        if (!signalled) {
            signalled = true;
            callbacks.forEach(Runnable::run);
        }
    }
}
