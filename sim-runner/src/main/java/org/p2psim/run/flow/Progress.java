package org.p2psim.run.flow;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * How what follows from a decision comes about: with an {@link EveryEvent event for everything}, or with
 * {@link KnownTimes times that are known as soon as the decision is made}. Both give the same times.
 */
abstract sealed class Progress permits EveryEvent, KnownTimes {
    /** Rank of events about the end of flows: whatever arrives at that instant comes before. */
    static final int AFTER_ARRIVALS = 1 << 23;

    private final List<Channel> channels = new ArrayList<>();
    /** The same, where one is found at once. */
    private Channel[] byRank = {};

    private final List<Flow> flows = new ArrayList<>();
    private final Set<Flow> running = new LinkedHashSet<>();
    private final List<Path> paths = new ArrayList<>();
    private Path[] byNumber = {};
    private final TlpPool pool;
    private final Untold untold = new Untold();

    /** @param ecrc whether TLPs have a digest */
    Progress(boolean ecrc) {
        this.pool = new TlpPool(ecrc);
    }

    /** @param make given its rank */
    Channel addChannel(IntFunction<Channel> make) {
        Channel channel = make.apply(channels.size());
        channels.add(channel);
        byRank = channels.toArray(new Channel[0]);
        grown(channels.size());
        return channel;
    }

    Channel channel(int rank) {
        return byRank[rank];
    }

    List<Channel> channels() {
        return channels;
    }

    /** @param make given its number */
    Flow addFlow(IntFunction<Flow> make) {
        Flow flow = make.apply(flows.size());
        flows.add(flow);
        return flow;
    }

    /** Flows that have begun and not ended. */
    Collection<Flow> running() {
        return running;
    }

    void begun(Flow flow) {
        running.add(flow);
        flowsChanged();
    }

    void ended(Flow flow) {
        running.remove(flow);
        flowsChanged();
    }

    /** Not what happens now: more of it may follow, and of one instant there is an order. */
    void tellPast() {
        tell(now() - 1);
    }

    /** Tells all listeners what has happened up to a time, that included. */
    void tell(long until) {
        untold.tell(running, until);
    }

    /** A flow has begun or ended. */
    void flowsChanged() {}

    /** Somebody else may be about to change what it means that a TLP lands. */
    void disturbed() {}

    /** @param make given its number */
    Path addPath(IntFunction<Path> make) {
        Path path = make.apply(paths.size());
        paths.add(path);
        byNumber = paths.toArray(new Path[0]);
        return path;
    }

    Path path(int number) {
        return byNumber[number];
    }

    /** The event that {@link #done} is about. */
    void end(int flow) {
        flows.get(flow).end();
    }

    void stop(int flow) {
        flows.get(flow).stop();
    }

    /** Counts the DLLPs that are still to come, once nothing else is. */
    void settle() {}

    /** There is one channel more. */
    abstract void grown(int channelCount);

    abstract long now();

    /** Whether rings hold times that are still to come. */
    abstract boolean knowsTimes();

    /** Before this time nothing happens but what follows from decisions. */
    abstract long horizon();

    /** The flow that begins at a channel, if it is alone all the way now; null if it is not. */
    @Nullable
    Convoy convoy(Channel first) {
        return null;
    }

    /** Whether a channel decides nothing ahead of the others though it could. */
    boolean goesByTheClock(Channel channel) {
        return false;
    }

    /** The channel that decides goes on at a later time, before the horizon. */
    abstract void runAheadTo(long time);

    /** The channel wants to decide at a time; {@link Agenda#NEVER} if only what others do can change anything. */
    abstract void wake(Channel channel, long at);

    /** Something for a channel has changed, or will at a time. */
    abstract void poke(Channel channel, long at);

    /** A DLLP keeps the channel busy. */
    abstract void busy(Channel channel);

    /** A TLP waits in a buffer and may be sent on from a time on. */
    abstract void eligible(Tlp tlp, Channel next, long at);

    /** A TLP has left a buffer, or will have at a time, and its credits with it. */
    abstract void freed(Receiver receiver, int tlpClass, int dataUnits, long at);

    /** An UpdateFC is back at the sender, or will be at a time. */
    abstract void credits(Channel channel, int tlpClass, int headerUnits, int dataUnits, long at);

    /** A receiver has, or will have at a time, a TLP to acknowledge. */
    abstract void received(Receiver receiver, long at);

    /** The tail of a TLP is at the end of its path, or will be at a time. */
    abstract void arrives(Tlp tlp, long at);

    /** A tag is back at its function, or will be at a time. */
    void tagBack(TagPool tags, long at, int bytes) {
        tags.giveBack(at, bytes);
    }

    /** A flow stops, now or at a time. */
    abstract void stop(Flow flow, long at);

    /** A flow has come to its end, or will have at a time. */
    abstract void done(Flow flow, long at);

    /** The head of a TLP leaves a channel towards the next, or the end. */
    void forward(Channel channel, Tlp tlp, long head) {
        tlp.goOn();
        Path.Leg leg = tlp.leg;
        if (tlp.step == tlp.path.length()) {
            free(channel.receiver(), tlp, head + tlp.tail);
            arrives(tlp, head + leg.latency() + tlp.tail);
            return;
        }
        Channel next = tlp.path.channel(tlp.step);
        tlp.heldUnits = tlp.dataUnits;
        channel.receiver().enqueue(tlp, next);
        boolean whole = leg.storeAndForward() || tlp.payload > leg.maxPayload();
        long behind = whole ? tlp.tail : next.pace().lead(tlp);
        if (whole) {
            tlp.tail = 0;
        }
        eligible(tlp, next, head + leg.latency() + behind);
    }

    /** A TLP that does not wait in the buffer leaves it. */
    void free(Receiver receiver, Tlp tlp, long at) {
        freed(receiver, tlp.tlpClass, tlp.dataUnits, receiver.freedAt(tlp.tlpClass, at));
    }

    Tlp take(Flow flow, Path path) {
        return pool.take(flow, path);
    }

    void giveBack(Tlp tlp) {
        pool.giveBack(tlp);
    }

    int tlps() {
        return pool.size();
    }

    Tlp tlp(int id) {
        return pool.tlp(id);
    }

    /** Takes the first bytes of a TLP off it, as a TLP of their own at the same place. */
    Tlp cut(Tlp tlp, int bytes) {
        Tlp part = take(tlp.flow, tlp.path);
        part.set(tlp.flow, tlp.path, tlp.kind, tlp.address, bytes, tlp.issued);
        part.step = tlp.step;
        part.leg = tlp.leg;
        part.above4GiB = tlp.above4GiB;
        part.request = tlp.request;
        part.operation = tlp.operation;
        part.poisoned = tlp.poisoned;
        part.measure();
        tlp.address += bytes;
        tlp.bytes -= bytes;
        tlp.measure();
        return part;
    }
}
