package org.p2psim.run.flow;

import com.google.common.collect.ImmutableList;
import java.util.Arrays;
import java.util.Set;
import org.p2psim.transaction.Splitting;

/** A route as TLPs take it: the channels one after the other, and what lies between two of them. */
final class Path {
    /** Of what arrives at one instant, that on the path with the lower number comes first. */
    final int number;

    private final Channel[] channels;
    private final Leg[] legs;
    private final End end;
    private final TlpQueue onTheLastLeg = new TlpQueue();

    /**
     * What lies between a channel and the next, or the end.
     *
     * @param latency of the head of a TLP, ticks
     * @param storeAndForward whether a TLP is received whole before it is sent on
     * @param maxPayload bytes, a power of two; larger TLPs are received whole and sent on in parts
     */
    record Leg(long latency, boolean storeAndForward, int maxPayload) {
        static final int ANY_PAYLOAD = 1 << 30;

        Leg {
            if (Integer.bitCount(maxPayload) != 1) {
                throw new IllegalArgumentException(
                        "a root complex forwards payloads of up to a power of two, not of %d bytes"
                                .formatted(maxPayload));
            }
        }
    }

    /** What becomes of TLPs that have passed the last channel. */
    interface End {
        /** @param tail when the last byte arrives, ticks: now or later */
        void arrives(Tlp tlp, long tail);

        /** Whether writes that arrive land, all of them. */
        default boolean lands() {
            return true;
        }

        /** An IOMMU on the way does not translate the address. */
        default void blocked(Tlp tlp, long tail) {
            throw new IllegalStateException("no IOMMU looks at completions");
        }
    }

    /** @param legs one more than channels: the first lies before the first channel */
    Path(int number, ImmutableList<Channel> channels, ImmutableList<Leg> legs, End end) {
        this.number = number;
        this.channels = channels.toArray(new Channel[0]);
        this.legs = legs.toArray(new Leg[0]);
        this.end = end;
    }

    int length() {
        return channels.length;
    }

    Channel channel(int step) {
        return channels[step];
    }

    /** @param step of the channel after it; for the last, the number of channels */
    Leg leg(int step) {
        return legs[step];
    }

    /** Adds its channels, those of the other direction, and those that share a rate with them. */
    void addChannels(Set<Channel> to) {
        for (Channel channel : channels) {
            to.add(channel);
            Channel reverse = channel.reverse();
            if (reverse != null) {
                to.add(reverse);
            }
            Channel sharer = channel.sharer();
            if (sharer != null) {
                to.add(sharer);
            }
        }
    }

    /** Whether an IOMMU is on it. */
    boolean isTranslated() {
        return Arrays.stream(channels).anyMatch(each -> each.pace().translates());
    }

    /** Whether a TLP on it may come to an end before its end. */
    boolean mayBlock() {
        return Arrays.stream(channels).anyMatch(each -> each.pace().mayBlock());
    }

    /** Addresses that differ by a multiple of this are treated alike, bytes. */
    long alignment() {
        long most = Splitting.REQUEST_BOUNDARY;
        for (Channel channel : channels) {
            most = Math.max(most, channel.pace().page());
        }
        return most;
    }

    /** Ticks that a byte of data takes at least. */
    double ticksPerByte() {
        double most = 0;
        for (Channel channel : channels) {
            most = Math.max(most, channel.pace().ticksPerByte());
        }
        return most;
    }

    End end() {
        return end;
    }

    /** TLPs that have left the last channel and not arrived. */
    TlpQueue onTheLastLeg() {
        return onTheLastLeg;
    }
}
