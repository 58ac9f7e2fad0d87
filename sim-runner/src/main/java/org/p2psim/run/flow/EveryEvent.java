package org.p2psim.run.flow;

import java.util.Arrays;
import org.p2psim.run.engine.Phase;
import org.p2psim.run.engine.Scheduler;

/** An event for everything that happens: nothing is known before its time. */
final class EveryEvent extends Progress {
    private static final int DECIDE = 0;
    private static final int ELIGIBLE = 1;
    private static final int FREED = 2;
    private static final int CREDITS = 3;
    private static final int RECEIVED = 4;
    private static final int ARRIVES = 5;
    private static final int STOP = 6;
    private static final int DONE = 7;
    private static final int KINDS = 8;

    private final Scheduler scheduler;

    /** Code of the first kind of event. */
    private final int first;

    /** By channel: when it decides next. */
    private long[] planned = {};

    /** By channel and class: what is to be freed, and what is to come back. */
    private TimedUnits[] toFree = {};

    private TimedUnits[] toReturn = {};

    EveryEvent(Scheduler scheduler) {
        this(scheduler, false);
    }

    /** @param ecrc whether TLPs have a digest */
    EveryEvent(Scheduler scheduler, boolean ecrc) {
        super(ecrc);
        this.scheduler = scheduler;
        first = scheduler.handlers(this::happen, KINDS);
    }

    private void happen(int kind, int index) {
        switch (kind) {
            case DECIDE -> nowDecides(index);
            case ELIGIBLE -> nowEligible(index);
            case FREED -> nowFreed(index);
            case CREDITS -> nowCredits(index);
            case RECEIVED -> nowReceived(index);
            case ARRIVES -> nowArrives(index);
            case STOP -> stop(index - AFTER_ARRIVALS);
            case DONE -> end(index - AFTER_ARRIVALS);
            default -> throw new IllegalArgumentException("no event is of kind " + kind);
        }
    }

    @Override
    void grown(int channelCount) {
        int before = planned.length;
        planned = Arrays.copyOf(planned, channelCount);
        Arrays.fill(planned, before, channelCount, Agenda.NEVER);
        toFree = grown(toFree, Receiver.CLASSES * channelCount);
        toReturn = grown(toReturn, Receiver.CLASSES * channelCount);
    }

    private static TimedUnits[] grown(TimedUnits[] units, int count) {
        TimedUnits[] more = Arrays.copyOf(units, count);
        Arrays.setAll(more, i -> i < units.length ? units[i] : new TimedUnits());
        return more;
    }

    @Override
    long now() {
        return scheduler.now();
    }

    @Override
    boolean knowsTimes() {
        return false;
    }

    @Override
    long horizon() {
        return 0;
    }

    @Override
    void runAheadTo(long time) {
        throw new IllegalStateException("everything is an event");
    }

    @Override
    void wake(Channel channel, long at) {
        if (at < planned[channel.rank]) {
            planned[channel.rank] = at;
            scheduler.at(at, Phase.DECISION, first + DECIDE, channel.rank);
        }
    }

    /** Of several plans for a channel the earliest counts. */
    private void nowDecides(int rank) {
        if (planned[rank] == scheduler.now()) {
            planned[rank] = Agenda.NEVER;
            channel(rank).decide(scheduler.now());
        }
    }

    @Override
    void poke(Channel channel, long at) {
        wake(channel, at == Agenda.NEVER ? at : Math.max(at, scheduler.now()));
    }

    @Override
    void busy(Channel channel) {
        wake(channel, channel.free());
    }

    @Override
    void eligible(Tlp tlp, Channel next, long at) {
        tlp.eligible = Agenda.NEVER;
        scheduler.at(at, Phase.STATE, first + ELIGIBLE, tlp.id);
    }

    private void nowEligible(int id) {
        Tlp tlp = tlp(id);
        tlp.eligible = scheduler.now();
        poke(tlp.path.channel(tlp.step), scheduler.now());
    }

    @Override
    void freed(Receiver receiver, int tlpClass, int dataUnits, long at) {
        int index = receiver.channel().rank * Receiver.CLASSES + tlpClass;
        toFree[index].add(at, 1, dataUnits);
        scheduler.at(at, Phase.STATE, first + FREED, index);
    }

    private void nowFreed(int index) {
        TimedUnits units = toFree[index];
        Channel channel = channel(index / Receiver.CLASSES);
        channel.receiver().addFreed(index % Receiver.CLASSES, units.data(), scheduler.now());
        units.remove();
        wakeForDllp(channel);
    }

    @Override
    void credits(Channel channel, int tlpClass, int headerUnits, int dataUnits, long at) {
        int index = channel.rank * Receiver.CLASSES + tlpClass;
        toReturn[index].add(at, headerUnits, dataUnits);
        scheduler.at(at, Phase.STATE, first + CREDITS, index);
    }

    private void nowCredits(int index) {
        TimedUnits units = toReturn[index];
        channel(index / Receiver.CLASSES)
                .gate()
                .arrive(index % Receiver.CLASSES, units.headers(), units.data(), scheduler.now());
        units.remove();
    }

    @Override
    void received(Receiver receiver, long at) {
        scheduler.at(at, Phase.STATE, first + RECEIVED, receiver.channel().rank);
    }

    private void nowReceived(int rank) {
        channel(rank).receiver().addReceived(scheduler.now());
        wakeForDllp(channel(rank));
    }

    /** The other direction sends what the receiver of this one owes. */
    private void wakeForDllp(Channel channel) {
        Channel reverse = channel.reverse();
        if (reverse != null) {
            poke(reverse, channel.receiver().nextDllp());
        }
    }

    @Override
    void arrives(Tlp tlp, long at) {
        Path path = tlp.path;
        path.onTheLastLeg().add(tlp);
        scheduler.at(at, Phase.STATE, first + ARRIVES, path.number);
    }

    private void nowArrives(int number) {
        Path path = path(number);
        path.end().arrives(path.onTheLastLeg().remove(), scheduler.now());
    }

    @Override
    void stop(Flow flow, long at) {
        scheduler.at(at, Phase.STATE, first + STOP, AFTER_ARRIVALS + flow.number);
    }

    @Override
    void done(Flow flow, long at) {
        scheduler.at(Math.max(at, scheduler.now()), Phase.STATE, first + DONE, AFTER_ARRIVALS + flow.number);
    }
}
