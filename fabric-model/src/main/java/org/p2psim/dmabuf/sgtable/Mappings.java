package org.p2psim.dmabuf.sgtable;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import org.p2psim.dmabuf.DmaMap;
import org.p2psim.dmabuf.Importer;
import org.p2psim.dmabuf.Reply;
import org.p2psim.dmabuf.SgTable;
import org.p2psim.platform.Errno;

/** The DMA mappings that were made for one table. */
final class Mappings {
    private final Importer importer;
    private final DmaMap dmaMap;
    private final List<SgTable.Entry> made = new ArrayList<>();

    Mappings(Importer importer, DmaMap dmaMap) {
        this.importer = importer;
        this.dmaMap = dmaMap;
    }

    /** Maps one more piece; false if the DMA API refuses. */
    boolean add(long physical, long length) {
        long address = dmaMap.map(importer, physical, length);
        if (address == DmaMap.FAILED) {
            return false;
        }
        made.add(new SgTable.Entry(address, length));
        return true;
    }

    ImmutableList<SgTable.Entry> made() {
        return ImmutableList.copyOf(made);
    }

    /** Unmaps everything in the order in which it was mapped; drivers pass over entries without a length. */
    Reply<SgTable> undo(String why) {
        made.stream().filter(entry -> entry.length() != 0).forEach(entry -> dmaMap.unmap(importer, entry.address()));
        return Reply.refused(Errno.ENOMEM, why);
    }
}
