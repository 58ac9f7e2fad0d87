package org.p2psim.run.replay;

import java.util.EnumMap;
import java.util.Map;
import java.util.OptionalLong;
import org.p2psim.outcome.InFlightOutcome;
import org.p2psim.outcome.LandingOutcome.Fate;

/** What of one DMA was on its way when an event ended access. */
final class InFlight {
    private final int event;
    private final long accessEnd;
    private final Map<Fate, Long> fates = new EnumMap<>(Fate.class);
    private long tlps;
    private long bytes;
    private long lastLanding;
    private long landedAfter;

    /**
     * Nothing yet.
     *
     * @param event index of the event
     * @param accessEnd its time, ticks
     */
    InFlight(int event, long accessEnd) {
        this.event = event;
        this.accessEnd = accessEnd;
    }

    long accessEnd() {
        return accessEnd;
    }

    /** Whether a TLP was on its way at that time. */
    boolean had(long issued, long at) {
        return issued < accessEnd && at >= accessEnd;
    }

    void count(Fate fate, int length) {
        tlps++;
        bytes += length;
        fates.merge(fate, 1L, Long::sum);
    }

    /** @param tooLate whether whoever ended access had reason to think that nothing lands any more */
    void landed(long at, boolean tooLate) {
        lastLanding = Math.max(lastLanding, at);
        landedAfter += tooLate ? 1 : 0;
    }

    boolean isEmpty() {
        return tlps == 0;
    }

    InFlightOutcome outcome(String dma) {
        return new InFlightOutcome(
                event,
                dma,
                tlps,
                bytes,
                of(Fate.LANDED),
                of(Fate.DROPPED),
                of(Fate.BLOCKED),
                of(Fate.LANDED) == 0 ? OptionalLong.empty() : OptionalLong.of(lastLanding),
                landedAfter);
    }

    private long of(Fate fate) {
        return fates.getOrDefault(fate, 0L);
    }
}
