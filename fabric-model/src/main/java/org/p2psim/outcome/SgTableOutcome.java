package org.p2psim.outcome;

import com.google.common.collect.ImmutableList;
import java.util.List;
import org.p2psim.iommu.MappedPages;

/**
 * A scatter/gather table that an importer was given.
 *
 * @param owner the MR or attachment that it was mapped for
 * @param at when it was mapped, ticks
 * @param addresses what its DMA addresses are
 * @param iommuPages what the IOMMU's page table has for it; empty unless the addresses are IOVAs
 */
public record SgTableOutcome(
        String owner, String dmaBuf, long at, Addresses addresses, List<Entry> entries, List<MappedPages> iommuPages) {
    public SgTableOutcome {
        entries = ImmutableList.copyOf(entries);
        iommuPages = ImmutableList.copyOf(iommuPages);
    }

    /** What a DMA address stands for. */
    public enum Addresses {
        /** What the BAR itself decodes: no IOMMU is there, or none is on the way below a switch. */
        PHYSICAL,
        /** An I/O virtual address of the importer's domain. */
        IOVA,
        /** What a guest takes for physical: the host's IOMMU translates it. */
        GUEST_PHYSICAL
    }

    /** One segment: DMA address (unsigned) and length in bytes. */
    public record Entry(long address, long length) {}
}
