package org.p2psim.run.watch;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.p2psim.dmabuf.Wait;
import org.p2psim.outcome.Event;
import org.p2psim.outcome.InFlightOutcome;
import org.p2psim.outcome.SgTableOutcome;
import org.p2psim.outcome.TransferOutcome;
import org.p2psim.outcome.WaitOutcome;
import org.p2psim.platform.Errno;

/** Writes down what happens, in the order in which it begins. */
public final class Recorder {
    private final List<Event> events = new ArrayList<>();
    private final List<SgTableOutcome> sgTables = new ArrayList<>();
    private final List<TransferOutcome> transfers = new ArrayList<>();
    private final List<WaitOutcome> waits = new ArrayList<>();
    private final List<InFlightOutcome> inFlight = new ArrayList<>();
    private int operation = Event.NO_OPERATION;

    /** An operation that did what it says. */
    public int done(long at, String lane, String what, String detail) {
        return add(at, lane, what, Event.Kind.DONE, Optional.empty(), detail);
    }

    /** An operation that was refused: with an errno, or with the status of a work completion in the detail. */
    public int refused(long at, String lane, String what, Optional<Errno> errno, String detail) {
        return add(at, lane, what, Event.Kind.REFUSED, errno, detail);
    }

    /** Something that followed from an operation. */
    public int effect(long at, String lane, String what, String detail) {
        return add(at, lane, what, Event.Kind.EFFECT, Optional.empty(), detail);
    }

    public int violation(long at, String lane, String what, String detail) {
        return add(at, lane, what, Event.Kind.VIOLATION, Optional.empty(), detail);
    }

    private int add(long at, String lane, String what, Event.Kind kind, Optional<Errno> errno, String detail) {
        return add(at, lane, what, kind, errno, detail, operation);
    }

    private int add(
            long at, String lane, String what, Event.Kind kind, Optional<Errno> errno, String detail, int cause) {
        events.add(new Event(events.size(), cause, at, at, lane, what, kind, errno, detail));
        return events.size() - 1;
    }

    /** From here on, events are caused by this line of the timeline if nothing else is said. */
    public void causedBy(int line) {
        operation = line;
    }

    /** A line of the timeline that has begun; {@link #end} and {@link #refused(int, long, Optional, String)} say how it ends. */
    public int done(long at, String lane, String what, String detail, int cause) {
        return add(at, lane, what, Event.Kind.DONE, Optional.empty(), detail, cause);
    }

    /** Something that followed from a line of the timeline. */
    public int effect(long at, String lane, String what, String detail, int cause) {
        return add(at, lane, what, Event.Kind.EFFECT, Optional.empty(), detail, cause);
    }

    /** An event that was begun earlier ends now. */
    public void end(int index, long at, String detail) {
        Event begun = events.get(index);
        end(index, at, begun.kind(), begun.errno(), detail);
    }

    private void end(int index, long at, Event.Kind kind, Optional<Errno> errno, String detail) {
        Event begun = events.get(index);
        events.set(
                index,
                new Event(
                        index, begun.operation(), begun.start(), at, begun.lane(), begun.what(), kind, errno, detail));
    }

    /** A line of the timeline ends refused. */
    public void refused(int index, long at, Optional<Errno> errno, String why) {
        end(index, at, Event.Kind.REFUSED, errno, why);
    }

    /** Somebody begins to wait; the number tells his wait from others. */
    public int waits(long at, String lane, int cause, Wait wait) {
        int event = add(at, lane, "waits", Event.Kind.WAIT, Optional.empty(), wait.what(), cause);
        waits.add(new WaitOutcome(event, wait.kind(), wait.blockers(), false));
        return waits.size() - 1;
    }

    /** A wait is over. */
    public void waited(int number, long at) {
        WaitOutcome wait = waits.get(number);
        waits.set(number, new WaitOutcome(wait.event(), wait.kind(), wait.blockers(), true));
        end(wait.event(), at, events.get(wait.event()).detail());
    }

    /** A wait will never be over, because of these. */
    public void waitsForEver(int number, long at, List<String> blockers) {
        WaitOutcome wait = waits.get(number);
        waits.set(number, new WaitOutcome(wait.event(), wait.kind(), blockers, false));
        end(wait.event(), at, events.get(wait.event()).detail());
    }

    public void inFlight(InFlightOutcome found) {
        inFlight.add(found);
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

    /** The event of that index, as it is now. */
    public Event event(int index) {
        return events.get(index);
    }

    /** Waits that took time, and those that are not over. */
    public ImmutableList<WaitOutcome> waits() {
        return waits.stream()
                .filter(wait -> !wait.finished()
                        || event(wait.event()).end() > event(wait.event()).start())
                .collect(ImmutableList.toImmutableList());
    }

    public ImmutableList<InFlightOutcome> inFlight() {
        return ImmutableList.copyOf(inFlight);
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
