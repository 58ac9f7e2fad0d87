package org.p2psim.run.kernel;

import com.google.common.collect.ImmutableSet;
import java.util.Optional;
import java.util.OptionalLong;
import org.p2psim.dmabuf.Poll;
import org.p2psim.platform.Errno;

/** A line of the timeline that was begun, and how it ended, if it has. */
public final class Line {
    private final int operation;
    private final String lane;
    private final String what;
    private int event = -1;
    private long start;
    private OptionalLong end = OptionalLong.empty();
    private boolean refused;
    private Optional<Errno> errno = Optional.empty();
    private Optional<ImmutableSet<Poll.Event>> gives = Optional.empty();

    /**
     * Not begun.
     *
     * @param operation its number in the timeline
     * @param lane what it is done to
     */
    public Line(int operation, String lane, String what) {
        this.operation = operation;
        this.lane = lane;
        this.what = what;
    }

    void begun(long at, int itsEvent) {
        start = at;
        event = itsEvent;
    }

    void over(long at, boolean wasRefused, Optional<Errno> itsErrno) {
        end = OptionalLong.of(at);
        refused = wasRefused;
        errno = itsErrno;
    }

    /** It was a poll, and returned these. */
    public void gives(ImmutableSet<Poll.Event> events) {
        gives = Optional.of(events);
    }

    /** As its thread is called. */
    public String name() {
        return what + " " + lane;
    }

    public int operation() {
        return operation;
    }

    public String lane() {
        return lane;
    }

    public String what() {
        return what;
    }

    /** Index of its event. */
    public int event() {
        return event;
    }

    /** Ticks. */
    public long start() {
        return start;
    }

    /** Ticks; empty while it waits. */
    public OptionalLong end() {
        return end;
    }

    public boolean isRefused() {
        return refused;
    }

    /** What it returned, if it is a poll that was not refused. */
    public Optional<ImmutableSet<Poll.Event>> gives() {
        return gives;
    }

    /** The errno that it was refused with. */
    public Optional<Errno> errno() {
        return errno;
    }
}
