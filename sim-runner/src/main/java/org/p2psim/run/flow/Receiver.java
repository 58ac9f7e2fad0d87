package org.p2psim.run.flow;

import org.jspecify.annotations.Nullable;

/**
 * The receiving end of a channel: the buffer with its three queues, and the DLLPs that it owes the sender, which
 * travel on the channel of the other direction.
 *
 * <p>An UpdateFC is due one UpdateFC latency of the link after the first credit of its class that it brings back, an Ack
 * one Ack latency limit after the first TLP that it acknowledges (PCIe base specification 5.0, 2.6.1.2 and 3.6.3.1);
 * each stands for all that is there when it is due. Of DLLPs due at one instant the Ack goes first, then posted,
 * non-posted and completion credits.
 */
final class Receiver {
    static final int CLASSES = 3;
    private static final int ACK = -1;

    private final Progress progress;
    private final Queue[] queues = new Queue[CLASSES];
    /** Of each class what the UpdateFCs that are not sent yet bring back, and when the first credit of each was free. */
    private final TimedUnits[] freed = new TimedUnits[CLASSES];

    private final long[] lastFreed = new long[CLASSES];
    /** When the first TLP came of each Ack that is to follow the one that is due. */
    private final LongRing received = new LongRing();

    private final long ackLatency;
    private final long updateLatency;

    private final Channel channel;
    private long sequence;
    private long ackDue = Agenda.NEVER;
    private long nextDllp = Agenda.NEVER;
    private int nextKind;

    /**
     * @param channel whose receiving end this is
     * @param ackLatency ticks from a TLP to its Ack
     * @param updateLatency ticks from a free credit to its UpdateFC
     */
    Receiver(Channel channel, Progress progress, long ackLatency, long updateLatency) {
        this.channel = channel;
        this.progress = progress;
        this.ackLatency = ackLatency;
        this.updateLatency = updateLatency;
        for (int i = 0; i < CLASSES; i++) {
            queues[i] = new Queue(i);
            freed[i] = new TimedUnits();
        }
    }

    Channel channel() {
        return channel;
    }

    Queue queue(int tlpClass) {
        return queues[tlpClass];
    }

    /** A TLP has come that goes on to a channel. */
    void enqueue(Tlp tlp, Channel next) {
        Queue queue = queues[tlp.tlpClass];
        if (queue.lastNext != next) {
            queue.lastNext = next;
            next.ports().addQueue(this, queue);
        }
        tlp.next = next;
        tlp.sequence = sequence++;
        queue.tlps.add(tlp);
    }

    /** Credits return in the order in which TLPs of a class leave: one that leaves late holds up those behind it. */
    long freedAt(int tlpClass, long at) {
        lastFreed[tlpClass] = Math.max(lastFreed[tlpClass], at);
        return lastFreed[tlpClass];
    }

    /** The credits of one TLP are free again. */
    void addFreed(int tlpClass, int dataUnits, long at) {
        if (channel.gate().hasInfinite(tlpClass)) {
            return;
        }
        if (channel.reverse() == null) {
            channel.gate().arrive(tlpClass, 1, dataUnits, at);
        } else {
            TimedUnits units = freed[tlpClass];
            if (at <= updated(tlpClass)) {
                units.addToNewest(1, dataUnits);
                return;
            }
            if (units.isEmpty()) {
                owe(at + updateLatency, tlpClass);
            }
            units.add(at, 1, dataUnits);
        }
    }

    /** Credits that become free together with others: in time for the same UpdateFC. */
    void addFreedTogether(int tlpClass, int headerUnits, int dataUnits) {
        if (headerUnits > 0 && !channel.gate().hasInfinite(tlpClass)) {
            freed[tlpClass].addToNewest(headerUnits, dataUnits);
        }
    }

    /** The last time at which a credit that becomes free after all others goes with them. */
    long updated(int tlpClass) {
        if (channel.gate().hasInfinite(tlpClass)) {
            return Agenda.NEVER;
        }
        TimedUnits units = freed[tlpClass];
        return units.isEmpty() ? -1 : units.newest() + updateLatency;
    }

    /** The last time at which a TLP that comes after all others is acknowledged with them. */
    long acknowledged() {
        if (channel.reverse() == null) {
            return Agenda.NEVER;
        }
        return ackDue == Agenda.NEVER ? -1 : received.isEmpty() ? ackDue : received.newest() + ackLatency;
    }

    void addReceived(long at) {
        if (channel.reverse() == null) {
            return;
        }
        if (ackDue == Agenda.NEVER) {
            ackDue = at + ackLatency;
            owe(ackDue, ACK);
        } else if (at > acknowledged()) {
            received.add(at);
        }
    }

