package org.p2psim.run.flow;

import java.util.Arrays;
import org.p2psim.topology.Link;
import org.p2psim.transaction.DataLinkLayer;
import org.p2psim.transaction.Splitting;
import org.p2psim.transaction.TlpKind;
import org.p2psim.unit.Ticks;

/** How long a TLP takes a channel, and is held up in it. All times in ticks. */
sealed interface Pace {
    /** What {@link #delay} returns for a TLP that goes no further. */
    long BLOCKED = -1;

    /** How long the channel is taken, at least 1. */
    long ticks(Tlp tlp);

    /** Bytes that it is on the wire, where there is one. */
    default int wireBytes(Tlp tlp) {
        return tlp.wireBytes;
    }

    /** Ticks that a byte of data takes at least. */
    default double ticksPerByte() {
        return 0;
    }

    /** Whether it treats TLPs alike that are alike but for their time and address. */
    default boolean repeats() {
        return true;
    }

    /** How long a DLLP takes the channel. */
    default long dllpTicks() {
        return 0;
    }

    /** How much later the head of a TLP leaves than it is sent; or {@link #BLOCKED}. Asked once for each TLP. */
    default long delay(Tlp tlp, long now) {
        return 0;
    }

    /** Whether the tail of a TLP is as far behind its head as the channel is slow, whatever it was before. */
    default boolean setsTail() {
        return false;
    }

    /** How much the head of a TLP must wait so that it can be sent without a gap. */
    default long lead(Tlp tlp) {
        return 0;
    }

    /** A link: what is on the wire, and the share of SKP ordered sets. */
    final class OfLink implements Pace {
        private final boolean flitMode;
        private final long[] ticks;
        private final long dllpTicks;

        OfLink(Link link) {
            flitMode = link.flitMode();
            ticks = new long[Splitting.REQUEST_BOUNDARY + 64];
            Arrays.setAll(ticks, bytes -> withSkp(link.serialisationTicks(bytes)));
            dllpTicks = flitMode ? 0 : ticks[DataLinkLayer.DLLP_BYTES];
        }

        /** FLITs have their share in the ratio of 236 to 256 bytes. */
        private long withSkp(long serialisation) {
            int interval = DataLinkLayer.SKP_INTERVAL;
            int rest = interval - DataLinkLayer.SKP_BYTES;
            return flitMode ? serialisation : (serialisation * interval + rest - 1) / rest;
        }

        @Override
        public int wireBytes(Tlp tlp) {
            return flitMode ? tlp.wireBytes - TlpKind.FRAMING : tlp.wireBytes;
        }

        @Override
        public long ticks(Tlp tlp) {
            return ticks[wireBytes(tlp)];
        }

        @Override
        public long dllpTicks() {
            return dllpTicks;
        }

        @Override
        public double ticksPerByte() {
            return (double) ticks[Splitting.REQUEST_BOUNDARY] / Splitting.REQUEST_BOUNDARY * 0.99;
        }

        @Override
        public boolean setsTail() {
            return true;
        }

        @Override
        public long lead(Tlp tlp) {
            return Math.max(0, tlp.tail - ticks(tlp));
        }
    }

    /**
     * What carries so many bytes of data a second, whatever it adds of its own.
     *
     * @param bytesPerSecond {@link Long#MAX_VALUE} if it is never the bottleneck
     */
    record OfData(long bytesPerSecond) implements Pace {
        @Override
        public long ticks(Tlp tlp) {
            return bytesPerSecond == Long.MAX_VALUE
                    ? 1
                    : Math.max(1, tlp.payload * Ticks.PER_SECOND / bytesPerSecond);
        }
    }

    /** An IOMMU: a TLP that waits for a page walk holds up those behind it. */
    final class OfIommu implements Pace {
        private final Iotlb iotlb;
        private long lastOut;

        OfIommu(Iotlb iotlb) {
            this.iotlb = iotlb;
        }

        @Override
        public long ticks(Tlp tlp) {
            return 1;
        }

        @Override
        public boolean repeats() {
            return false;
        }

        @Override
        public long delay(Tlp tlp, long now) {
            if (!tlp.flow.isTranslated(tlp.address)) {
                return BLOCKED;
            }
            lastOut = Math.max(lastOut, iotlb.translated(tlp.flow.initiator(), tlp.address, now));
            tlp.above4GiB = tlp.flow.targetAbove4GiB();
            tlp.measure();
            return lastOut - now;
        }
    }
}
