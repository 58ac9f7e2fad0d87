package org.p2psim.scenario.evidence;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.p2psim.dmabuf.SgTable;
import org.p2psim.dmabuf.sgtable.DevicePages;
import org.p2psim.dmabuf.sgtable.HabanalabsSgTable;
import org.p2psim.dmabuf.sgtable.PhysVec;
import org.p2psim.p2p.MapType;

/** What some builder of scatter/gather tables was given, and what it made of it. Sizes are bytes, unsigned. */
public sealed interface SgTableCase extends Evidence {
    /**
     * Device memory of habanalabs.
     *
     * @param kernelPageSize PAGE_SIZE of the kernel
     * @param failingCall which call of the DMA API fails, from 0
     * @param intended the memory that the table should show, in DMA addresses; the exported memory if not stated
     * @param expected the tables of some builders
     */
    record DeviceMemory(
            String id,
            DevicePages memory,
            long kernelPageSize,
            long maxSegmentSize,
            OptionalInt failingCall,
            Optional<List<SgTable.Entry>> intended,
            Map<HabanalabsSgTable, Expected> expected)
            implements SgTableCase {
        public DeviceMemory {
            expected = ImmutableMap.copyOf(expected);
        }
    }

    /** A slice of a BAR, as the vfio RFC exports it. */
    record BarSlice(String id, long physical, long size, long maxSegmentSize, Expected expected)
            implements SgTableCase {}

    /** Physical ranges of a peer-to-peer provider. */
    record PhysicalRanges(
            String id, PhysVec memory, MapType mapType, OptionalLong iova, long kernelPageSize, Expected expected)
            implements SgTableCase {}

    /**
     * What is stated about one table; what is not stated is empty.
     *
     * @param rc 0, or a negative errno
     * @param entries DMA addresses and lengths
     * @param unmapped what the error path undoes, in order
     * @param showsIntended whether the table shows the intended memory and no other
     * @param sameAsV6 whether it is the table of the habanalabs driver as posted
     * @param emptyEntries how many entries have no length
     * @param pageAligned whether all addresses and lengths are whole pages
     */
    record Expected(
            int rc,
            Optional<List<SgTable.Entry>> entries,
            OptionalLong nents,
            OptionalLong origNents,
            Optional<List<SgTable.Entry>> unmapped,
            Optional<Boolean> showsIntended,
            Optional<Boolean> sameAsV6,
            OptionalLong emptyEntries,
            Optional<Boolean> pageAligned) {
        public Expected {
            entries = entries.map(ImmutableList::copyOf);
            unmapped = unmapped.map(ImmutableList::copyOf);
        }
    }
}
