package org.p2psim.run.watch;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.p2psim.dmabuf.Reply;
import org.p2psim.outcome.Event;
import org.p2psim.outcome.SgTableOutcome;
import org.p2psim.outcome.TransferOutcome;
import org.p2psim.platform.Errno;

/** Writes down what happens, in the order in which it begins. */
public final class Recorder {
    private final List<Event> events = new ArrayList<>();
    private final List<SgTableOutcome> sgTables = new ArrayList<>();
    private final List<TransferOutcome> transfers = new ArrayList<>();

    /** An operation that did what it says. */
    public int done(long at, String lane, String what, String detail) {
        return add(at, lane, what, Event.Kind.DONE, Optional.empty(), detail);
    }

    /** An operation that was refused: with an errno, or with the status of a work completion in the detail. */
    public int refused(long at, String lane, String what, Optional<Errno> errno, String detail) {
        return add(at, lane, what, Event.Kind.REFUSED, errno, detail);
    }

    /** An operation's reply: done with a detail made of its value, or refused with the reply's reason. */
    public <T> int reply(long at, String lane, String what, Reply<T> reply, Function<T, String> detail) {
        if (reply instanceof Reply.Refused<T> refused) {
            return refused(at, lane, what, Optional.of(refused.errno()), refused.why());
        }
        return done(at, lane, what, detail.apply(((Reply.Done<T>) reply).value()));
    }

    /** Something that followed from an operation. */
    public int effect(long at, String lane, String what, String detail) {
        return add(at, lane, what, Event.Kind.EFFECT, Optional.empty(), detail);
    }

    public int violation(long at, String lane, String what, String detail) {
        return add(at, lane, what, Event.Kind.VIOLATION, Optional.empty(), detail);
    }

    private int add(long at, String lane, String what, Event.Kind kind, Optional<Errno> errno, String detail) {
        events.add(new Event(events.size(), Event.NO_OPERATION, at, at, lane, what, kind, errno, detail));
        return events.size() - 1;
    }

    /** An event that was begun earlier ends now. */
    public void end(int index, long at, String detail) {
        Event begun = events.get(index);
        events.set(
                index,
                new Event(
                        index,
                        begun.operation(),
                        begun.start(),
                        at,
                        begun.lane(),
                        begun.what(),
                        begun.kind(),
                        begun.errno(),
                        detail));
    }

    public void sgTable(SgTableOutcome table) {
        sgTables.add(table);
    }

    public void transfer(TransferOutcome transfer) {
        transfers.add(transfer);
    }

    /** Index of the newest event, -1 before the first one. */
    public int newest() {
        return events.size() - 1;
    }

    /** Index of the newest event of a lane, -1 if there is none. */
    public int newestOf(String lane) {
        for (int i = events.size() - 1; i >= 0; i--) {
            if (events.get(i).lane().equals(lane)) {
                return i;
            }
        }
        return -1;
    }

    public ImmutableList<Event> events() {
        return ImmutableList.copyOf(events);
    }

    public ImmutableList<SgTableOutcome> sgTables() {
        return ImmutableList.copyOf(sgTables);
    }

    public ImmutableList<TransferOutcome> transfers() {
        return ImmutableList.copyOf(transfers);
    }
}
