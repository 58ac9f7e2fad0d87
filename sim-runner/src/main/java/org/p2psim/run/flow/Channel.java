package org.p2psim.run.flow;

import org.jspecify.annotations.Nullable;
import org.p2psim.transaction.Credits;
import org.p2psim.transaction.Splitting;

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

    private final AvailableCredits credits;
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
    /** Whether the last decision found something that is ready and has no credits. */
    private boolean starved;

    /**
     * @param ackLatency ticks from a TLP to its Ack
     * @param updateLatency ticks from a free credit to its UpdateFC
     */
    Channel(int rank, Progress progress, Pace pace, Credits credits, long ackLatency, long updateLatency) {
        this.rank = rank;
        this.progress = progress;
        this.pace = pace;
        this.receiver = new Receiver(this, progress, ackLatency, updateLatency);
        this.credits = new AvailableCredits(credits);
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
        credits.put(state);
        state.put(starved ? 1 : 0);
        state.put(sentLast ? 1 : 0);
        pace.put(state);
        receiver.put(state);
    }

    void shift(long ticks, long periods, State state) {
        pace.shift(ticks, periods, state);
        free += ticks;
        credits.shift(ticks);
        receiver.shift(ticks);
    }

    /** Takes the credits that have come back, as is otherwise done when they are needed. */
    void absorb(long now) {
        credits.absorb(now);
    }

    /** Sends what is due and can be sent, and says when it wants to decide next. */
    void decide(long now) {
        sendDllps(now);
        if (free > now) {
            progress.wake(this, free);
            return;
        }
        starved = false;
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
        for (int i = 0; input != null && i < MOST_AHEAD && time < horizon && hasCredits(input.head()); i++) {
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
        credits.spend(tlpClass, count, count * dataUnits);
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
        int bytes = piece(head);
        if (bytes < head.bytes) {
            tlp = progress.cut(head, bytes);
        }
        credits.spend(tlp.tlpClass, 1, tlp.dataUnits);
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
        tlp.tail = setsTail ? ticks : Math.max(ticks, tailAfter(tlp, begin + Math.max(0, delay)));
        progress.received(receiver, free);
        if (delay == Pace.BLOCKED) {
            long tail = receiver.freedAt(tlp.tlpClass, begin + tlp.tail);
            progress.free(receiver, tlp, tail);
            tlp.path.end().blocked(tlp, tail);
        } else {
            progress.forward(this, tlp, begin + delay);
        }
    }

    /** How far the tail is behind a head that has waited until now: it has been coming in all the time. */
    private static long tailAfter(Tlp tlp, long now) {
        return tlp.tail - (now - tlp.eligible);
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

    /** Bytes of a TLP that go next: all, unless what lies before this channel sends it on in parts. */
    private static int piece(Tlp tlp) {
        int max = tlp.leg.maxPayload();
        return tlp.payload > max ? Splitting.nextPart(tlp.address, tlp.bytes, max) : tlp.bytes;
    }

    private static int dataUnits(Tlp tlp, int bytes) {
        return bytes == tlp.bytes ? tlp.dataUnits : Credits.dataUnits(tlp.kind.dataBytes(tlp.address, bytes));
    }

    /**
     * When there are credits for a TLP: {@code now} or earlier if there are, later if it is known when there will be
     * at the earliest, {@link Agenda#NEVER} if it is not.
     */
    long creditsAt(Tlp tlp, long now) {
        int tlpClass = tlp.tlpClass;
        if (hasInfiniteCredits(tlpClass)) {
            return now;
        }
        int units = dataUnits(tlp, piece(tlp));
        if (credits.suffice(tlpClass, units)) {
            return now;
        }
        if (reverse != null) {
            reverse.sendDllps(now);
        }
        credits.absorb(tlpClass, now);
        if (credits.suffice(tlpClass, units)) {
            return now;
        }
        starved = true;
        return nextCredits(tlpClass, now);
    }

    /**
     * When there are credits for a TLP; only if all that it depends on is known up to the horizon.
     *
     * @return at or after {@code from}; some time at or after the horizon if there are none before it
     */
    long affordableAt(int tlpClass, int units, long from, long horizon) {
        long at = from;
        starved = false;
        while (at < horizon) {
            if (reverse != null) {
                reverse.sendDllps(at);
            }
            credits.absorb(tlpClass, at);
            if (credits.suffice(tlpClass, units)) {
                return at;
            }
            at = nextCredits(tlpClass, at);
        }
        starved = at > from;
        return at;
    }

    /** For how many TLPs alike there are credits. */
    int affordable(int tlpClass, int units) {
        return credits.count(tlpClass, units);
    }

    boolean hasInfiniteCredits(int tlpClass) {
        return credits.areInfinite(tlpClass);
    }

    private boolean hasCredits(Tlp tlp) {
        return hasInfiniteCredits(tlp.tlpClass) || credits.suffice(tlp.tlpClass, dataUnits(tlp, piece(tlp)));
    }

    /** When credits of a class come next, as far as is known. */
    private long nextCredits(int tlpClass, long now) {
        long arrival = credits.nextArrival(tlpClass);
        if (arrival != Agenda.NEVER || reverse == null || !knowsTimes) {
            return arrival;
        }
        long update = receiver.nextUpdate(tlpClass);
        return update == Agenda.NEVER ? update : Math.max(now, Math.max(update, reverse.free)) + reverse.dllpDelay;
    }

    /** Credits come back, now or later. */
    void creditsArrive(int tlpClass, int headerUnits, int dataUnits, long at) {
        credits.comeBack(tlpClass, headerUnits, dataUnits, at);
        if (starved) {
            progress.poke(this, at);
        }
    }

    /** Credits of a class are free at the receiver, and so will be here; with known times only. */
    void creditsFreed(int tlpClass, long now) {
        if (starved) {
            progress.poke(this, nextCredits(tlpClass, now));
        }
    }

    /** Whether no TLP is in the buffer or holds a credit. */
    boolean isAtRest() {
        return receiver.isEmpty() && credits.areComplete(receiver);
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
}
