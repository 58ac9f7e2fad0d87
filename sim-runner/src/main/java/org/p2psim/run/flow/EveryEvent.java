package org.p2psim.run.flow;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.p2psim.run.engine.Phase;
import org.p2psim.run.engine.Scheduler;

/** An event for everything that happens: nothing is known before its time. */
final class EveryEvent extends Progress {
    private final Scheduler scheduler;
    private final int decide;
    private final int eligible;
    private final int freed;
    private final int credits;
    private final int received;
    private final int arrives;
    private final int stop;
    private final int done;

    /** By channel: when it decides next. */
    private long[] planned = {};

    /** By channel and class: what is to be freed, and what is to come back. */
    private final List<TimedUnits> toFree = new ArrayList<>();

    private final List<TimedUnits> toReturn = new ArrayList<>();

    EveryEvent(Scheduler scheduler) {
        this(scheduler, false);
    }

    /** @param ecrc whether TLPs have a digest */
    EveryEvent(Scheduler scheduler, boolean ecrc) {
        super(ecrc);
        this.scheduler = scheduler;
        decide = scheduler.handler(this::nowDecides);
        eligible = scheduler.handler(this::nowEligible);
        freed = scheduler.handler(this::nowFreed);
        credits = scheduler.handler(this::nowCredits);
        received = scheduler.handler(this::nowReceived);
        arrives = scheduler.handler(this::nowArrives);
        stop = scheduler.handler(index -> stop(index - AFTER_ARRIVALS));
        done = scheduler.handler(index -> end(index - AFTER_ARRIVALS));
    }

    @Override
    void grown(int channelCount) {
        int before = planned.length;
        planned = Arrays.copyOf(planned, channelCount);
        Arrays.fill(planned, before, channelCount, Agenda.NEVER);
        while (toFree.size() < Receiver.CLASSES * channelCount) {
            toFree.add(new TimedUnits());
            toReturn.add(new TimedUnits());
        }
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
            scheduler.at(at, Phase.DECISION, decide, channel.rank);
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
        scheduler.at(at, Phase.STATE, eligible, tlp.id);
    }

    private void nowEligible(int id) {
        Tlp tlp = tlp(id);
        tlp.eligible = scheduler.now();
        poke(tlp.path.channel(tlp.step), scheduler.now());
    }

    @Override
    void freed(Receiver receiver, int tlpClass, int dataUnits, long at) {
        int index = receiver.channel().rank * Receiver.CLASSES + tlpClass;
        toFree.get(index).add(at, 1, dataUnits);
        scheduler.at(at, Phase.STATE, freed, index);
    }

    private void nowFreed(int index) {
        TimedUnits units = toFree.get(index);
        Channel channel = channel(index / Receiver.CLASSES);
        channel.receiver().addFreed(index % Receiver.CLASSES, units.data(), scheduler.now());
        units.remove();
        wakeForDllp(channel);
    }

    @Override
    void credits(Channel channel, int tlpClass, int headerUnits, int dataUnits, long at) {
        int index = channel.rank * Receiver.CLASSES + tlpClass;
        toReturn.get(index).add(at, headerUnits, dataUnits);
        scheduler.at(at, Phase.STATE, credits, index);
    }

    private void nowCredits(int index) {
        TimedUnits units = toReturn.get(index);
        channel(index / Receiver.CLASSES)
                .creditsArrive(index % Receiver.CLASSES, units.headers(), units.data(), scheduler.now());
        units.remove();
    }

    @Override
    void received(Receiver receiver, long at) {
        scheduler.at(at, Phase.STATE, received, receiver.channel().rank);
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
        scheduler.at(at, Phase.STATE, arrives, path.number);
    }

    private void nowArrives(int number) {
        Path path = path(number);
        path.end().arrives(path.onTheLastLeg().remove(), scheduler.now());
    }

    @Override
    void stop(Flow flow, long at) {
        scheduler.at(at, Phase.STATE, stop, AFTER_ARRIVALS + flow.number);
    }

    @Override
    void done(Flow flow, long at) {
        scheduler.at(Math.max(at, scheduler.now()), Phase.STATE, done, AFTER_ARRIVALS + flow.number);
    }
}
