package org.p2psim.run.flow;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.p2psim.run.engine.Engine;
import org.p2psim.run.engine.Phase;

/** An event for everything that happens: nothing is known before its time. */
final class EveryEvent extends Progress {
    private final Engine engine;
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

    EveryEvent(Engine engine) {
        this(engine, false);
    }

    /** @param ecrc whether TLPs have a digest */
    EveryEvent(Engine engine, boolean ecrc) {
        super(ecrc);
        this.engine = engine;
        decide = engine.handler(this::nowDecides);
        eligible = engine.handler(this::nowEligible);
        freed = engine.handler(this::nowFreed);
        credits = engine.handler(this::nowCredits);
        received = engine.handler(this::nowReceived);
        arrives = engine.handler(this::nowArrives);
        stop = engine.handler(index -> stop(index - AFTER_ARRIVALS));
        done = engine.handler(index -> end(index - AFTER_ARRIVALS));
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
        return engine.now();
    }

    @Override
    boolean knowsTimes() {
        return false;
    }

    @Override
    void wake(Channel channel, long at) {
        if (at < planned[channel.rank]) {
            planned[channel.rank] = at;
            engine.at(at, Phase.DECISION, decide, channel.rank);
        }
    }

    /** Of several plans for a channel the earliest counts. */
    private void nowDecides(int rank) {
        if (planned[rank] == engine.now()) {
            planned[rank] = Agenda.NEVER;
            channel(rank).decide(engine.now());
        }
    }

    @Override
    void poke(Channel channel, long at) {
        wake(channel, at == Agenda.NEVER ? at : Math.max(at, engine.now()));
    }

    @Override
    void busy(Channel channel) {
        wake(channel, channel.free());
    }

    @Override
    void eligible(Tlp tlp, Channel next, long at) {
        tlp.eligible = Agenda.NEVER;
        engine.at(at, Phase.STATE, eligible, tlp.id);
    }

    private void nowEligible(int id) {
        Tlp tlp = tlp(id);
        tlp.eligible = engine.now();
        poke(tlp.path.channel(tlp.step), engine.now());
    }

    @Override
    void freed(Receiver receiver, int tlpClass, int dataUnits, long at) {
        int index = receiver.channel().rank * Receiver.CLASSES + tlpClass;
        toFree.get(index).add(at, 1, dataUnits);
        engine.at(at, Phase.STATE, freed, index);
    }

    private void nowFreed(int index) {
        TimedUnits units = toFree.get(index);
        Channel channel = channel(index / Receiver.CLASSES);
        channel.receiver().addFreed(index % Receiver.CLASSES, units.data(), engine.now());
        units.remove();
        wakeForDllp(channel);
    }

    @Override
    void credits(Channel channel, int tlpClass, int headerUnits, int dataUnits, long at) {
        if (at == engine.now()) {
            // In FLIT mode a DLLP takes no time: the decision that has asked for it counts on it.
            channel.creditsArrive(tlpClass, headerUnits, dataUnits, at);
            return;
        }
        int index = channel.rank * Receiver.CLASSES + tlpClass;
        toReturn.get(index).add(at, headerUnits, dataUnits);
        engine.at(at, Phase.STATE, credits, index);
    }

    private void nowCredits(int index) {
        TimedUnits units = toReturn.get(index);
        channel(index / Receiver.CLASSES)
                .creditsArrive(index % Receiver.CLASSES, units.headers(), units.data(), engine.now());
        units.remove();
    }

    @Override
    void received(Receiver receiver, long at) {
        engine.at(at, Phase.STATE, received, receiver.channel().rank);
    }

    private void nowReceived(int rank) {
        channel(rank).receiver().addReceived(engine.now());
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
        engine.at(at, Phase.STATE, arrives, path.number);
    }

    private void nowArrives(int number) {
        Path path = path(number);
        path.end().arrives(path.onTheLastLeg().remove(), engine.now());
    }

    @Override
    void stop(Flow flow, long at) {
        engine.at(at, Phase.STATE, stop, AFTER_ARRIVALS + flow.number);
    }

    @Override
    void done(Flow flow, long at) {
        engine.at(Math.max(at, engine.now()), Phase.STATE, done, AFTER_ARRIVALS + flow.number);
    }
}
