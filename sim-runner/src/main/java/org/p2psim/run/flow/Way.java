package org.p2psim.run.flow;

import com.google.common.collect.ImmutableList;
import java.util.function.Consumer;
import org.p2psim.run.engine.Engine;
import org.p2psim.transaction.Splitting;

/** A route as TLPs take it: stations where they queue, and a leg before each station and before the end. */
final class Way {
    private final Engine engine;
    private final ImmutableList<Station> stations;
    private final ImmutableList<Leg> legs;
    private final Consumer<Tlp> end;
    private final Consumer<Tlp> blocked;

    /**
     * What lies between two stations and only delays.
     *
     * @param latency ticks
     * @param maxPayload bytes, a power of two; larger TLPs are received whole and forwarded in parts
     */
    record Leg(long latency, int maxPayload) {
        static final int ANY_PAYLOAD = 1 << 30;

        Leg {
            if (Integer.bitCount(maxPayload) != 1) {
                throw new IllegalArgumentException(
                        "a root complex forwards payloads of up to a power of two, not of %d bytes"
                                .formatted(maxPayload));
            }
        }
    }

    /**
     * @param legs one more than stations
     * @param end takes every TLP whose tail has arrived
     * @param blocked takes every TLP that a station does not let pass
     */
    Way(
            Engine engine,
            ImmutableList<Station> stations,
            ImmutableList<Leg> legs,
            Consumer<Tlp> end,
            Consumer<Tlp> blocked) {
        this.engine = engine;
        this.stations = stations;
        this.legs = legs;
        this.end = end;
        this.blocked = blocked;
    }

    /**
     * Sends a TLP on its way, now.
     *
     * @return when its sender can send the next: when this one has left it. A sender without a link of its own
     *     (integrated in a root complex) need not wait.
     */
    long send(Tlp tlp) {
        if (!stations.isEmpty() && legs.get(0).latency() == 0 && stations.get(0) instanceof Wire wire) {
            long head = wire.pass(tlp, engine.now());
            forward(tlp, head);
            return head + tlp.tail;
        }
        travel(tlp, engine.now());
        return engine.now();
    }

    /** The head of a TLP is at a station, or its tail at the end. */
    void arrived(Tlp tlp) {
        if (tlp.station == stations.size()) {
            end.accept(tlp);
        } else {
            long head = stations.get(tlp.station).pass(tlp, engine.now());
            if (head == Station.BLOCKED) {
                engine.at(engine.now() + tlp.tail, () -> blocked.accept(tlp));
            } else {
                forward(tlp, head);
            }
        }
    }

    private void forward(Tlp tlp, long head) {
        tlp.station++;
        travel(tlp, head);
    }

    /** Goes the leg before its next station; its head sets out at a given time. */
    private void travel(Tlp tlp, long head) {
        Leg leg = legs.get(tlp.station);
        if (tlp.payload() > leg.maxPayload()) {
            travelInParts(tlp, head + tlp.tail + leg.latency(), leg.maxPayload());
            return;
        }
        engine.at(head + leg.latency() + waitFor(tlp), tlp);
    }

    private void travelInParts(Tlp tlp, long arrival, int maxPayload) {
        long address = tlp.address();
        int remaining = tlp.bytes();
        while (remaining > 0) {
            int bytes = Splitting.nextPart(address, remaining, maxPayload);
            engine.at(arrival, tlp.part(address, bytes));
            address += bytes;
            remaining -= bytes;
        }
    }

    /** The end wants the tail; a faster link starts late enough to send without a gap. */
    private long waitFor(Tlp tlp) {
        if (tlp.station == stations.size()) {
            return tlp.tail;
        }
        return stations.get(tlp.station) instanceof Wire wire ? Math.max(0, tlp.tail - wire.serialisation(tlp)) : 0;
    }
}
