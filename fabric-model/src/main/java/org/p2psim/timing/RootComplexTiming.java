package org.p2psim.timing;

import java.util.OptionalLong;

/**
 * What a host bridge forwards, beside latency and largest payload, which the fabric has.
 *
 * @param p2pReadBandwidth data of completions that it forwards from peer to peer, bytes a second: all that it
 *     forwards together, from its own root ports and from other root complexes; empty if it is never the bottleneck
 * @param p2pWriteBandwidth the same of posted writes
 * @param p2pReads what becomes of memory reads of peers: served means forwarded (client CPUs of Intel do not:
 *     NVIDIA/open-gpu-kernel-modules#1253)
 * @param forwardsP2pWrites whether it forwards writes to peers; one that does not drops them
 * @param iommu the IOMMU in front of its root bus
 * @param memoryBandwidth data between its root ports and host memory, bytes a second in each direction: the limit of a
 *     quadrant of an I/O die; empty if it is never the bottleneck
 * @param completionSlot bytes: on the wire a completion of its root ports begins at a multiple of this, 1 for anywhere
 */
public record RootComplexTiming(
        OptionalLong p2pReadBandwidth,
        OptionalLong p2pWriteBandwidth,
        Response p2pReads,
        boolean forwardsP2pWrites,
        IommuTiming iommu,
        OptionalLong memoryBandwidth,
        int completionSlot) {
    /** Forwards everything, as fast as its links. What the CPU at hand does is rarely published. */
    public static final RootComplexTiming DEFAULT = new RootComplexTiming(
            OptionalLong.empty(),
            OptionalLong.empty(),
            Response.SERVED,
            true,
            IommuTiming.DEFAULT,
            OptionalLong.empty(),
            1);

    /** Completions begin anywhere on the wire; reads that it does not forward end with Unsupported Request. */
    public RootComplexTiming(
            OptionalLong p2pReadBandwidth,
            OptionalLong p2pWriteBandwidth,
            boolean forwardsP2pReads,
            boolean forwardsP2pWrites,
            IommuTiming iommu,
            OptionalLong memoryBandwidth) {
        this(
                p2pReadBandwidth,
                p2pWriteBandwidth,
                forwardsP2pReads ? Response.SERVED : Response.UNSUPPORTED_REQUEST,
                forwardsP2pWrites,
                iommu,
                memoryBandwidth,
                1);
    }

    /** @throws IllegalArgumentException if a bandwidth is not positive */
    public RootComplexTiming {
        Range.atLeast("bandwidth of peer-to-peer reads", p2pReadBandwidth.orElse(1), 1);
        Range.atLeast("bandwidth of peer-to-peer writes", p2pWriteBandwidth.orElse(1), 1);
        Range.check("start of completions on the wire, bytes", completionSlot, 1, 256);
        Range.atLeast("bandwidth to memory", memoryBandwidth.orElse(1), 1);
    }

    /**
     * What becomes of a peer's request.
     *
     * @param posted true for writes
     */
    public Response response(boolean posted) {
        return posted ? (forwardsP2pWrites ? Response.SERVED : Response.NONE) : p2pReads;
    }
}
