package org.p2psim.run.flow;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.p2psim.transaction.TlpKind;

/**
 * The writes of a flow that has its way to itself: the channels carry nothing but them, and the other directions nothing
 * but the DLLPs about them. There is no choice then, so that TLPs go block by block, each block all the way, by the
 * times that the channels keep; one becomes an object only where it must wait for what may still happen.
 *
 * <p>A block goes on as far as those before it have made room. So up to the horizon all that a TLP depends on is known
 * when its turn comes, though the block before is ahead of it by then.
 */
final class Convoy {
    /** TLPs after which others have their turn: what is kept for the listener stays small. */
    private static final int MOST = 4 * Block.MOST;

    private final KnownTimes progress;
    private final Flow flow;
    private final Requester requester;
    private final ConvoyHop[] hops;

    private final Block block = new Block();
    private long horizon;

    /** What its TLPs are like. */
    private int bytes;

    private int wireBytes;
    private int dataUnits;
    private boolean tailOfOdd;

    private Convoy(KnownTimes progress, Flow flow) {
        this.progress = progress;
        this.flow = flow;
        this.requester = flow.requester();
        Path path = flow.way().request();
        this.hops = new ConvoyHop[path.length()];
        for (int step = 0; step < hops.length; step++) {
            hops[step] = new ConvoyHop(progress, path, step, block);
        }
    }

    /**
     * Of a flow that shares no channel with another.
     *
     * @return empty if it is no plain write of good data that lands, goes both ways on a link, or a channel looks at more than the sizes of TLPs
     */
    static Optional<Convoy> of(KnownTimes progress, Flow flow) {
        Path path = flow.way().request();
        boolean plain = flow.requester().isUndisturbed() && flow.request().requests() instanceof Requests.Bulk;
        plain &= path.end().lands() && !flow.mayBePoisoned();
        Set<Channel> passed = new HashSet<>();
        for (int step = 0; step < path.length(); step++) {
            Channel channel = path.channel(step);
            plain &= channel.isPlain() && !passed.contains(channel.reverse());
            passed.add(channel);
        }
        for (int step = 0; step <= path.length(); step++) {
            plain &= path.leg(step).maxPayload() >= flow.request().mps();
        }
        return plain ? Optional.of(new Convoy(progress, flow)) : Optional.empty();
    }

    /** Whether nothing is left of what passed the same channels before. */
    boolean isAlone() {
        Input input = requester;
        for (ConvoyHop hop : hops) {
            if (!hop.channel().servesOnly(input)) {
                return false;
            }
            input = hop.buffer();
        }
        return true;
    }

    /**
     * Sends TLPs, wherever they are, as long as it is before the horizon.
     *
     * @param first when the first channel decides next
     * @return when it decides next after that
     */
    long runAhead(long first, long itsHorizon) {
        horizon = itsHorizon;
        for (int step = hops.length - 1; step > 0; step--) {
            drain(step);
        }
        int sent = 0;
        int ofBlock = 1;
        while (sent < MOST && ofBlock > 0) {
            ofBlock = sendBlock(first);
            sent += ofBlock;
        }
        for (int step = 1; step < hops.length; step++) {
            if (waiting(step).isEmpty()) {
                progress.wake(hops[step].channel(), Agenda.NEVER);
            }
        }
        return requester.writesAlike(1) == 0
                ? Agenda.NEVER
                : Math.max(first, hops[0].channel().free());
    }

    /** TLPs that wait for a channel but the first. */
    private TlpQueue waiting(int step) {
        return hops[step - 1].buffer().tlps();
    }

    /** TLPs that wait for a channel go first, all the way. */
    private void drain(int step) {
        if (step == hops.length) {
            return;
        }
        Channel channel = hops[step].channel();
        while (!waiting(step).isEmpty()) {
            Tlp tlp = waiting(step).head();
            long ready = Math.max(channel.free(), tlp.eligible);
            long at = channel.gate().opensAt(tlp.tlpClass, tlp.dataUnits, ready, horizon);
            if (at >= horizon) {
                return;
            }
            channel.sendOnly(hops[step - 1].buffer(), at);
            drain(step + 1);
        }
    }

    /** Returns how many TLPs have set out; none if the next one is to wait, or there is none. */
    private int sendBlock(long first) {
        int most = requester.writesAlike(Block.MOST);
        if (most == 0) {
            return 0;
        }
        Tlp head = requester.head();
        block.begin(head);
        measure(head);
        Arrays.fill(block.starts, 0, most, first);
        int sent = hops[0].send(0, most, horizon);
        if (sent > 0) {
            System.arraycopy(block.starts, 0, block.issued, 0, sent);
            progress.runAheadTo(block.issued[sent - 1]);
            requester.tookAlike(sent);
            carry(1, 0, sent);
        }
        return sent;
    }

    private void measure(Tlp tlp) {
        boolean alike = tlp.bytes == bytes && tlp.wireBytes == wireBytes && tlp.dataUnits == dataUnits;
        if (alike && tlp.tailOfOdd == tailOfOdd) {
            return;
        }
        bytes = tlp.bytes;
        wireBytes = tlp.wireBytes;
        dataUnits = tlp.dataUnits;
        tailOfOdd = tlp.tailOfOdd;
        for (ConvoyHop hop : hops) {
            hop.measure(tlp);
        }
    }

    /** Sends some of the block on a channel and on all those after it. */
    private void carry(int step, int from, int to) {
        if (step == hops.length) {
            flow.wroteAlike(block, from, to, hops[step - 1].onward(), horizon);
            return;
        }
        int next = from;
        while (next < to) {
            int sent = waiting(step).isEmpty() ? hops[step].send(next, to, horizon) : 0;
            if (sent == 0) {
                handOver(step, next, to);
                return;
            }
            carry(step + 1, next, next + sent);
            next += sent;
        }
    }

    /** What is left of the block waits for a channel. */
    private void handOver(int step, int from, int to) {
        for (int i = from; i < to; i++) {
            Tlp tlp = requester.request(TlpKind.MEM_WRITE, block.address(i), bytes, block.issued[i]);
            tlp.tailOfOdd = tailOfOdd;
            hops[step - 1].handOver(tlp, block.starts[i]);
        }
    }
}
