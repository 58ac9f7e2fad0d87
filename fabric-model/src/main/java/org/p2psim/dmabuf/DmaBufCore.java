package org.p2psim.dmabuf;

import org.p2psim.platform.KernelFeature;
import org.p2psim.platform.KernelRelease;

/**
 * What the dma-buf core of a kernel release does differently from others (drivers/dma-buf/dma-buf.c).
 *
 * @param cachesTables up to 6.15: if only one of importer and exporter is dynamic, the table is made at attach and kept
 *     until detach, so that the exporter's refusal to map comes out of attach. Later: the table is made when the
 *     importer maps, and static importers wait for KERNEL fences there
 * @param pollHoldsFile 5.16 and later: a callback that poll leaves on a fence holds the file. Before: it is still there
 *     when the file goes away
 * @param fenceUsage 5.19 and later: fences have usage classes. Before: one exclusive fence, and shared ones
 * @param oneLockingConvention 6.2 and later: everybody holds dma_resv to map and unmap. Before: only if importer or
 *     exporter is dynamic
 * @param moveNotify whether importers are notified: a build option (DMABUF_MOVE_NOTIFY) up to 7.0, always from 7.1 on.
 *     Without, dynamic importers are pinned when they map
 * @param callbackOptional 7.1 and later: importers may attach with callbacks but without one for notifications
 */
public record DmaBufCore(
        boolean cachesTables,
        boolean pollHoldsFile,
        boolean fenceUsage,
        boolean oneLockingConvention,
        boolean moveNotify,
        boolean callbackOptional) {

    /** The core of a release, built with move notifications. */
    public static DmaBufCore of(KernelRelease release) {
        return of(release, true);
    }

    /**
     * The core of a release.
     *
     * @param moveNotify whether the kernel is built with DMABUF_MOVE_NOTIFY; it no longer matters from 7.1 on
     */
    public static DmaBufCore of(KernelRelease release, boolean moveNotify) {
        boolean invalidates = KernelFeature.DMABUF_INVALIDATE_MAPPINGS.isIn(release);
        return new DmaBufCore(
                !KernelFeature.DMABUF_MAPS_AT_MAP.isIn(release),
                KernelFeature.DMABUF_POLL_HOLDS_FILE.isIn(release),
                KernelFeature.DMABUF_FENCE_USAGE.isIn(release),
                KernelFeature.DMABUF_ONE_LOCKING_CONVENTION.isIn(release),
                moveNotify || invalidates,
                invalidates);
    }
}
