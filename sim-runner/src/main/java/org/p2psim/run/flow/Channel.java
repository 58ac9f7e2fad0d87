package org.p2psim.run.flow;

import org.jspecify.annotations.Nullable;
import org.p2psim.transaction.Credits;

/**
 * One thing that TLPs pass one after the other, in one direction: a link, a connection of sockets, an IOMMU, a limit
 * inside a root complex. The sending end serves its ports in turn, as long as the receiving end has room (flow-control
 * credits); a TLP takes the channel for as long as its pace says.
 *
 * <p>A decision at an instant looks only at what has happened until then; among ports that are ready at one instant
 * the turn decides, never who came first. So it does not matter which events have led to a decision.
 */
final class Channel {
    static final int POSTED = 0;
    static final int NON_POSTED = 1;
    static final int COMPLETION = 2;

    /** TLPs that it sends at most before others follow: what is kept for them stays small. */
    private static final int MOST_AHEAD = 32;

    /** Place among all channels: of two that decide at one instant the lower goes first. */
    final int rank;

    private final Progress progress;
    private final Pace pace;
    private final Receiver receiver;
    private final ChannelUse use = new ChannelUse();
    private final boolean knowsTimes;
    private final boolean setsTail;
    private final long dllpTicks;
    /** From the sending of a DLLP to its arrival. Never at once: whoever decides at that instant does not know of it. */
    private final long dllpDelay;

    private final PortArbiter ports = new PortArbiter();

    private final CreditGate gate;
    /** The other direction of a link, on which DLLPs come back; null if credits come back without. */
    private @Nullable Channel reverse;

    /** One with a buffer of its own that has the same rate, for both together; null if its rate is all its own. */
    private @Nullable Channel sharer;
    /** Whether it has sent after the one that it shares its rate with. */
    private boolean sentLast;

    /** What goes wrong on it, if anything does. */
    private @Nullable LinkErrors errors;
    /** Where what it sends is noted, if somebody looks for a period. */
    private @Nullable Journal journal;

    private long free;

    /**
     * @param ackLatency ticks from a TLP to its Ack
     * @param updateLatency ticks from a free credit to its UpdateFC
     */
    Channel(int rank, Progress progress, Pace pace, Credits credits, long ackLatency, long updateLatency) {
        this.rank = rank;
        this.progress = progress;
        this.pace = pace;
        this.receiver = new Receiver(this, progress, ackLatency, updateLatency);
        this.gate = new CreditGate(this, progress, credits);
        this.knowsTimes = progress.knowsTimes();
        this.setsTail = pace.setsTail();
        this.dllpTicks = pace.dllpTicks();
        this.dllpDelay = Math.max(1, dllpTicks);
    }

    /** DLLPs that acknowledge what this channel carries travel on another. */
    void setReverse(Channel other) {
        reverse = other;
    }

    /** Two that do not wait for each other's room, and take turns at one rate. */
    void shareRate(Channel other) {
        sharer = other;
        other.sharer = this;
        other.free = free;
    }

    @Nullable
    Channel sharer() {
        return sharer;
    }

    void note(@Nullable Journal newJournal) {
        journal = newJournal;
    }

    void setErrors(LinkErrors itsErrors) {
        errors = itsErrors;
    }

    @Nullable
    Channel reverse() {
        return reverse;
    }

    Receiver receiver() {
        return receiver;
    }

    Pace pace() {
        return pace;
    }

    CreditGate gate() {
        return gate;
    }

    ChannelUse use() {
        return use;
    }

    /** From when on it can send the next TLP, ticks. */
    long free() {
        return free;
    }

    PortArbiter ports() {
        return ports;
    }

    /** Once the DLLPs that are due are sent. */
    void put(State state) {
        state.putTime(free);
        ports.put(state);
        gate.put(state);
        state.put(sentLast ? 1 : 0);
        pace.put(state);
        receiver.put(state);
    }

    void shift(long ticks, long periods, State state) {
        pace.shift(ticks, periods, state);
        free += ticks;
        gate.shift(ticks);
        receiver.shift(ticks);
    }

    /** Sends what is due and can be sent, and says when it wants to decide next. */
    void decide(long now) {
        sendDllps(now);
        if (free > now) {
            progress.wake(this, free);
            return;
        }
        gate.decidesAnew();
        if (isTurnOfSharer(now)) {
            progress.wake(this, Agenda.NEVER);
            return;
        }
        Input input = ports.next(this, now);
        if (input == null) {
            progress.wake(this, Math.min(ports.retry(), nextDllp()));
            return;
        }
        send(input, now);
        if (input.keepsTurn()) {
            ports.keepTurn();
        }
        long next = runAhead(ports.readyAt(this, now, free));
        progress.wake(this, Math.min(next, nextDllp()));
    }

    /** Lets the channel that shares the rate go first if it can, and has not been the last. */
    private boolean isTurnOfSharer(long now) {
        if (sharer == null || !sentLast || !sharer.ports.isReady(sharer, now)) {
            return false;
        }
        progress.poke(sharer, now);
        return true;
    }

