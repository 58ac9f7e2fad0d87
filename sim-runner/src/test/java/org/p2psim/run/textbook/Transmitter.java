package org.p2psim.run.textbook;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import org.p2psim.transaction.Credits;
import org.p2psim.transaction.TlpClass;

/**
 * The sending end of one direction of a link, or of a wire inside a root complex. When it is idle it sends the DLLPs
 * that are due, and if there are none the next TLP for which its receiver has room: of its ports in turn, and of each
 * port's classes in turn.
 */
final class Transmitter {
    private final int number;
    private final Clock clock;
    private final Wire wire;
    private final Receiver receiver;
    private final Pool[] credits;
    private final RoundRobin<RoundRobin<Source>> ports = new RoundRobin<>();
    private final Map<Object, RoundRobin<Source>> portOf = new HashMap<>();
    private final PriorityQueue<Dllp> due = new PriorityQueue<>();
    private final Sent sent = new Sent();
    private Optional<Transmitter> otherDirection = Optional.empty();
    private boolean busy;
    private boolean deciding;

    /** What it has sent. */
    static final class Sent {
        long tlps;
        long payload;
        long wireBytes;
        long busyTicks;
        long dllps;
    }

    /** The credits of one class. */
    private static final class Pool {
        private int headers;
        private int data;

        Pool(int headers, int data) {
            this.headers = headers;
            this.data = data;
        }

        boolean hasRoomFor(Tlp tlp) {
            return headers != 0 && (data == Credits.INFINITE || data >= tlp.dataCredits());
        }

        void add(int moreHeaders, int moreData) {
            headers += headers == Credits.INFINITE ? 0 : moreHeaders;
            data += data == Credits.INFINITE ? 0 : moreData;
        }
    }

    /** @param advertised what the receiver has room for */
    Transmitter(int number, Clock clock, Wire wire, Receiver receiver, Credits advertised) {
        this.number = number;
        this.clock = clock;
        this.wire = wire;
        this.receiver = receiver;
        this.credits = Arrays.stream(TlpClass.values())
                .map(each -> new Pool(advertised.headers(each), advertised.data(each)))
                .toArray(Pool[]::new);
        receiver.receiveFrom(this);
    }

    void setOtherDirection(Transmitter other) {
        otherDirection = Optional.of(other);
    }

    /** That of the same link; empty inside a root complex. */
    Optional<Transmitter> otherDirection() {
        return otherDirection;
    }

    int number() {
        return number;
    }

    Receiver receiver() {
        return receiver;
    }

    Sent sent() {
        return sent;
    }

    /**
     * TLPs come from an ingress port of the same switch.
     *
     * @param weight TLPs of the port that are taken before those of the next
     */
    void addPort(Object port, int weight) {
        ports.add(classesOf(port), weight);
    }

    /** A class of a port has a TLP that goes here. */
    void addClass(Object port, Source source) {
        classesOf(port).add(source, 1);
    }

    /** A port with one class and nothing else. */
    void addSource(Source source) {
        addPort(source, 1);
        addClass(source, source);
    }

    void removeSource(Source source) {
        ports.remove(classesOf(source));
        portOf.remove(source);
    }

    private RoundRobin<Source> classesOf(Object port) {
        return portOf.computeIfAbsent(port, key -> new RoundRobin<>());
    }

    /** How long a TLP takes it. */
    long ticks(Tlp tlp) {
        return wire.ticks(tlp);
    }

    /** Something has changed that it may have waited for. */
    void wake() {
        if (!busy && !deciding) {
            deciding = true;
            clock.decide(this);
        }
    }

    void decide() {
        deciding = false;
        while (!busy && !due.isEmpty()) {
            send(due.remove());
        }
        if (busy) {
            return;
        }
        Source source = ports.first(port -> port.first(each -> canSend(each) ? each : null));
        if (source != null) {
            send(source);
        }
    }

    private boolean canSend(Source source) {
        Tlp tlp = source.head(this);
        return tlp != null && credits[tlp.tlpClass().ordinal()].hasRoomFor(tlp);
    }

    private void send(Source source) {
        Tlp tlp = source.begin();
        long ticks = ticks(tlp);
        credits[tlp.tlpClass().ordinal()].add(-1, -tlp.dataCredits());
        busy = true;
        count(tlp, ticks);
        clock.after(ticks, () -> {
            source.end(tlp);
            becomeIdle();
        });
        receiver.headArrives(tlp, ticks);
        clock.after(ticks, () -> receiver.tailArrives(tlp));
    }

    private void count(Tlp tlp, long ticks) {
        sent.tlps++;
        sent.payload += tlp.payload();
        sent.wireBytes += wire.bytes(tlp);
        sent.busyTicks += ticks;
    }

    /** FLITs have room for DLLPs beside the TLPs; whoever decides when one is sent does not know of it yet. */
    private void send(Dllp dllp) {
        long ticks = wire.dllpTicks();
        sent.dllps += ticks > 0 ? 1 : 0;
        if (ticks > 0) {
            busy = true;
            clock.after(ticks, this::becomeIdle);
        }
        if (dllp.isUpdate()) {
            Transmitter other = otherDirection.orElseThrow();
            clock.after(Math.max(1, ticks), () -> other.creditsArrive(dllp.kind(), dllp.headers(), dllp.data()));
        }
    }

    private void becomeIdle() {
        busy = false;
        wake();
    }

    /** @param kind number of the class */
    void creditsArrive(int kind, int headers, int data) {
        credits[kind].add(headers, data);
        wake();
    }

    /** A DLLP about the other direction is due. */
    void owe(Dllp dllp) {
        due.add(dllp);
        wake();
    }
}
