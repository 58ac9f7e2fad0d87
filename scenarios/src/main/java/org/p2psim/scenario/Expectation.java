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
import org.p2psim.dmabuf.Direction;
import org.p2psim.dmabuf.Poll;
import org.p2psim.dmabuf.importer.WorkCompletion;
import org.p2psim.invariant.Invariant;
import org.p2psim.p2p.MapType;
import org.p2psim.platform.Errno;
import org.p2psim.scenario.quantity.Address;
import org.p2psim.scenario.quantity.Rate;
import org.p2psim.scenario.quantity.Size;
import org.p2psim.scenario.quantity.Time;

/**
 * One line of {@code expect}: about a pair of functions, about the object of an operation, about what happened and in
 * which order, or about the invariants. Each kind has a key of its own that tells it.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.DEDUCTION)
@JsonSubTypes({
    @JsonSubTypes.Type(Expectation.P2p.class),
    @JsonSubTypes.Type(Expectation.Mr.class),
    @JsonSubTypes.Type(Expectation.Qp.class),
    @JsonSubTypes.Type(Expectation.DmaBuf.class),
    @JsonSubTypes.Type(Expectation.Attachment.class),
    @JsonSubTypes.Type(Expectation.Handle.class),
    @JsonSubTypes.Type(Expectation.Device.class),
    @JsonSubTypes.Type(Expectation.Dma.class),
    @JsonSubTypes.Type(Expectation.Broken.class),
    @JsonSubTypes.Type(Expectation.Line.class),
    @JsonSubTypes.Type(Expectation.Order.class),
    @JsonSubTypes.Type(Expectation.Count.class),
    @JsonSubTypes.Type(Expectation.Sg.class),
    @JsonSubTypes.Type(Expectation.Invariants.class),
})
public sealed interface Expectation {
    /** What is so when everything at a time has happened. */
    sealed interface OfState extends Expectation {
        /** The time, ticks; the end of the run if absent. */
        OptionalLong at();
    }

    /** The kernel's verdict for provider and client. */
    record P2p(List<String> p2p, Optional<MapType> is, OptionalInt distance) implements Expectation {
        public P2p {
            p2p = ImmutableList.copyOf(p2p);
        }
    }

    /**
     * An MR.
     *
     * @param errno what refused it
     * @param sgEntries entries of its scatter/gather table
     * @param sameKeyAs MR whose key number it has, too
     * @param otherKeyThan MR whose key number it has not
     */
    record Mr(
            String mr,
            Optional<MrState> is,
            Optional<Errno> errno,
            OptionalInt sgEntries,
            Optional<String> sameKeyAs,
            Optional<String> otherKeyThan,
            @Time OptionalLong at)
            implements OfState {}

    enum MrState {
        /** There, in whatever state. */
        REGISTERED,
        /** The NIC has its addresses. */
        ACTIVE,
        /** The NIC has no addresses, and faults. */
        ZAPPED,
        /** Dead until it is deregistered. */
        REVOKED,
        REFUSED,
        DEREGISTERED
    }

    record Qp(String qp, Optional<QpState> is, @Time OptionalLong at) implements OfState {}

    enum QpState {
        /** Not yet created, or refused. */
        RESET,
        READY,
        ERROR
    }

    /**
     * A dma-buf.
     *
     * @param references on its file
     */
    record DmaBuf(
            String dmaBuf,
            Optional<DmaBufState> is,
            Optional<Errno> errno,
            @Size OptionalLong size,
            OptionalInt references,
            @Time OptionalLong at)
            implements OfState {}

    enum DmaBufState {
        /** There, in whatever state. */
        EXPORTED,
        REFUSED,
        RELEASED,
        /** There, and its exporter refuses to map it. */
        REVOKED,
        /** There, and its exporter maps it. */
        MAPPABLE
    }

    /**
     * An attachment.
     *
     * @param peerToPeer whether the exporter left it the flag
     * @param direction in which it is mapped
     */
    record Attachment(
            String attachment,
            Optional<AttachmentState> is,
            Optional<Errno> errno,
            OptionalInt sgEntries,
            Optional<Boolean> peerToPeer,
            Optional<Direction> direction,
            @Time OptionalLong at)
            implements OfState {}

    enum AttachmentState {
        /** There, without a mapping. */
        ATTACHED,
        /** There, with a mapping. */
        MAPPED,
        /** There, and pinned; mapped or not. */
        PINNED,
        /** There, with a mapping that was invalidated and not yet given back. */
        STALE,
        REFUSED,
        DETACHED
    }

    /**
     * An allocation.
     *
     * @param exporting live dma-bufs of it
     */
    record Handle(
            String handle,
            Optional<HandleState> is,
            Optional<Errno> errno,
            OptionalInt exporting,
            Optional<Place> place,
            @Time OptionalLong at)
            implements OfState {}

    enum HandleState {
        ALLOCATED,
        REFUSED,
        FREED
    }

    /** Where a buffer of a GPU is. */
    enum Place {
        VISIBLE_VRAM,
        /** VRAM that the BAR does not show. */
        VRAM,
        SYSTEM
    }

    /**
     * A device.
     *
     * @param user who has it open
     */
    record Device(
            String device,
            Optional<DeviceState> is,
            Optional<String> user,
            @Time OptionalLong at) implements OfState {}

    enum DeviceState {
        OPEN,
        CLOSED,
        RESETTING,
        /** Unbound or unplugged. */
        GONE
    }

    /**
     * A DMA: how it went; its bandwidth between two bounds (bytes a second) and the greatest latency of its requests
     * (ticks); and what became of its bytes.
     *
     * @param status of its work completion
     * @param latency by percentile, {@code p99.9}: what it does not exceed
     * @param landed bytes by whom they belonged to when the DMA landed there: a user, a driver or {@link #NOBODY}
     * @param landedIn bytes by the dma-buf that they landed in, or {@link #ELSEWHERE}
     * @param data bytes of a read by the tag that they had
     * @param dropped bytes that the target did not take
     * @param blocked bytes that an IOMMU did not let pass
     */
    record Dma(
            String dma,
            Optional<DmaState> is,
            Optional<Errno> errno,
            Optional<WorkCompletion.Status> status,
            @Rate OptionalLong minBandwidth,
            @Rate OptionalLong maxBandwidth,
            @Time OptionalLong maxLatency,
            Map<String, LatencyLimit> latency,
            Map<String, Amount> landed,
            Map<String, Amount> landedIn,
            Map<String, Amount> data,
            @Size OptionalLong dropped,
            @Size OptionalLong blocked,
            @Time OptionalLong at)
            implements OfState {
        /** The owner of what belongs to nobody. */
        public static final String NOBODY = "nobody";

        /** Where a DMA lands that hits none of the timeline's dma-bufs. */
        public static final String ELSEWHERE = "elsewhere";

        public Dma {
            latency = ImmutableMap.copyOf(latency);
            landed = ImmutableMap.copyOf(landed);
            landedIn = ImmutableMap.copyOf(landedIn);
            data = ImmutableMap.copyOf(data);
        }
    }

    /** The greatest latency at a percentile, ticks. */
    record LatencyLimit(long ticks) {}

    /** So many bytes. */
    record Amount(long bytes) {}

    enum DmaState {
        COMPLETED,
        REFUSED,
        UNFINISHED
    }

    /**
     * An invariant is broken, for the first time as stated. Such a break does not fail the run.
     *
     * @param at when, ticks; any time if absent
     * @param event the event that breaks it: {@code what lane}
     * @param operation the one whose effect it is
     * @param enabledBy the first operation that made it possible
     */
    record Broken(
            Invariant broken,
            @Time OptionalLong at,
            Optional<String> event,
            Optional<LineName> operation,
            Optional<LineName> enabledBy)
            implements Expectation {}

    /**
     * An operation: its end, its errno, when it was over.
     *
     * @param gives what a poll returned; an empty list is nothing
     * @param ends when exactly, ticks
     * @param endsAfter when at the earliest
     * @param endsBefore when at the latest
     */
    record Line(
            LineName operation,
            Optional<LineState> is,
            Optional<Errno> errno,
            Optional<List<Poll.Event>> gives,
            @Time OptionalLong at,
            @Time OptionalLong ends,
            @Time OptionalLong endsAfter,
            @Time OptionalLong endsBefore)
            implements OfState {}

    enum LineState {
        DONE,
        REFUSED,
        /** Begun, and not over. */
        WAITING
    }

    /**
     * A line of the timeline, by its number or by its id.
     *
     * @param number in a file: counted from 0, as the file lists them; in a plan always there, and the index in {@link
     *     Plan#timeline}
     */
    record LineName(OptionalInt number, Optional<String> id) {
        public static LineName parse(String text) {
            return text.chars().allMatch(c -> c >= '0' && c <= '9')
                    ? new LineName(OptionalInt.of(Integer.parseInt(text)), Optional.empty())
                    : new LineName(OptionalInt.empty(), Optional.of(text));
        }
    }

    /** Events, each {@code what lane}, that happen in this order; others may come between them. */
    record Order(List<String> order) implements Expectation {
        public Order {
            order = ImmutableList.copyOf(order);
        }
    }

    /**
     * How often an event happens.
     *
     * @param count the event: {@code what lane}
     * @param from first time that counts, ticks; the start of the run if absent
     * @param until last time that counts; the end of the run if absent
     */
    record Count(
            String count,
            int is,
            @Time OptionalLong from,
            @Time OptionalLong until) implements Expectation {}

    /**
     * The scatter/gather table of an attachment or an MR, the last one it got; an empty list goes for any.
     *
     * @param sg its name
     * @param lengths bytes
     */
    record Sg(
            String sg,
            @Address List<Long> addresses,
            @Size List<Long> lengths,
            @Time OptionalLong at) implements OfState {
        public Sg {
            addresses = ImmutableList.copyOf(addresses);
            lengths = ImmutableList.copyOf(lengths);
        }
    }

    record Invariants(boolean noInvariantBroken) implements Expectation {}
}
