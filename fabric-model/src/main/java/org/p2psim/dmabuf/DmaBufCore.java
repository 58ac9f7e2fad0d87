package org.p2psim.dmabuf;

import org.p2psim.platform.KernelFeature;
import org.p2psim.platform.KernelRelease;

/** What the dma-buf core of a kernel release does differently from others (drivers/dma-buf/dma-buf.c). */
public enum DmaBufCore {
    /**
     * 5.8 to 6.15: if only one of importer and exporter is dynamic, the table is made at attach and kept until detach.
     * So the exporter's refusal to map comes out of attach.
     */
    CACHES_TABLE_AT_ATTACH,
    /** 6.16 and later: the table is made when the importer maps. */
    MAPS_AT_MAP;

    public static DmaBufCore of(KernelRelease release) {
        return KernelFeature.DMABUF_MAPS_AT_MAP.isIn(release) ? MAPS_AT_MAP : CACHES_TABLE_AT_ATTACH;
    }
}
