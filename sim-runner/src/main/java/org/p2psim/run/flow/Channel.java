package org.p2psim.run.flow;

import java.util.Arrays;
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

    /** Place among all channels: of two that decide at one instant the lower goes first. */
    final int rank;

    private final Progress progress;
    private final Pace pace;
    private final Receiver receiver;
    private final ChannelUse use = new ChannelUse();
    private Port[] ports = {};
    private int turn;
    private int sentInTurn;

    /** Credits at hand, and those that are on their way back. */
    private final int[] headers;

    private final int[] data;
    private final boolean[] infinite = new boolean[Receiver.CLASSES];
    private final TimedUnits[] arriving = new TimedUnits[Receiver.CLASSES];
    /** The other direction of a link, on which DLLPs come back; null if credits come back without. */
    private @Nullable Channel reverse;

    /** Where what it sends is noted, if somebody looks for a period. */
    private @Nullable Journal journal;

    private long free;
    /** Whether the last decision found something that is ready and has no credits. */
    private boolean starved;

    Channel(int rank, Progress progress, Pace pace, Credits credits, Receiver receiver) {
        this.rank = rank;
        this.progress = progress;
        this.pace = pace;
        this.receiver = receiver;
        this.headers = new int[] {credits.ph(), credits.nph(), credits.cplh()};
        this.data = new int[] {credits.pd(), credits.npd(), credits.cpld()};
        receiver.belongsTo(this);
        for (int i = 0; i < Receiver.CLASSES; i++) {
            arriving[i] = new TimedUnits();
            infinite[i] = headers[i] == Credits.INFINITE && data[i] == Credits.INFINITE;
        }
    }

    /** DLLPs that acknowledge what this channel carries travel on another. */
    void setReverse(Channel other) {
        reverse = other;
    }

    void note(@Nullable Journal newJournal) {
        journal = newJournal;
    }

    @Nullable Channel reverse() {
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

    /** Lets TLPs come from the buffer of the channel before. */
    void addPort(Receiver before) {
        if (Arrays.stream(ports).noneMatch(port -> port.owner == before)) {
            add(new Port(before, 1));
        }
    }

    /** Some TLPs of a queue go on here. */
    void addQueue(Receiver before, Receiver.Queue queue) {
        for (Port port : ports) {
            if (port.owner == before) {
                port.add(queue);
            }
        }
    }

    /** Lets TLPs start here. */
    void addSource(Input source) {
        Port port = new Port(source, 1);
        port.add(source);
        add(port);
    }

    private void add(Port port) {
        ports = Arrays.copyOf(ports, ports.length + 1);
        ports[ports.length - 1] = port;
    }

    void removeSource(Input source) {
        for (int i = 0; i < ports.length; i++) {
            if (ports[i].owner == source) {
                Port[] others = Arrays.copyOf(ports, ports.length - 1);
                System.arraycopy(ports, i + 1, others, i, others.length - i);
                ports = others;
                if (i == turn) {
                    sentInTurn = 0;
                }
                turn = i < turn ? turn - 1 : turn == ports.length ? 0 : turn;
                return;
            }
        }
    }

    /** Once the DLLPs that are due are sent. */
    void put(State state) {
        state.putTime(free);
        state.put(turn);
        state.put(sentInTurn);
        for (Port port : ports) {
            port.put(state);
        }
        for (int i = 0; i < Receiver.CLASSES; i++) {
            state.put(headers[i]);
            state.put(data[i]);
            state.put(arriving[i]);
        }
        state.put(starved ? 1 : 0);
        receiver.put(state);
    }

    void shift(long ticks) {
        free += ticks;
        for (TimedUnits units : arriving) {
            units.shift(ticks);
        }
        receiver.shift(ticks);
    }

    /** Brings up to date what is otherwise done when it is needed. */
    void settle(long now) {
        sendDllps(now);
        for (int i = 0; i < Receiver.CLASSES; i++) {
            absorb(i, now);
        }
    }

    private void absorb(int tlpClass, long now) {
        TimedUnits returns = arriving[tlpClass];
        while (!returns.isEmpty() && returns.time() <= now) {
            addCredits(tlpClass, returns.headers(), returns.data());
            returns.remove();
        }
    }

    /** Sends what is due and can be sent, and says when it wants to decide next. */
    void decide(long now) {
        sendDllps(now);
        if (free > now) {
            progress.wake(this, free);
            return;
        }
        long retry = Agenda.NEVER;
        starved = false;
        int count = ports.length;
        for (int i = 0; i < count; i++) {
            int index = turn + i < count ? turn + i : turn + i - count;
            Port port = ports[index];
            Input input = port.readyInput(this, now);
            if (input != null) {
                takeTurn(index, port.weight, count);
                send(input, now);
                progress.wake(this, Math.min(nextDecision(now), nextDllp()));
                return;
            }
            retry = Math.min(retry, port.retry());
        }
        progress.wake(this, Math.min(retry, nextDllp()));
    }

    /** When it has to send a DLLP. Where times are known nobody has to be there. */
    private long nextDllp() {
        return reverse == null || progress.knowsTimes() ? Agenda.NEVER : notBefore(free, reverse.receiver.nextDllp());
    }

    private void takeTurn(int index, int weight, int count) {
        sentInTurn = index == turn ? sentInTurn + 1 : 1;
        turn = index;
        if (sentInTurn >= weight) {
            turn = index + 1 < count ? index + 1 : 0;
            sentInTurn = 0;
        }
    }

    private long nextDecision(long now) {
        long next = Agenda.NEVER;
        for (Port port : ports) {
            next = Math.min(next, port.readyAt(this, now));
        }
        return notBefore(free, next);
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
        spend(tlp.tlpClass, dataUnits(tlp, tlp.bytes));
        long ticks = pace.ticks(tlp);
        free = now + ticks;
        int wireBytes = pace.wireBytes(tlp);
        use.add(now, ticks, tlp, wireBytes);
        if (journal != null) {
            journal.sent(this, now, ticks, tlp.payload(), wireBytes);
        }
        if (tlp == head) {
            input.taken(now, free);
        }
        tlp.tail = pace.setsTail() ? ticks : Math.max(tlp.tail, ticks);
        long delay = pace.delay(tlp, now);
        progress.received(receiver, free);
        if (delay == Pace.BLOCKED) {
            progress.free(receiver, tlp, free);
            tlp.path.end().blocked(tlp, free);
        } else {
            progress.forward(this, tlp, now + delay);
        }
    }

    /** Bytes of a TLP that go next: all, unless what lies before this channel sends it on in parts. */
    private static int piece(Tlp tlp) {
        int max = tlp.path.leg(tlp.step).maxPayload();
        return tlp.carriesData() && tlp.bytes > max ? Splitting.nextPart(tlp.address, tlp.bytes, max) : tlp.bytes;
    }

    static int dataUnits(Tlp tlp, int bytes) {
        return tlp.carriesData() ? Credits.dataUnits(bytes) : 0;
    }

    private void spend(int tlpClass, int units) {
        if (headers[tlpClass] != Credits.INFINITE) {
            headers[tlpClass]--;
        }
        if (data[tlpClass] != Credits.INFINITE) {
            data[tlpClass] -= units;
        }
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
        if (hasCredits(tlpClass, units)) {
            return now;
        }
        if (reverse != null) {
            reverse.sendDllps(now);
        }
        absorb(tlpClass, now);
        if (hasCredits(tlpClass, units)) {
            return now;
        }
        starved = true;
        return nextCredits(tlpClass, now);
    }

    boolean hasInfiniteCredits(int tlpClass) {
        return infinite[tlpClass];
    }

    private boolean hasCredits(int tlpClass, int units) {
        return headers[tlpClass] != 0 && (data[tlpClass] == Credits.INFINITE || data[tlpClass] >= units);
    }

    private void addCredits(int tlpClass, int headerUnits, int dataUnits) {
        if (headers[tlpClass] != Credits.INFINITE) {
            headers[tlpClass] += headerUnits;
        }
        if (data[tlpClass] != Credits.INFINITE) {
            data[tlpClass] += dataUnits;
        }
    }

    /** When credits of a class come next, as far as is known. */
    private long nextCredits(int tlpClass, long now) {
        TimedUnits returns = arriving[tlpClass];
        if (!returns.isEmpty()) {
            return returns.time();
        }
        if (reverse == null || !progress.knowsTimes()) {
            return Agenda.NEVER;
        }
        long update = receiver.nextUpdate(tlpClass);
        return update == Agenda.NEVER ? update : Math.max(now, Math.max(update, reverse.free)) + reverse.dllpTicks();
    }

    /** Credits come back, now or later. */
    void creditsArrive(int tlpClass, int headerUnits, int dataUnits, long at) {
        arriving[tlpClass].add(at, headerUnits, dataUnits);
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

    private long dllpTicks() {
        return pace.dllpTicks();
    }

    /** Sends the DLLPs that are due; they go before any TLP. */
    void sendDllps(long now) {
        if (reverse == null) {
            return;
        }
        Receiver owes = reverse.receiver;
        while (owes.nextDllp() <= now && (free <= now || progress.knowsTimes())) {
            free = Math.max(owes.nextDllp(), free) + dllpTicks();
            use.addDllp();
            owes.sendDllp(free);
            progress.busy(this);
        }
    }
}
