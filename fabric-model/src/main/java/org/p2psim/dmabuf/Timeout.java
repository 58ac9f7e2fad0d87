package org.p2psim.dmabuf;

/** The end of a wait that gives up; whoever has the time says when. */
public final class Timeout {
    private boolean expired;

    public void expire() {
        expired = true;
    }

    public boolean isExpired() {
        return expired;
    }
}