    private void takeRate() {
        if (sharer != null) {
            sentLast = true;
            sharer.sentLast = false;
            sharer.free = free;
            progress.poke(sharer, free);
        }
    }

    /**
     * Sends more, as long as nobody else has a part in it and the credits at hand suffice; others may be behind then,
     * which they cannot tell.
     *
     * @param first when it decides next
     * @return when it decides next after that
     */
    private long runAhead(long first) {
        long horizon = ports.hasOnePort() ? progress.horizon() : 0;
        if (first >= horizon) {
            return first;
        }
        Convoy convoy = progress.convoy(this);
        if (convoy != null) {
            return convoy.runAhead(first, horizon);
        }
        if (!isAlone() || progress.goesByTheClock(this)) {
            return first;
        }
        Input input = ports.onlyInput();
        long time = first;
        for (int i = 0; input != null && i < MOST_AHEAD && time < horizon && gate.lets(input.head()); i++) {
            progress.runAheadTo(time);
            sendOnly(input, time);
            time = notBefore(free, input.readyAt(this, time));
        }
        return time;
    }

    /** Whether it has one input, which depends on nobody else, and need not send DLLPs for the other direction. */
    boolean isAlone() {
        Input input = ports.onlyInput();
        return input != null
                && sharer == null
                && (reverse == null || (!reverse.ports.hasPorts() && reverse.receiver.nextDllp() == Agenda.NEVER))
                && input.isUndisturbed();
    }

    /** Sends from its only input. */
    void sendOnly(Input input, long now) {
        ports.takeTurns(1);
        send(input, now);
    }

    /** Whether it has only this input, and no DLLP to send for the other direction. */
    boolean servesOnly(Input input) {
        return ports.onlyInput() == input && (reverse == null || reverse.receiver.nextDllp() == Agenda.NEVER);
    }

    /** Whether how long it takes depends on the sizes of TLPs alone, it sets their tails, and it holds up none. */
    boolean isPlain() {
        return setsTail && errors == null;
    }

    /** It has sent TLPs that are alike, from its only input. */
    void sentAlike(int tlpClass, int count, int dataUnits, long newFree) {
        ports.takeTurns(count);
        gate.pass(tlpClass, count, count * dataUnits);
        free = newFree;
    }

    /** When it has to send a DLLP. Where times are known nobody has to be there. */
    private long nextDllp() {
        return reverse == null || knowsTimes ? Agenda.NEVER : notBefore(free, reverse.receiver.nextDllp());
    }

    private static long notBefore(long earliest, long time) {
        return time == Agenda.NEVER ? time : Math.max(time, earliest);
    }

    private void send(Input input, long now) {
        Tlp head = input.head();
        Tlp tlp = head;
        int bytes = head.piece();
        if (bytes < head.bytes) {
            tlp = progress.cut(head, bytes);
        }
        gate.pass(tlp.tlpClass, 1, tlp.dataUnits);
        long ticks = pace.ticks(tlp);
        long begin = now + replays(ticks);
        free = begin + ticks;
        takeRate();
        int wireBytes = pace.wireBytes(tlp);
        use.add(begin, ticks, tlp, wireBytes);
        if (journal != null) {
            journal.sent(this, begin, ticks, tlp.payload, wireBytes);
        }
        if (tlp == head) {
            input.taken(now, free);
        }
        long delay = pace.delay(tlp, begin);
        tlp.tail = setsTail ? ticks : Math.max(ticks, tlp.tailAfter(begin + Math.max(0, delay)));
        progress.received(receiver, free);
        if (delay == Pace.BLOCKED) {
            long tail = receiver.freedAt(tlp.tlpClass, begin + tlp.tail);
            progress.free(receiver, tlp, tail);
            tlp.path.end().blocked(tlp, tail);
        } else {
            progress.forward(this, tlp, begin + delay);
        }
    }

    /** How long the link is taken by attempts at a TLP that fail. */
    private long replays(long ticks) {
        if (errors == null) {
            return 0;
        }
        int failures = errors.failures(use.tlps());
        use.addReplays(failures);
        return errors.delay(failures, ticks);
    }

    /** Whether it treats TLPs alike that are alike but for their time and address. */
    boolean repeats() {
        return errors == null && pace.repeats();
    }

    /** Whether no TLP is in the buffer or holds a credit. */
    boolean isAtRest() {
        return receiver.isEmpty() && gate.isComplete();
    }

    /** Sends the DLLPs that are due; they go before any TLP. */
    void sendDllps(long now) {
        if (reverse == null) {
            return;
        }
        Receiver owes = reverse.receiver;
        while (owes.nextDllp() <= now && (free <= now || knowsTimes)) {
            long start = Math.max(owes.nextDllp(), free);
            free = start + dllpTicks;
            if (dllpTicks > 0) {
                use.addDllp();
            }
            owes.sendDllp(start + dllpDelay);
            progress.busy(this);
        }
    }
    /** When a DLLP that is due at a time is at the other end, as far as is known. */
    long dllpArrival(long due, long now) {
        return Math.max(now, Math.max(due, free)) + dllpDelay;
    }
}
