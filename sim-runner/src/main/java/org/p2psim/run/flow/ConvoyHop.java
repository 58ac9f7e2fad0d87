package org.p2psim.run.flow;

import org.p2psim.run.flow.Path.Leg;

/** One channel on the way of a {@link Convoy}, and what it is to TLPs that are alike. */
final class ConvoyHop {
    private final KnownTimes progress;
    private final Path path;
    private final int step;
    private final Channel channel;
    private final Receiver receiver;
    /** When each TLP of a block has set out on the channel before, and then on this one. */
    private final long[] starts;

    private int dataUnits;
    private int payload;
    private int wireBytes;
    private long ticks;
    /** From setting out on the channel before until this one may send it. */
    private long before;
    /** From setting out until the next channel may send it, or it has arrived. */
    private long onward;

    ConvoyHop(KnownTimes progress, Path path, int step, Block block) {
        this.progress = progress;
        this.path = path;
        this.step = step;
        this.channel = path.channel(step);
        this.receiver = channel.receiver();
        this.starts = block.starts;
    }

    Channel channel() {
        return channel;
    }

    Receiver.Queue buffer() {
        return receiver.queue(Channel.POSTED);
    }

    long onward() {
        return onward;
    }

    /** From now on TLPs are like this one. */
    void measure(Tlp tlp) {
        dataUnits = tlp.dataUnits;
        payload = tlp.payload;
        wireBytes = channel.pace().wireBytes(tlp);
        ticks = channel.pace().ticks(tlp);
        before = step == 0 ? 0 : behind(step, path.channel(step - 1).pace().ticks(tlp), tlp);
        onward = behind(step + 1, ticks, tlp);
    }

    /** How much later than a TLP sets out on a channel it may go on. */
    private long behind(int next, long itsTicks, Tlp tlp) {
        Leg leg = path.leg(next);
        if (next == path.length() || leg.storeAndForward()) {
            return leg.latency() + itsTicks;
        }
        tlp.tail = itsTicks;
        long lead = path.channel(next).pace().lead(tlp);
        tlp.tail = 0;
        return leg.latency() + lead;
    }

    /**
     * Sends TLPs of a block for which there are credits, before the horizon.
     *
     * @return how many; none if the first one has to wait until the horizon or longer
     */
    int send(int from, int to, long horizon) {
        long ready = Math.max(channel.free(), starts[from] + before);
        long first = channel.gate().opensAt(Channel.POSTED, dataUnits, ready, horizon);
        if (first >= horizon) {
            return 0;
        }
        int most = from + Math.min(to - from, channel.gate().count(Channel.POSTED, dataUnits));
        long start = first;
        long busySince = first;
        long free = first;
        int next = from;
        do {
            if (start != free) {
                channel.use().addBusy(busySince, free - busySince);
                busySince = start;
            }
            starts[next++] = start;
            free = start + ticks;
            start = next < most ? Math.max(free, starts[next] + before) : Agenda.NEVER;
        } while (start < horizon);
        channel.use().addBusy(busySince, free - busySince);
        sent(from, next, free);
        return next - from;
    }

    private void sent(int from, int to, long free) {
        int count = to - from;
        channel.use().addAlike(count, ticks, payload, wireBytes);
        channel.sentAlike(Channel.POSTED, count, dataUnits, free);
        receive(from, to);
        if (step > 0) {
            leave(path.channel(step - 1).receiver(), from, to);
        }
        if (step + 1 == path.length()) {
            leave(receiver, from, to);
        }
    }

    private void receive(int from, int to) {
        long acknowledged = receiver.acknowledged();
        for (int i = from; i < to; i++) {
            long at = starts[i] + ticks;
            if (at > acknowledged) {
                progress.received(receiver, at);
                acknowledged = receiver.acknowledged();
            }
        }
    }

    /** They leave a buffer when their tails are on this channel. */
    private void leave(Receiver buffer, int from, int to) {
        long updated = buffer.updated(Channel.POSTED);
        int together = 0;
        for (int i = from; i < to; i++) {
            long at = starts[i] + ticks;
            if (at <= updated) {
                together++;
            } else {
                buffer.addFreedTogether(Channel.POSTED, together, together * dataUnits);
                together = 0;
                progress.freed(buffer, Channel.POSTED, dataUnits, buffer.freedAt(Channel.POSTED, at));
                updated = buffer.updated(Channel.POSTED);
            }
        }
        buffer.addFreedTogether(Channel.POSTED, together, together * dataUnits);
        buffer.freedAt(Channel.POSTED, starts[to - 1] + ticks);
    }

    /** A TLP that has set out here waits for the next channel. */
    void handOver(Tlp tlp, long start) {
        tlp.step = step;
        tlp.tail = ticks;
        progress.forward(channel, tlp, start);
    }
}
