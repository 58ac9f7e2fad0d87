package org.p2psim.scenario;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.p2psim.p2p.MapType;
import org.p2psim.platform.Errno;
import org.p2psim.scenario.quantity.Rate;
import org.p2psim.scenario.quantity.Time;

/**
 * One line of {@code expect}: about a pair of functions, or about the object of an operation, or about the invariants.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.DEDUCTION)
@JsonSubTypes({
    @JsonSubTypes.Type(Expectation.P2p.class),
    @JsonSubTypes.Type(Expectation.Mr.class),
    @JsonSubTypes.Type(Expectation.DmaBuf.class),
    @JsonSubTypes.Type(Expectation.Attachment.class),
    @JsonSubTypes.Type(Expectation.Dma.class),
    @JsonSubTypes.Type(Expectation.Line.class),
    @JsonSubTypes.Type(Expectation.Invariants.class),
})
public sealed interface Expectation {

    /** The kernel's verdict for provider and client. */
    record P2p(List<String> p2p, Optional<MapType> is, OptionalInt distance) implements Expectation {
        public P2p {
            p2p = ImmutableList.copyOf(p2p);
        }
    }

    /**
     * An MR: {@code registered}, {@code refused} (with an errno or any) or {@code deregistered} at the end.
     *
     * @param sgEntries entries of its scatter/gather table
     */
    record Mr(String mr, Optional<MrState> is, Optional<Errno> errno, OptionalInt sgEntries) implements Expectation {}

    enum MrState {
        REGISTERED,
        REFUSED,
        DEREGISTERED
    }

    /** A dma-buf: {@code exported}, {@code refused} or {@code released} at the end. */
    record DmaBuf(String dmaBuf, Optional<DmaBufState> is, Optional<Errno> errno) implements Expectation {}

    enum DmaBufState {
        EXPORTED,
        REFUSED,
        RELEASED
    }

    /** An attachment: {@code attached}, {@code mapped}, {@code refused} or {@code detached} at the end. */
    record Attachment(String attachment, Optional<AttachmentState> is, Optional<Errno> errno, OptionalInt sgEntries)
            implements Expectation {}

    enum AttachmentState {
        ATTACHED,
        MAPPED,
        REFUSED,
        DETACHED
    }

    /**
     * A DMA: {@code completed}, {@code refused} or {@code unfinished}; its bandwidth between two bounds (bytes a
     * second) and the greatest latency of its requests (ticks).
     *
     * @param latency by percentile, {@code p99.9}: what it does not exceed
     */
    record Dma(
            String dma,
            Optional<DmaState> is,
            Optional<Errno> errno,
            @Rate OptionalLong minBandwidth,
            @Rate OptionalLong maxBandwidth,
            @Time OptionalLong maxLatency,
            Map<String, LatencyLimit> latency)
            implements Expectation {
        public Dma {
            latency = ImmutableMap.copyOf(latency);
        }
    }

    /** The greatest latency at a percentile, ticks. */
    record LatencyLimit(long ticks) {}

    enum DmaState {
        COMPLETED,
        REFUSED,
        UNFINISHED
    }

    /** The operation on a line of the timeline, counted from 0, ends with this errno. */
    record Line(int operation, Errno errno) implements Expectation {}

    record Invariants(boolean noInvariantBroken) implements Expectation {}
}
