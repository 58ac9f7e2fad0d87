package org.p2psim.dmabuf;

import org.p2psim.address.Bdf;

/**
 * A device that imports dma-bufs, and how its driver attaches.
 *
 * @param function its address in the tree that the deciding kernel sees
 * @param dynamic whether the driver attaches with importer callbacks ({@code dma_buf_dynamic_attach()})
 * @param allowPeer2peer whether those callbacks say that it can reach memory of a peer
 * @param maxSegmentSize largest segment that it takes, bytes, unsigned ({@code dma_get_max_seg_size()})
 * @param doesDma false for RDMA in software (rxe, siw), whose addresses are those of the CPU
 */
public record Importer(
        String name, Bdf function, boolean dynamic, boolean allowPeer2peer, long maxSegmentSize, boolean doesDma) {
    /** One that does DMA. */
    public Importer(String name, Bdf function, boolean dynamic, boolean allowPeer2peer, long maxSegmentSize) {
        this(name, function, dynamic, allowPeer2peer, maxSegmentSize, true);
    }
}
