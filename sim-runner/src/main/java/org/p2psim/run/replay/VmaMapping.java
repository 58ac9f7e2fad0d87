package org.p2psim.run.replay;

import java.util.LinkedHashSet;
import java.util.Set;
import org.p2psim.address.AddressRange;
import org.p2psim.dmabuf.exporter.VmaP2p;

/** What an importer has mapped of a VMA, and its DMA through it. */
final class VmaMapping {
    private final String name;
    private final String importer;
    private final String device;
    private final VmaP2p exporter;
    private final VmaP2p.Mapping mapping;
    private final Set<String> dma = new LinkedHashSet<>();
    private long invalidatedAt = Long.MAX_VALUE;

    /** @param device whose file the VMA is of */
    VmaMapping(String name, String importer, String device, VmaP2p exporter, VmaP2p.Mapping mapping) {
        this.name = name;
        this.importer = importer;
        this.device = device;
        this.exporter = exporter;
        this.mapping = mapping;
    }

    String name() {
        return name;
    }

    /** As the journal of the kernel calls it. */
    String lane() {
        return mapping.toString();
    }

    String importer() {
        return importer;
    }

    String device() {
        return device;
    }

    AddressRange pages() {
        return mapping.pages();
    }

    boolean isLive() {
        return mapping.isLive();
    }

    /** The importer is told. */
    void invalidated(long at) {
        invalidatedAt = at;
    }

    boolean isInvalidated() {
        return invalidatedAt != Long.MAX_VALUE;
    }

    boolean isInvalidatedBefore(long at) {
        return invalidatedAt < at;
    }

    void unmap() {
        exporter.unmap(mapping);
    }

    /** Names of DMA on its way through it. */
    Set<String> dma() {
        return dma;
    }
}
