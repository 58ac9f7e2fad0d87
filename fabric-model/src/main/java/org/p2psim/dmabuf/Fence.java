package org.p2psim.dmabuf;

/** Something that will be over: a copy, or accesses that cannot be stopped ({@code dma_fence}). */
public final class Fence {
    private final String name;
    private final Runnable onSignal;
    private boolean signalled;

    public Fence(String name) {
        this(name, () -> {});
    }

    /** @param onSignal run once, when it is over */
    public Fence(String name, Runnable onSignal) {
        this.name = name;
        this.onSignal = onSignal;
    }

    public String name() {
        return name;
    }

    public boolean isSignalled() {
        return signalled;
    }

    /** It is over; signalling twice does nothing. {@link Kernel#poll} then lets those go on who waited. */
    public void signal() {
        if (!signalled) {
            signalled = true;
            onSignal.run();
        }
    }
}
