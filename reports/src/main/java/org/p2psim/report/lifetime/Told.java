package org.p2psim.report.lifetime;

import java.util.Optional;
import org.p2psim.dmabuf.Wait;
import org.p2psim.outcome.Event;
import org.p2psim.outcome.InFlightOutcome;
import org.p2psim.outcome.LandingOutcome;
import org.p2psim.outcome.WaitOutcome;
import org.p2psim.unit.Bytes;
import org.p2psim.unit.Ticks;

/** Waits, what was in flight and landings in a few words. */
public final class Told {
    /** What landings call memory that is not the dma-buf's. */
    private static final String ELSEWHERE = "elsewhere";

    private Told() {}

    /** What is waited for. */
    public static String kind(Wait.Kind kind) {
        return switch (kind) {
            case FENCES -> "fences";
            case UNMAP -> "unmap";
            case DMA -> "DMA on its way";
            case LOCK -> "lock";
            case RESET -> "reset";
            case REFERENCES -> "references";
            case SCRUB -> "clearing of memory";
            case FAULT -> "page fault";
        };
    }

    /** How long a wait took, and that it never ended if so. */
    public static String took(WaitOutcome wait, Event event) {
        String took = Ticks.format(event.end() - event.start());
        return wait.finished() ? took : "never ended (%s until the end of the run)".formatted(took);
    }

    public static String blockers(WaitOutcome wait) {
        return wait.blockers().isEmpty() ? "nobody by name" : String.join(", ", wait.blockers());
    }

    /** TLPs and bytes. */
    public static String amount(long tlps, long bytes) {
        return "%d %s, %s".formatted(tlps, tlps == 1 ? "TLP" : "TLPs", Bytes.format(bytes));
    }

    /** What became of what was in flight; too late is after the revocation had returned. */
    public static String landed(InFlightOutcome inFlight, Optional<Event> revocation) {
        String dropped = inFlight.dropped() == 0 ? "" : ", %d dropped".formatted(inFlight.dropped());
        String blocked = inFlight.blocked() == 0 ? "" : ", %d blocked by an IOMMU".formatted(inFlight.blocked());
        if (inFlight.lastLanding().isEmpty()) {
            return "none landed" + dropped + blocked;
        }
        long last = inFlight.lastLanding().getAsLong();
        String landed = revocation
                .map(event ->
                        "last landed %s later (%s)".formatted(Ticks.format(last - event.start()), Ticks.format(last)))
                .orElse("last landed at " + Ticks.format(last));
        String late = inFlight.landedAfter() == 0 ? "none too late" : inFlight.landedAfter() + " too late";
        return inFlight.landed() == inFlight.tlps()
                ? "%s, %s".formatted(landed, late)
                : "%d landed, %s%s%s; %s".formatted(inFlight.landed(), late, dropped, blocked, landed);
    }

    public static String fate(LandingOutcome landing) {
        boolean named = !landing.where().isEmpty() && !landing.where().equals(ELSEWHERE);
        String where = named ? " " + landing.where() : " an address of nobody";
        return switch (landing.fate()) {
            case LANDED ->
                (named ? "landed in" + where : "landed elsewhere")
                        + (landing.owner().isEmpty() ? "" : ", memory of " + landing.owner());
            case DROPPED -> "dropped at" + where;
            case BLOCKED -> "blocked on the way to" + where;
        };
    }
}
