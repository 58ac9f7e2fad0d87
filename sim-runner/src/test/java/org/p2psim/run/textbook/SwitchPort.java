package org.p2psim.run.textbook;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.p2psim.topology.Link;
import org.p2psim.transaction.Credits;
import org.p2psim.transaction.Splitting;
import org.p2psim.transaction.TlpClass;

/**
 * An ingress port of a switch or a root complex: a queue for each class, in which TLPs wait for their egress links behind
 * those that came before. Others may pass posted TLPs only as the ordering rules allow.
 */
final class SwitchPort extends Receiver {
    private final Inside inside;
    private final int weight;
    private final Map<Receiver, Onward> onward = new HashMap<>();
    private final Queue[] queues = {new Queue(), new Queue(), new Queue()};
    private long arrivals;

    /**
     * The switch or root complex itself.
     *
     * @param latency ticks
     * @param storeAndForward whether it receives TLPs whole before it sends them on
     * @param maxPayload bytes: larger TLPs are received whole and sent on in parts
     */
    record Inside(long latency, boolean storeAndForward, int maxPayload) {
        static final int ANY_PAYLOAD = Integer.MAX_VALUE;
        static final Inside NOTHING = new Inside(0, false, ANY_PAYLOAD);
    }

    private record Onward(Transmitter egress, Inside inside) {}

    /** @param weight TLPs of this port that an egress link takes before those of another */
    SwitchPort(Clock clock, Optional<Link> link, int mps, Credits advertised, Inside inside, int weight) {
        super(clock, link, mps, advertised);
        this.inside = inside;
        this.weight = weight;
    }

    int weight() {
        return weight;
    }

    Inside inside() {
        return inside;
    }

    /** @param through what lies between this port and the link */
    void route(Receiver destination, Transmitter egress, Inside through) {
        onward.put(destination, new Onward(egress, through));
    }

    /** A TLP in the buffer. */
    private static final class Held {
        final Tlp whole;
        final Transmitter egress;
        final int maxPayload;
        final long arrival;
        /** What is not sent yet. */
        Tlp rest;

        boolean routed;
        boolean gone;

        Held(Tlp tlp, Onward onward, long arrival) {
            this.whole = tlp;
            this.rest = tlp;
            this.egress = onward.egress();
            this.maxPayload = onward.inside().maxPayload();
            this.arrival = arrival;
        }
    }

    /** Its head goes on as soon as it is through, but to a faster link so late that the TLP is sent without a gap. */
    @Override
    void headArrives(Tlp tlp, long ticks) {
        Onward its = Objects.requireNonNull(onward.get(tlp.to));
        Transmitter egress = its.egress();
        Queue queue = queues[tlp.tlpClass().ordinal()];
        Held held = new Held(tlp, its, arrivals++);
        queue.waiting.add(held);
        egress.addClass(this, queue);
        boolean whole = its.inside().storeAndForward() || tlp.payload() > held.maxPayload;
        long behind = whole ? ticks : Math.max(0, ticks - egress.ticks(tlp));
        clock.after(receptionTicks + its.inside().latency() + behind, () -> {
            held.routed = true;
            if (queue.waiting.peek() == held) {
                egress.wake();
            }
        });
    }

    private boolean mayPassPosted(Held later) {
        for (Held posted : queues[TlpClass.POSTED.ordinal()].waiting) {
            if (posted.arrival > later.arrival) {
                return true;
            }
            if (!later.rest.mayPass(posted.rest)) {
                return false;
            }
        }
        return true;
    }

    /** Those that waited behind one that has left may go on by other links. */
    private void wakeOthers(Transmitter taker) {
        for (Queue queue : queues) {
            Held head = queue.waiting.peek();
            if (head != null && head.routed && head.egress != taker) {
                head.egress.wake();
            }
        }
    }

    /** The TLPs of one class. */
    private final class Queue implements Source {
        final Deque<Held> waiting = new ArrayDeque<>();
        /** On their way out: room becomes free in the order in which they came. */
        private final Deque<Held> leaving = new ArrayDeque<>();

        @Override
        public @Nullable Tlp head(Transmitter egress) {
            Held head = waiting.peek();
            if (head == null || !head.routed || head.egress != egress) {
                return null;
            }
            boolean posted = head.rest.tlpClass() == TlpClass.POSTED;
            return posted || mayPassPosted(head) ? firstPart(head) : null;
        }

        private Tlp firstPart(Held held) {
            Tlp tlp = held.rest;
            int most = held.maxPayload;
            return tlp.payload() <= most
                    ? tlp
                    : tlp.part(tlp.address, Splitting.nextPart(tlp.address, tlp.bytes, most));
        }

        @Override
        public Tlp begin() {
            Held head = waiting.element();
            Tlp part = firstPart(head);
            if (part == head.rest) {
                leaving.add(waiting.remove());
                wakeOthers(head.egress);
            } else {
                head.rest = head.rest.part(head.rest.address + part.bytes, head.rest.bytes - part.bytes);
            }
            return part;
        }

        @Override
        public void end(Tlp tlp) {
            for (Held each : leaving) {
                each.gone |= each.rest == tlp;
            }
            while (!leaving.isEmpty() && leaving.element().gone) {
                Tlp whole = leaving.remove().whole;
                release(whole.tlpClass(), whole.dataCredits());
            }
        }
    }
}
