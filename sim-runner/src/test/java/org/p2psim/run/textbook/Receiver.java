package org.p2psim.run.textbook;

import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.p2psim.topology.Link;
import org.p2psim.transaction.Credits;
import org.p2psim.transaction.DataLinkLayer;
import org.p2psim.transaction.TlpClass;

/**
 * The receiving end of a wire. On a link the first TLP that is not acknowledged starts the timer of an Ack, the first
 * credit that is free again that of its UpdateFC; each says what has gathered when its timer expires. Where there is no
 * link credits are back at once.
 */
abstract class Receiver {
    private static final int CLASSES = TlpClass.values().length;

    final Clock clock;
    /** From when a byte has come until it can be used, ticks. */
    final long receptionTicks;

    private final long ackLatency;
    private final long updateLatency;
    private final boolean[] infinite = new boolean[CLASSES];
    private final int[] freeHeaders = new int[CLASSES];
    private final int[] freeData = new int[CLASSES];
    private boolean acknowledging;
    private @Nullable Transmitter sender;

    /**
     * A receiver.
     *
     * @param link empty inside a root complex
     * @param mps Max_Payload_Size that says how late DLLPs may be
     */
    Receiver(Clock clock, Optional<Link> link, int mps, Credits advertised) {
        this.clock = clock;
        receptionTicks = link.map(Link::receptionTicks).orElse(0L);
        ackLatency = link.map(its -> its.flitMode() ? its.flitTicks() : DataLinkLayer.ackLatencyTicks(its, mps))
                .orElse(0L);
        updateLatency = link.map(its -> its.flitMode() ? its.flitTicks() : DataLinkLayer.updateFcLatencyTicks(its, mps))
                .orElse(0L);
        for (TlpClass each : TlpClass.values()) {
            infinite[each.ordinal()] =
                    advertised.headers(each) == Credits.INFINITE && advertised.data(each) == Credits.INFINITE;
        }
    }

    void receiveFrom(Transmitter transmitter) {
        sender = transmitter;
    }

    private Transmitter sender() {
        return Objects.requireNonNull(sender);
    }

    /** What it sends itself goes out here: its DLLPs, and TLPs of a function. */
    Transmitter back() {
        return sender().otherDirection().orElseThrow();
    }

    /** @param ticks until the tail is there */
    abstract void headArrives(Tlp tlp, long ticks);

    void tailArrives(Tlp tlp) {
        if (!acknowledging && sender().otherDirection().isPresent()) {
            acknowledging = true;
            clock.timer(ackLatency, this::acknowledge);
        }
    }

    private void acknowledge() {
        acknowledging = false;
        back().owe(Dllp.ack(clock.now()));
    }

    /** There is room again for one TLP with so much data. */
    void release(TlpClass tlpClass, int dataCredits) {
        int kind = tlpClass.ordinal();
        if (infinite[kind]) {
            return;
        }
        if (sender().otherDirection().isEmpty()) {
            sender().creditsArrive(kind, 1, dataCredits);
            return;
        }
        if (freeHeaders[kind] == 0) {
            clock.timer(updateLatency, () -> update(kind));
        }
        freeHeaders[kind]++;
        freeData[kind] += dataCredits;
    }

    private void update(int kind) {
        Dllp update = new Dllp(clock.now(), kind, freeHeaders[kind], freeData[kind]);
        freeHeaders[kind] = 0;
        freeData[kind] = 0;
        back().owe(update);
    }
}
