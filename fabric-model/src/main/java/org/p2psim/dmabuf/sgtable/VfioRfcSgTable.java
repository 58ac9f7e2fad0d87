package org.p2psim.dmabuf.sgtable;

import java.util.ArrayList;
import java.util.List;
import org.p2psim.dmabuf.DmaMap;
import org.p2psim.dmabuf.Importer;
import org.p2psim.dmabuf.Reply;
import org.p2psim.dmabuf.SgTable;
import org.p2psim.platform.Errno;

/**
 * The table of "vfio: Allow the exporting of MMIO regions as dma-buf" as posted in August 2022, in no release: one DMA
 * mapping of the whole slice of a BAR, cut at the importer's largest segment as it is, whole pages or not.
 */
public final class VfioRfcSgTable {
    private VfioRfcSgTable() {}

    /**
     * Builds the table.
     *
     * @param physical where the slice begins
     * @param size bytes, unsigned; the RFC lets an export of no bytes through, and then this fails
     * @throws IllegalArgumentException if the importer's largest segment is 0, which no kernel answers
     */
    public static Reply<SgTable> build(long physical, long size, Importer importer, DmaMap dmaMap) {
        long segment = importer.maxSegmentSize();
        if (segment == 0) {
            throw new IllegalArgumentException(importer.name() + " has a largest segment of 0");
        }
        long count = Piece.count(size, segment);
        if ((int) count == 0) {
            return Reply.refused(Errno.EINVAL, "the table would have no entries");
        }
        if (Long.compareUnsigned(count, SgTable.ENTRIES_MAX) > 0) {
            return Reply.refused(Errno.ENOMEM, "the table has too many entries to allocate");
        }
        long address = dmaMap.map(importer, physical, size);
        if (address == DmaMap.FAILED) {
            return Reply.refused(Errno.ENOMEM, "the slice could not be mapped for DMA");
        }
        List<Piece> pieces = new ArrayList<>();
        new Piece(address, size).cut(segment, count, pieces);
        return Reply.done(new SgTable(pieces.stream()
                .map(piece -> new SgTable.Entry(piece.address(), piece.length()))
                .toList()));
    }
}
