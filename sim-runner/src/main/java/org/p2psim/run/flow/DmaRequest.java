package org.p2psim.run.flow;

import java.util.List;
import java.util.function.LongPredicate;
import org.p2psim.routing.AddressKind;
import org.p2psim.run.flow.Target.MemoryTarget;
import org.p2psim.run.flow.Target.PciTarget;
import org.p2psim.topology.PciFunction;

/**
 * One DMA: which function reads or writes whose memory.
 *
 * @param name by which it can be stopped
 * @param memory what it reads or writes: a function's or the host's
 * @param requests what is transferred, and when; TLPs never span two segments
 * @param translated for IOVAs: whether the IOMMU has a translation for an address at the moment
 * @param answered of a read: whether the target answers one of an address at the moment; if it does not, the read comes
 *     to its end as an Unsupported Request. Asked when its answer sets out
 * @param tags memory reads that may be outstanding at once
 * @param mps Max_Payload_Size of writes and completions, bytes
 * @param mrrs Max_Read_Request_Size, bytes
 * @param rcb Read Completion Boundary of the target, 64 or 128 bytes
 * @param attributes of its requests, and of the completions that answer them
 */
public record DmaRequest(
        String name,
        PciFunction initiator,
        Target memory,
        Direction direction,
        Requests requests,
        AddressKind kind,
        LongPredicate translated,
        LongPredicate answered,
        int tags,
        int mps,
        int mrrs,
        int rcb,
        Attributes attributes) {
    public DmaRequest {
        if (tags < 1) {
            throw new IllegalArgumentException("a function needs at least one tag to read");
        }
        if (!isSize(mps) || !isSize(mrrs)) {
            throw new IllegalArgumentException(
                    "MPS and MRRS are powers of two from 128 to 4096, not %d and %d".formatted(mps, mrrs));
        }
        if (!fits(memory.completionMax().orElse(mps), rcb, mps)) {
            throw new IllegalArgumentException("completions are multiples of RCB, up to MPS");
        }
        if (rcb != 64 && rcb != 128) {
            throw new IllegalArgumentException("RCB is 64 or 128, not " + rcb);
        }
    }

    /** Of memory that always answers, if it ever does. */
    public DmaRequest(
            String name,
            PciFunction initiator,
            Target memory,
            Direction direction,
            Requests requests,
            AddressKind kind,
            LongPredicate translated,
            int tags,
            int mps,
            int mrrs,
            int rcb,
            Attributes attributes) {
        this(
                name,
                initiator,
                memory,
                direction,
                requests,
                kind,
                translated,
                address -> true,
                tags,
                mps,
                mrrs,
                rcb,
                attributes);
    }

    /** Without attributes. */
    public DmaRequest(
            String name,
            PciFunction initiator,
            Target memory,
            Direction direction,
            Requests requests,
            AddressKind kind,
            LongPredicate translated,
            int tags,
            int mps,
            int mrrs,
            int rcb) {
        this(name, initiator, memory, direction, requests, kind, translated, tags, mps, mrrs, rcb, Attributes.NONE);
    }

    /** All of the segments, as fast as possible, without attributes. */
    public DmaRequest(
            String name,
            PciFunction initiator,
            Target memory,
            Direction direction,
            List<Segment> segments,
            AddressKind kind,
            LongPredicate translated,
            int tags,
            int mps,
            int mrrs,
            int rcb) {
        this(name, initiator, memory, direction, new Requests.Bulk(segments), kind, translated, tags, mps, mrrs, rcb);
    }

    /** A DMA between two functions: all of the segments, as fast as possible, without attributes. */
    public DmaRequest(
            String name,
            PciFunction initiator,
            PciFunction target,
            Direction direction,
            List<Segment> segments,
            AddressKind kind,
            LongPredicate translated,
            int tags,
            int mps,
            int mrrs,
            int rcb) {
        this(name, initiator, new PciTarget(target), direction, segments, kind, translated, tags, mps, mrrs, rcb);
    }

    /** The same, of memory that may stop answering. */
    public DmaRequest answered(LongPredicate atTheMoment) {
        return new DmaRequest(
                name,
                initiator,
                memory,
                direction,
                requests,
                kind,
                translated,
                atTheMoment,
                tags,
                mps,
                mrrs,
                rcb,
                attributes);
    }

    private static boolean fits(int completionMax, int rcb, int mps) {
        return completionMax >= rcb && completionMax % rcb == 0 && completionMax <= mps;
    }

    private static boolean isSize(int bytes) {
        return Integer.bitCount(bytes) == 1 && bytes >= 128 && bytes <= 4096;
    }

    /** Whether the initiator reads the target's memory or writes it. */
    public enum Direction {
        READ,
        WRITE
    }

    /**
     * What lets TLPs pass posted ones (PCIe base specification 5.0, 2.2.6.3 and 2.2.6.4).
     *
     * @param relaxedOrdering RO: writes and completions may pass
     * @param idBasedOrdering IDO: TLPs of one requester may pass those of another
     */
    public record Attributes(boolean relaxedOrdering, boolean idBasedOrdering) {
        public static final Attributes NONE = new Attributes(false, false);
    }

    /**
     * Contiguous bytes as the initiator addresses them.
     *
     * @param dmaAddress of the first byte, unsigned
     */
    public record Segment(long dmaAddress, long length) {
        public Segment {
            if (length <= 0 || Long.compareUnsigned(dmaAddress + length - 1, dmaAddress) < 0) {
                throw new IllegalArgumentException("a segment of %d bytes at 0x%x".formatted(length, dmaAddress));
            }
        }
    }

    /**
     * The function whose memory it is.
     *
     * @throws IllegalStateException if it is host memory
     */
    public PciFunction target() {
        if (memory instanceof PciTarget device) {
            return device.function();
        }
        throw new IllegalStateException("DMA %s is to host memory".formatted(name));
    }

    boolean isRead() {
        return direction == Direction.READ;
    }

    /** Whether an IOMMU need not keep its reads in order: what answers them does not either. */
    boolean readsMemory() {
        return isRead() && memory instanceof MemoryTarget;
    }

    /** Whether its requests take equally long at the target, whatever their addresses. */
    boolean isAnsweredAlike() {
        return !isRead()
                || !(memory instanceof MemoryTarget host)
                || host.cached().alike();
    }

    /** Whether an IOMMU on the way, or ATS, has a translation for an address; raw bus addresses have none. */
    boolean isTranslated(long address) {
        return kind != AddressKind.BUS_ADDRESS && translated.test(address);
    }

    /** Bytes of the largest completion. */
    int completionMax() {
        return memory.completionMax().orElse(mps);
    }

    /** The memory that is touched. */
    public List<Segment> segments() {
        return requests.segments();
    }

    public long bytes() {
        return requests.bytes();
    }
}