    /** When the next DLLP is due, as far as is known; {@link Agenda#NEVER} if none is. */
    long nextDllp() {
        return nextDllp;
    }

    /** When the next UpdateFC of a class is due, as far as is known. */
    long nextUpdate(int tlpClass) {
        TimedUnits units = freed[tlpClass];
        return units.isEmpty() ? Agenda.NEVER : units.time() + updateLatency;
    }

    private void owe(long due, int kind) {
        if (due < nextDllp || (due == nextDllp && kind < nextKind)) {
            nextDllp = due;
            nextKind = kind;
        }
    }

    private void findNextDllp() {
        nextDllp = ackDue;
        nextKind = ACK;
        for (int i = 0; i < CLASSES; i++) {
            long due = nextUpdate(i);
            if (due < nextDllp) {
                nextDllp = due;
                nextKind = i;
            }
        }
    }

    /**
     * The DLLP that is due next is sent.
     *
     * @param arrival when it is at the sender of the channel, ticks
     */
    void sendDllp(long arrival) {
        if (nextKind == ACK) {
            acknowledge();
        } else {
            int tlpClass = nextKind;
            TimedUnits units = freed[tlpClass];
            progress.credits(channel, tlpClass, units.headers(), units.data(), arrival);
            units.remove();
        }
        findNextDllp();
    }

    private void acknowledge() {
        ackDue = received.isEmpty() ? Agenda.NEVER : received.remove() + ackLatency;
    }

    boolean isEmpty() {
        boolean empty = true;
        for (Queue queue : queues) {
            empty &= queue.tlps.isEmpty();
        }
        return empty;
    }

    /** Credits of a class that are free, or will be, and are not on their way back. */
    TimedUnits freed(int tlpClass) {
        return freed[tlpClass];
    }

    void put(State state) {
        for (int i = 0; i < CLASSES; i++) {
            TlpQueue tlps = queues[i].tlps;
            state.put(tlps.size());
            for (int n = 0; n < tlps.size(); n++) {
                state.put(tlps.at(n));
                state.put(sequence - tlps.at(n).sequence);
            }
            state.put(freed[i]);
            state.putTime(lastFreed[i]);
        }
        state.putTimes(received);
        state.putTime(ackDue);
    }

    void shift(long ticks) {
        for (int i = 0; i < CLASSES; i++) {
            TlpQueue tlps = queues[i].tlps;
            for (int n = 0; n < tlps.size(); n++) {
                tlps.at(n).shift(ticks);
            }
            freed[i].shift(ticks);
            lastFreed[i] += ticks;
        }
        received.shift(ticks);
        if (ackDue != Agenda.NEVER) {
            ackDue += ticks;
        }
        findNextDllp();
    }

    /** Whether a TLP that waits in this buffer may leave it before older posted ones. */
    private boolean mayPassPosted(Tlp tlp) {
        TlpQueue posted = queues[Channel.POSTED].tlps;
        if (posted.isEmpty()) {
            return true;
        }
        for (int i = 0; i < posted.size(); i++) {
            Tlp older = posted.at(i);
            if (older.sequence > tlp.sequence) {
                return true;
            }
            if (!Passing.mayPass(tlp, older)) {
                return false;
            }
        }
        return true;
    }

    /** What waits behind a TLP that has left may go on now. The channel that has taken it looks for itself. */
    private void pokeOthers(@Nullable Channel taker) {
        for (Queue queue : queues) {
            Tlp head = queue.tlps.headOrNull();
            if (head != null && head.next != null && head.next != taker) {
                progress.poke(head.next, head.eligible);
            }
        }
    }

    /** The TLPs of one class in this buffer, in the order in which they came. */
    final class Queue extends Input {
        private final TlpQueue tlps = new TlpQueue();
        private final int tlpClass;
        private @Nullable Channel lastNext;

        private Queue(int tlpClass) {
            this.tlpClass = tlpClass;
        }

        @Override
        long readyAt(Channel channel, long now) {
            Tlp head = tlps.headOrNull();
            return head != null && head.next == channel && (tlpClass == Channel.POSTED || mayPassPosted(head))
                    ? head.eligible
                    : Agenda.NEVER;
        }

        @Override
        boolean isUndisturbed() {
            return tlpClass == Channel.POSTED && Receiver.this.channel.isAlone();
        }

        @Override
        Tlp head() {
            return tlps.head();
        }

        @Override
        void taken(long now, long end) {
            Tlp tlp = tlps.remove();
            progress.freed(Receiver.this, tlpClass, tlp.heldUnits, freedAt(tlpClass, end));
            pokeOthers(tlp.next);
        }

        TlpQueue tlps() {
            return tlps;
        }
    }
}
