package org.p2psim.dmabuf.importer;

import org.p2psim.platform.KernelFeature;
import org.p2psim.platform.KernelRelease;

/** How an RDMA driver imports a dma-buf for a memory region (drivers/infiniband/core/umem_dmabuf.c). */
public enum RdmaFlavour {
    /** On-demand paging (mlx5): does not pin; zaps its translations when it is told, and maps again at the next fault. */
    DYNAMIC(KernelFeature.DYNAMIC_DMABUF_MR),
    /** Pins for as long as the region lives (efa, bnxt_re, hns). Cannot follow a notification, and only warns. */
    PINNED(KernelFeature.PINNED_DMABUF_MR),
    /** The same; its own driver may revoke it when its device goes away (mlx5 data direct). */
    PINNED_WITH_REVOKE(KernelFeature.DATA_DIRECT_MR),
    /** Pins, and takes a notification as revocation for ever (irdma). */
    PINNED_REVOCABLE(KernelFeature.REVOCABLE_DMABUF_MR);

    private final KernelFeature feature;

    RdmaFlavour(KernelFeature feature) {
        this.feature = feature;
    }

    /** Whether the umem code of a release has it. */
    public boolean isIn(KernelRelease release) {
        return feature.isIn(release);
    }

    boolean pins() {
        return this != DYNAMIC;
    }
}
