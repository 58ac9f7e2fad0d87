package org.p2psim.run.flow;

import java.util.Collection;
import org.jspecify.annotations.Nullable;
import org.p2psim.run.engine.Engine;
import org.p2psim.run.engine.Phase;
import org.p2psim.unit.Ticks;

/**
 * A decision fixes when its TLP is through, when its credits are free, when it arrives: these times are kept instead of
 * waited for, and only decisions are events. As long as nothing else is to happen, one follows the other without the
 * engine's queue. Writes that are alone go in {@link Convoy convoys}, and what repeats itself is not decided again, see
 * {@link Periods}.
 */
non-sealed class KnownTimes extends Progress {
    private static final long LOOK_INTERVAL = Ticks.PER_MICROSECOND;

    private final Engine engine;
    private final Agenda agenda = new Agenda();
    private final Periods periods;
    /** By the channel at which they begin; empty if it is to be found out. */
    private @Nullable Convoy[] convoys = {};

    private final int step;
    private final int stopHandler;
    private final int doneHandler;
    private long scheduled = Agenda.NEVER;
    private boolean stepping;
    /** The time of the decision that is made, or was made last. */
    private long deciding;

    /** Of a flow, at the earliest; and when that is to be found out again. */
    private long firstEnd;

    private long nextLook;
    private long skips;

    /** @param skipsPeriods whether what repeats itself is skipped, else told TLP by TLP */
    KnownTimes(Engine engine, boolean skipsPeriods) {
        this(engine, skipsPeriods, false);
    }

    /** @param ecrc whether TLPs have a digest */
    KnownTimes(Engine engine, boolean skipsPeriods, boolean ecrc) {
        super(ecrc);
        this.engine = engine;
        this.periods = new Periods(this, !skipsPeriods);
        this.step = engine.handler(this::step);
        this.stopHandler = engine.handler(index -> stop(index - AFTER_ARRIVALS));
        this.doneHandler = engine.handler(index -> end(index - AFTER_ARRIVALS));
    }

    private void step(int index) {
        if (engine.now() != scheduled) {
            // It was to decide then before it had to earlier.
            return;
        }
        scheduled = Agenda.NEVER;
        stepping = true;
        nextLook = 0;
        long now = engine.now();
        long first = agenda.first();
        while (first <= now) {
            Channel channel = channel(agenda.firstRank());
            deciding = now;
            channel.decide(now);
            periods.decided(channel, now);
            first = agenda.first();
            if (first > now && engine.advances(first)) {
                now = first;
            }
        }
        stepping = false;
        plan();
    }

    /** When anything happens that is not a decision of a channel, at the earliest. */
    long nextTime() {
        return engine.nextTime();
    }

    /** The number of a skip that begins. */
    long nextSkip() {
        return ++skips;
    }

    long decisionOf(Channel channel) {
        return agenda.time(channel.rank);
    }

    void shift(Channel channel, long ticks) {
        long time = agenda.time(channel.rank);
        if (time != Agenda.NEVER) {
            agenda.set(channel.rank, time + ticks);
        }
    }

    @Override
    void settle() {
        settle(channels(), Agenda.NEVER - 1);
    }

    /** Brings channels up to date, and those of the other direction with them. */
    void settle(Collection<Channel> all, long until) {
        for (Channel channel : all) {
            channel.sendDllps(until);
        }
        for (Channel channel : all) {
            channel.gate().absorb(until);
        }
    }

    @Override
    @Nullable
    Convoy convoy(Channel first) {
        if (convoys.length == 0) {
            findConvoys();
        }
        Convoy convoy = convoys[first.rank];
        return convoy != null && convoy.isAlone() && !periods.compare(first) ? convoy : null;
    }

    /** Whether the flow that begins at a channel may be alone all the way. */
    boolean mayGoInConvoy(Channel first) {
        if (convoys.length == 0) {
            findConvoys();
        }
        return convoys[first.rank] != null;
    }

    @Override
    boolean goesByTheClock(Channel channel) {
        return periods.compare(channel);
    }

    private void findConvoys() {
        convoys = new Convoy[channels().size()];
        int[] flows = new int[convoys.length];
        for (Flow flow : running()) {
            flow.way().channels().forEach(channel -> flows[channel.rank]++);
        }
        for (Flow flow : running()) {
            if (flow.way().channels().stream().allMatch(channel -> flows[channel.rank] == 1)) {
                convoys[flow.way().request().channel(0).rank] =
                        Convoy.of(this, flow).orElse(null);
            }
        }
    }

    @Override
    void flowsChanged() {
        convoys = new Convoy[0];
        periods.flowsChanged();
    }

    @Override
    void disturbed() {
        periods.disturbed();
    }

    private void plan() {
        long first = agenda.first();
        if (!stepping && first < scheduled) {
            scheduled = first;
            engine.at(first, Phase.DECISION, step, 0);
        }
    }

    @Override
    long now() {
        return engine.now();
    }

    @Override
    boolean knowsTimes() {
        return true;
    }

    /**
     * Up to the next event of the engine, and up to the first end of a flow, of which somebody may hear: one that may
     * fail may end any time.
     */
    @Override
    long horizon() {
        if (deciding >= nextLook) {
            firstEnd = Agenda.NEVER;
            for (Flow flow : running()) {
                firstEnd = Math.min(firstEnd, flow.mayFail() ? engine.now() : flow.earliestEnd(engine.now()));
            }
            nextLook = Math.max(firstEnd, deciding + LOOK_INTERVAL);
        }
        return Math.min(firstEnd, engine.nextTime());
    }

    @Override
    void runAheadTo(long time) {
        deciding = time;
    }

    @Override
    void grown(int channels) {
        agenda.grow(channels);
    }

    @Override
    void wake(Channel channel, long at) {
        agenda.set(channel.rank, at);
    }

    @Override
    void poke(Channel channel, long at) {
        long time = Math.max(Math.max(at, channel.free()), deciding);
        if (time < agenda.time(channel.rank)) {
            agenda.set(channel.rank, time);
            plan();
        }
    }

    @Override
    void busy(Channel channel) {}

    @Override
    void eligible(Tlp tlp, Channel next, long at) {
        tlp.eligible = at;
        poke(next, at);
    }

    @Override
    void freed(Receiver receiver, int tlpClass, int dataUnits, long at) {
        receiver.addFreed(tlpClass, dataUnits, at);
        receiver.channel().gate().freed(tlpClass, deciding);
    }

    @Override
    void credits(Channel channel, int tlpClass, int headerUnits, int dataUnits, long at) {
        channel.gate().arrive(tlpClass, headerUnits, dataUnits, at);
    }

    @Override
    void received(Receiver receiver, long at) {
        receiver.addReceived(at);
    }

    @Override
    void arrives(Tlp tlp, long at) {
        tlp.path.end().arrives(tlp, at);
    }

    @Override
    void stop(Flow flow, long at) {
        engine.at(at, Phase.STATE, stopHandler, AFTER_ARRIVALS + flow.number);
    }

    @Override
    void done(Flow flow, long at) {
        engine.at(Math.max(at, engine.now()), Phase.STATE, doneHandler, AFTER_ARRIVALS + flow.number);
    }
}
