package org.p2psim.run.flow;

import org.p2psim.transaction.Credits;

/**
 * The gate at the sending end of a channel: it lets a TLP go when there are credits for it (PCIe base specification 5.0,
 * 2.6.1), and says when there will be.
 */
final class CreditGate {
    private final Channel channel;
    private final Progress progress;
    private final AvailableCredits credits;
    private final boolean knowsTimes;

    /** Whether the last decision found something that is ready and has no credits. */
    private boolean starved;

    CreditGate(Channel channel, Progress progress, Credits all) {
        this.channel = channel;
        this.progress = progress;
        this.credits = new AvailableCredits(all);
        this.knowsTimes = progress.knowsTimes();
    }

    /** The channel makes another decision. */
    void decidesAnew() {
        starved = false;
    }

    boolean hasInfinite(int tlpClass) {
        return credits.areInfinite(tlpClass);
    }

    /** Whether the credits at hand suffice for a TLP. */
    boolean lets(Tlp tlp) {
        return hasInfinite(tlp.tlpClass) || credits.suffice(tlp.tlpClass, tlp.pieceUnits());
    }

    /** For how many TLPs alike there are credits. */
    int count(int tlpClass, int units) {
        return credits.count(tlpClass, units);
    }

    /** So many TLPs with so many data units together pass. */
    void pass(int tlpClass, int tlps, int units) {
        credits.spend(tlpClass, tlps, units);
    }

    /**
     * When it lets a TLP go: {@code now} or earlier if it does, later if it is known when it will at the earliest,
     * {@link Agenda#NEVER} if it is not.
     */
    long opensAt(Tlp tlp, long now) {
        int tlpClass = tlp.tlpClass;
        if (hasInfinite(tlpClass)) {
            return now;
        }
        int units = tlp.pieceUnits();
        if (credits.suffice(tlpClass, units)) {
            return now;
        }
        update(tlpClass, now);
        if (credits.suffice(tlpClass, units)) {
            return now;
        }
        starved = true;
        return next(tlpClass, now);
    }

    /**
     * When it lets a TLP go; only if all that this depends on is known up to the horizon.
     *
     * @return at or after {@code from}; some time at or after the horizon if it does not before it
     */
    long opensAt(int tlpClass, int units, long from, long horizon) {
        long at = from;
        starved = false;
        while (at < horizon) {
            update(tlpClass, at);
            if (credits.suffice(tlpClass, units)) {
                return at;
            }
            at = next(tlpClass, at);
        }
        starved = at > from;
        return at;
    }

    /** The UpdateFCs that are due by now are sent, and those that are here are read. */
    private void update(int tlpClass, long now) {
        Channel reverse = channel.reverse();
        if (reverse != null) {
            reverse.sendDllps(now);
        }
        credits.absorb(tlpClass, now);
    }

    /** When credits of a class come next, as far as is known. */
    private long next(int tlpClass, long now) {
        long arrival = credits.nextArrival(tlpClass);
        Channel reverse = channel.reverse();
        if (arrival != Agenda.NEVER || reverse == null || !knowsTimes) {
            return arrival;
        }
        long due = channel.receiver().nextUpdate(tlpClass);
        return due == Agenda.NEVER ? due : reverse.dllpArrival(due, now);
    }

    /** Credits come back, now or later. */
    void arrive(int tlpClass, int headerUnits, int dataUnits, long at) {
        credits.comeBack(tlpClass, headerUnits, dataUnits, at);
        if (starved) {
            progress.poke(channel, at);
        }
    }

    /** Credits of a class are free at the receiver, and so will be here; with known times only. */
    void freed(int tlpClass, long now) {
        if (starved) {
            progress.poke(channel, next(tlpClass, now));
        }
    }

    /** Takes the credits that have come back, as is otherwise done when they are needed. */
    void absorb(long now) {
        credits.absorb(now);
    }

    /** Whether all credits are here, on their way, or free at the receiver. */
    boolean isComplete() {
        return credits.areComplete(channel.receiver());
    }

    void put(State state) {
        credits.put(state);
        state.put(starved ? 1 : 0);
    }

    void shift(long ticks) {
        credits.shift(ticks);
    }
}
