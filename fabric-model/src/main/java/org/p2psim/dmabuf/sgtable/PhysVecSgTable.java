package org.p2psim.dmabuf.sgtable;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.p2psim.address.AddressRange;
import org.p2psim.dmabuf.DmaMap;
import org.p2psim.dmabuf.Importer;
import org.p2psim.dmabuf.Reply;
import org.p2psim.dmabuf.SgTable;
import org.p2psim.p2p.MapType;
import org.p2psim.platform.Errno;

/**
 * {@code dma_buf_phys_vec_to_sgt()} (drivers/dma-buf/dma-buf-mapping.c, since 6.19), which vfio-pci builds its tables
 * with. It cuts ranges at what 32 bits of length hold and never looks at the importer's largest segment.
 *
 * <p>The kernels read (6.19 to 7.3) link every range at offset 0 of the IOVA, so that the page tables refuse the second
 * one. That is not modelled here: the table is the one that a single range gets and that is meant for more.
 */
public enum PhysVecSgTable {
    /**
     * 6.19 to 7.2.7 as released: cuts at 2^32 - 1 bytes, so entries after the first are not page aligned, and counts the
     * bytes behind an IOVA in 32 bits: from 4 GiB on the last entries are empty.
     */
    UINT_MAX_CUTS,
    /** As mended in 7.3 and 7.2.8: cuts at the largest whole number of pages below 2^32. */
    WHOLE_PAGE_CUTS;

    private static final long UINT_MAX = 0xffff_ffffL;

    /**
     * Builds the table; what it mapped before a failure is unmapped again.
     *
     * @param mapType {@code pci_p2pdma_map_type()} of provider and importer
     * @param iova where the I/O virtual addresses for all of the memory begin, if {@code dma_iova_try_alloc()} got
     *     some; through the host bridge and without them each range is mapped by itself
     * @param kernelPageSize PAGE_SIZE of the kernel, bytes
     */
    public Reply<SgTable> build(
            PhysVec memory, MapType mapType, OptionalLong iova, long kernelPageSize, Importer importer, DmaMap dmaMap) {
        long largest = this == UINT_MAX_CUTS ? UINT_MAX : UINT_MAX & -kernelPageSize;
        return switch (mapType) {
            case NOT_SUPPORTED -> Reply.refused(Errno.EINVAL, "pci_p2pdma_map_type() is NOT_SUPPORTED");
            case DEPENDS_ON -> Reply.refused(Errno.EINVAL, "the map type hangs on what was not captured");
            case BUS_ADDR -> allocated(memory, largest).then(count -> Reply.done(table(onBus(memory), largest, count)));
            case THRU_HOST_BRIDGE ->
                iova.isPresent()
                        ? contiguous(iova.getAsLong(), memory, largest)
                        : allocated(memory, largest).then(count -> mapped(memory, largest, count, importer, dmaMap));
        };
    }

    /** The number of entries if each range has its own. */
    private static Reply<Integer> allocated(PhysVec memory, long largest) {
        long count = 0;
        for (AddressRange range : memory.ranges()) {
            count += Piece.count(range.size(), largest);
        }
        return allocated(count);
    }

    private static Reply<Integer> allocated(long count) {
        if (count == 0) {
            return Reply.refused(Errno.EINVAL, "the table would have no entries");
        }
        return count <= SgTable.ENTRIES_MAX
                ? Reply.done((int) count)
                : Reply.refused(Errno.ENOMEM, "the table has too many entries to allocate");
    }

    private static List<Piece> onBus(PhysVec memory) {
        return memory.ranges().stream()
                .map(range -> new Piece(range.base() + memory.busOffset(), range.size()))
                .toList();
    }

    private Reply<SgTable> contiguous(long iova, PhysVec memory, long largest) {
        long mapped = this == UINT_MAX_CUTS ? memory.total() & UINT_MAX : memory.total();
        return allocated(Piece.count(memory.total(), largest))
                .then(count -> Reply.done(table(List.of(new Piece(iova, mapped)), largest, count)));
    }

    private static Reply<SgTable> mapped(PhysVec memory, long largest, int count, Importer importer, DmaMap dmaMap) {
        Mappings mappings = new Mappings(importer, dmaMap);
        for (AddressRange range : memory.ranges()) {
            if (!mappings.add(range.base(), range.size())) {
                return mappings.undo("a range could not be mapped for DMA");
            }
        }
        List<Piece> mapped = mappings.made().stream()
                .map(entry -> new Piece(entry.address(), entry.length()))
                .toList();
        return Reply.done(table(mapped, largest, count));
    }

    /** The memory cut into entries; entries of an allocated table that are not filled are empty. */
    private static SgTable table(List<Piece> memory, long largest, int count) {
        List<Piece> pieces = new ArrayList<>();
        memory.forEach(piece -> piece.cut(largest, count, pieces));
        while (pieces.size() < count) {
            pieces.add(new Piece(0, 0));
        }
        return new SgTable(pieces.stream()
                .map(piece -> new SgTable.Entry(piece.address(), piece.length()))
                .toList());
    }
}
