package org.p2psim.dmabuf.sgtable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.p2psim.address.Bdf;
import org.p2psim.dmabuf.DmaMap;
import org.p2psim.dmabuf.Importer;
import org.p2psim.dmabuf.SgTable;

/** A machine without an IOMMU, whose DMA API fails once, and what was unmapped there. */
final class RecordingDmaMap implements DmaMap {
    private final int failing;
    private int calls;
    private final Map<Long, Long> lengths = new HashMap<>();
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
        lengths.put(physical, length);
        return physical;
    }

    @Override
    public void unmap(Importer importer, long dmaAddress) {
        long length = Optional.ofNullable(lengths.get(dmaAddress)).orElseThrow();
        unmapped.add(new SgTable.Entry(dmaAddress, length));
    }
}
