package org.p2psim.run.textbook;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.p2psim.topology.Link;
import org.p2psim.transaction.Credits;
import org.p2psim.transaction.DataLinkLayer;
import org.p2psim.transaction.TlpClass;

/**
 * The receiving end of one direction of a link. The first TLP that is not acknowledged starts the timer of an Ack, the
 * first credit that is free again that of its UpdateFC; each says what has gathered when its timer expires.
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
    private @Nullable Transmitter answers;

    /**
     * A receiver of what a link carries.
     *
     * @param mps Max_Payload_Size that says how late DLLPs may be
     */
    Receiver(Clock clock, Link link, int mps, Credits advertised) {
        this.clock = clock;
        receptionTicks = link.receptionTicks();
        ackLatency = link.flitMode() ? link.flitTicks() : DataLinkLayer.ackLatencyTicks(link, mps);
        updateLatency = link.flitMode() ? link.flitTicks() : DataLinkLayer.updateFcLatencyTicks(link, mps);
        for (TlpClass each : TlpClass.values()) {
            infinite[each.ordinal()] =
                    advertised.headers(each) == Credits.INFINITE && advertised.data(each) == Credits.INFINITE;
        }
    }

    /** Its DLLPs go out here. */
    void answerBy(Transmitter transmitter) {
        answers = transmitter;
    }

    Transmitter answers() {
        return Objects.requireNonNull(answers);
    }

    /** @param ticks until the tail is there */
    abstract void headArrives(Tlp tlp, long ticks);

    void tailArrives(Tlp tlp) {
        if (!acknowledging) {
            acknowledging = true;
            clock.timer(ackLatency, this::acknowledge);
        }
    }

    private void acknowledge() {
        acknowledging = false;
        answers().owe(Dllp.ack(clock.now()));
    }

    /** There is room again for one TLP with so much data. */
    void release(TlpClass tlpClass, int dataCredits) {
        int kind = tlpClass.ordinal();
        if (infinite[kind]) {
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
        answers().owe(update);
    }
}
