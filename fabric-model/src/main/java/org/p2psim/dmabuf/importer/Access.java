package org.p2psim.dmabuf.importer;

import com.google.common.collect.ImmutableList;
import java.util.List;
import org.p2psim.dmabuf.SgTable;

/** What a NIC finds when it looks a key up for the access of a work request. */
public sealed interface Access {
    /** It does the DMA. */
    record Granted(MemoryRegion region, List<SgTable.Entry> segments) implements Access {
        public Granted {
            segments = ImmutableList.copyOf(segments);
        }
    }

    /**
     * It has no addresses: a local work request is paused, a remote one is answered with an RNR NAK, and the driver is
     * to run {@link MemoryRegion#fault}.
     */
    record Faults(MemoryRegion region) implements Access {}

    /** It refuses; the work request has completed with an error. */
    record Refused(WorkCompletion completion, String why) implements Access {}
}
