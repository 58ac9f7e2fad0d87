package org.p2psim.dmabuf;

/** The end of a wait that gives up; whoever has the time says when. */
public final class Timeout {
    private final int cause;
    private boolean expired;

    /** @param cause as the journal calls the reason of whoever waits */
    public Timeout(int cause) {
        this.cause = cause;
    }

    public int cause() {
        return cause;
    }

    public void expire() {
        expired = true;
    }

    public boolean isExpired() {
        return expired;
    }
}
