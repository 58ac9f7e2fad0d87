package org.p2psim.run.flow;

import java.util.Arrays;
import java.util.Optional;
import org.p2psim.timing.DmaEngineTiming;
import org.p2psim.timing.PortTiming;
import org.p2psim.timing.Response;
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

    /** Whether it translates addresses. */
    default boolean translates() {
        return false;
    }

    /** Whether it may let a TLP go no further. */
    default boolean mayBlock() {
        return translates();
    }

    /** Bytes: addresses that differ by a multiple are treated alike. */
    default long page() {
        return 1;
    }

    /** What its delays depend on. */
    default void put(State state) {}

    /** What happens from now on is noted, as it may be repeated. */
    default void beginPeriod() {}

    /** Everything happens so much later, after so many periods; a flow of the state is where it has gone on to. */
    default void shift(long ticks, long periods, State state) {}

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

    /**
     * What becomes of a request that goes no further here. IOMMUs are free to answer with Unsupported Request or
     * Completer Abort (Intel VT-d specification, handling of faulting DMA requests): they are taken to do the first.
     */
    default Response refusal() {
        return Response.UNSUPPORTED_REQUEST;
    }

    /**
     * Whether the tail of a TLP is as far behind its head as the channel is slow, whatever it was before. How long it
     * takes follows from its size alone then, and nothing delays it.
     */
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
        private final int gap;
        private final int tailGap;
        private final int completionSlot;

        /**
         * The pace of a transmitter.
         *
         * @param efficiency permille of the rate of the link
         * @param gap bytes that stay idle after each TLP
         * @param tailGap bytes that stay idle besides after the last TLP of some writes
         * @param completionSlot bytes: completions begin at multiples of it
         */
        OfLink(Link link, int efficiency, int gap, int tailGap, int completionSlot) {
            this.gap = gap;
            this.tailGap = tailGap;
            this.completionSlot = completionSlot;
            flitMode = link.flitMode();
            ticks = new long[Splitting.REQUEST_BOUNDARY + 64 + gap + tailGap + completionSlot];
            Arrays.setAll(ticks, bytes -> slower(withSkp(link.serialisationTicks(bytes)), efficiency));
            dllpTicks = flitMode ? 0 : ticks[DataLinkLayer.DLLP_BYTES];
        }

        private static long slower(long ticks, int efficiency) {
            return (ticks * PortTiming.WHOLE_RATE + efficiency - 1) / efficiency;
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
            int bytes = wireBytes(tlp);
            if (completionSlot > 1 && tlp.kind == TlpKind.COMPLETION_WITH_DATA) {
                bytes = (bytes + completionSlot - 1) / completionSlot * completionSlot;
            }
            return ticks[bytes + gap + (tlp.tailOfOdd ? tailGap : 0)];
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
            return dataTicks(tlp.payload, bytesPerSecond);
        }
    }

    /** What sends packets at a rate, each with its overhead. */
    record OfPort(long bytesPerSecond, int overhead) implements Pace {
        @Override
        public int wireBytes(Tlp tlp) {
            return tlp.payload + overhead;
        }

        @Override
        public long ticks(Tlp tlp) {
            return Math.max(1, wireBytes(tlp) * Ticks.PER_SECOND / bytesPerSecond);
        }

        @Override
        public boolean setsTail() {
            return true;
        }
    }

    /**
     * Host memory, which takes a TLP once all of it is there.
     *
     * @param bytesPerSecond {@link Long#MAX_VALUE} if it is never the bottleneck
     */
    record OfMemory(long bytesPerSecond) implements Pace {
        @Override
        public long ticks(Tlp tlp) {
            return dataTicks(tlp.payload, bytesPerSecond);
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
     * What a root complex forwards from peer to peer.
     *
     * @param bytesPerSecond of data; {@link Long#MAX_VALUE} if it is never the bottleneck
     * @param refusal what becomes of requests that it does not forward; {@link Response#SERVED} if it forwards them
     */
    record OfForwarding(long bytesPerSecond, Response refusal) implements Pace {
        @Override
        public long ticks(Tlp tlp) {
            return dataTicks(tlp.payload, bytesPerSecond);
        }

        @Override
        public boolean mayBlock() {
            return refusal != Response.SERVED;
        }

        @Override
        public long delay(Tlp tlp, long now) {
            return refusal == Response.SERVED ? 0 : BLOCKED;
        }
    }

    /** A DMA engine, which hands whole requests over to its link, one after the other. */
    record OfEngine(long bytesPerSecond, long issueInterval, DmaEngineTiming engine) implements Pace {
        private static final int LINE = 64;

        @Override
        public long ticks(Tlp tlp) {
            long bus = engine.hasBus() ? busTicks(tlp.dmaBytes) * tlp.bytes / tlp.dmaBytes : 0;
            return Math.max(Math.max(issueInterval, bus), dataTicks(tlp.bytes, bytesPerSecond));
        }

        private long busTicks(long bytes) {
            long lines = (bytes + LINE - 1) / LINE;
            return Math.min(engine.busMost(), Math.max(engine.busLeast(), lines * LINE * engine.busPerByte()));
        }

        @Override
        public long delay(Tlp tlp, long now) {
            tlp.tail = 0;
            return 0;
        }
    }

    /** What a DMA engine does for one direction before its requests come to what both share. */
    record OfEngineStage(DmaEngineTiming engine) implements Pace {
        @Override
        public long ticks(Tlp tlp) {
            return Math.max(1, tlp.kind == TlpKind.MEM_READ ? readTicks(tlp) : writeTicks(tlp));
        }

        private long writeTicks(Tlp write) {
            int fetches = (write.bytes + DmaEngineTiming.FETCH_BYTES - 1) / DmaEngineTiming.FETCH_BYTES;
            return (write.firstOfDma ? engine.writeStart() : 0) + fetches * engine.writeFetch();
        }

        private long readTicks(Tlp read) {
            return (read.bytes & 3) == 0 ? 0 : engine.oddRead();
        }

        @Override
        public long delay(Tlp tlp, long now) {
            tlp.tail = 0;
            return 0;
        }
    }

    /** How long so many bytes take, at least 1 tick. */
    private static long dataTicks(int bytes, long bytesPerSecond) {
        return bytesPerSecond == Long.MAX_VALUE ? 1 : Math.max(1, bytes * Ticks.PER_SECOND / bytesPerSecond);
    }

    /**
     * An IOMMU: a TLP that waits for a page walk holds up those behind it, unless it is a read of host memory, which
     * answers in the order in which data is there.
     */
    final class OfIommu implements Pace {
        private final Iotlb iotlb;
        private final boolean overtaking;
        private final Optional<Pace> link;
        private long lastOut;

        /**
         * Its pace.
         *
         * @param overtaking whether reads of host memory overtake those that wait
         * @param link that it feeds and is not ahead of; empty if it takes TLPs as they come
         */
        OfIommu(Iotlb iotlb, boolean overtaking, Optional<Pace> link) {
            this.iotlb = iotlb;
            this.overtaking = overtaking;
            this.link = link;
        }

        @Override
        public long ticks(Tlp tlp) {
            return link.isPresent() ? link.get().ticks(tlp) : 1;
        }

        @Override
        public boolean translates() {
            return true;
        }

        @Override
        public long page() {
            return iotlb.page();
        }

        @Override
        public void put(State state) {
            state.putTime(lastOut);
            iotlb.put(state);
        }

        @Override
        public void beginPeriod() {
            iotlb.beginPeriod();
        }

        @Override
        public void shift(long ticks, long periods, State state) {
            lastOut += ticks;
            iotlb.shift(ticks, periods, state);
        }

        @Override
        public boolean repeats() {
            return !iotlb.hasRegions();
        }

        @Override
        public long delay(Tlp tlp, long now) {
            DmaRequest request = tlp.flow.request();
            if (!request.isTranslated(tlp.address)) {
                return BLOCKED;
            }
            boolean write = tlp.kind == TlpKind.MEM_WRITE;
            long translated = iotlb.translated(request.initiator().address(), tlp.address, now, write);
            if (overtaking && request.readsMemory()) {
                tlp.walk = Math.max(0, translated - Math.max(now, lastOut));
                translated = now;
            }
            lastOut = Math.max(lastOut, translated);
            tlp.above4GiB = tlp.flow.targetAbove4GiB();
            tlp.measure();
            return lastOut - now;
        }
    }
}
