package org.p2psim.dmabuf.sgtable;

import com.google.common.collect.ImmutableList;
import java.util.List;
import org.p2psim.address.AddressRange;

/**
 * Memory of a peer-to-peer provider that a dma-buf shows ({@code struct phys_vec}).
 *
 * @param ranges CPU physical addresses, in the order of the export; they may overlap and need not be sorted
 * @param busOffset what is added to a physical address to get the provider's PCI bus address
 */
public record PhysVec(List<AddressRange> ranges, long busOffset) {
    public PhysVec {
        ranges = ImmutableList.copyOf(ranges);
    }

    /** All ranges together, bytes. */
    public long total() {
        return ranges.stream().mapToLong(AddressRange::size).sum();
    }
}
