package org.p2psim.dmabuf.sgtable;

import java.util.ArrayList;
import java.util.List;
import org.p2psim.address.Bdf;
import org.p2psim.dmabuf.DmaMap;
import org.p2psim.dmabuf.Importer;
import org.p2psim.dmabuf.SgTable;

/** A machine without an IOMMU, whose DMA API fails once, and what was mapped and unmapped there. */
final class RecordingDmaMap implements DmaMap {
    private final int failing;
    private int calls;
    final List<SgTable.Entry> mapped = new ArrayList<>();
    final List<SgTable.Entry> unmapped = new ArrayList<>();

    /** @param failing number of the call that fails, from 0; -1 for none */
    RecordingDmaMap(int failing) {
        this.failing = failing;
    }

    static Importer importer(long maxSegmentSize) {
        return new Importer("nic0", Bdf.parse("00:03.0"), true, true, maxSegmentSize);
    }

    @Override
    public long map(Importer importer, long physical, long length) {
        if (calls++ == failing) {
            return FAILED;
        }
        mapped.add(new SgTable.Entry(physical, length));
        return physical;
    }

    /** The first mapping at this address that is still there goes. */
    @Override
    public void unmap(Importer importer, long dmaAddress) {
        List<SgTable.Entry> live = new ArrayList<>(mapped);
        unmapped.forEach(live::remove);
        unmapped.add(live.stream()
                .filter(entry -> entry.address() == dmaAddress && entry.length() != 0)
                .findFirst()
                .orElseThrow());
    }
}
