package org.p2psim.dmabuf.sgtable;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import org.p2psim.dmabuf.SgTable;

/**
 * Device memory of which a habanalabs dma-buf shows a part. All numbers are unsigned.
 *
 * @param pages device addresses, equally large
 * @param pageSize bytes; an export by address is one page of the export's size
 * @param offset where in these pages, taken one after the other, the export begins, bytes
 * @param exportedSize bytes from there on
 * @param barStart where the memory BAR begins, in the addresses that are mapped
 * @param dramBase device address that the start of the BAR shows
 */
public record DevicePages(
        List<Long> pages, long pageSize, long offset, long exportedSize, long barStart, long dramBase) {
    public DevicePages {
        pages = ImmutableList.copyOf(pages);
        long total = pages.size() * pageSize;
        if (pageSize == 0
                || pages.isEmpty()
                || Long.compareUnsigned(pages.size(), Long.divideUnsigned(-1, pageSize)) > 0) {
            throw new IllegalArgumentException(
                    "%d pages of 0x%x bytes: at least one byte, and less than 2^64".formatted(pages.size(), pageSize));
        }
        if (exportedSize == 0
                || Long.compareUnsigned(offset, total) > 0
                || Long.compareUnsigned(exportedSize, total - offset) > 0) {
            throw new IllegalArgumentException("0x%x bytes from offset 0x%x on are not in %d pages of 0x%x bytes"
                    .formatted(exportedSize, offset, pages.size(), pageSize));
        }
    }

    /** An export of all of the pages. */
    public static DevicePages whole(List<Long> pages, long pageSize, long barStart, long dramBase) {
        return new DevicePages(pages, pageSize, 0, pages.size() * pageSize, barStart, dramBase);
    }

    /** All pages together, bytes. */
    long total() {
        return pages.size() * pageSize;
    }

    /** True if a page ends where the next of the list begins. */
    boolean isFollowed(int page) {
        return pages.get(page) + pageSize == pages.get(page + 1);
    }

    /** The exported memory as the BAR shows it, in order: what a right table covers. */
    public ImmutableList<SgTable.Entry> exported() {
        List<SgTable.Entry> shown = new ArrayList<>();
        long skip = offset;
        long left = exportedSize;
        for (long page : pages) {
            long skipped = Piece.min(skip, pageSize);
            long taken = Piece.min(left, pageSize - skipped);
            shown.add(new SgTable.Entry(barAddress(page + skipped), taken));
            skip -= skipped;
            left -= taken;
        }
        return new SgTable(shown).coverage();
    }

    /** Where the memory BAR shows a device address. */
    public long barAddress(long deviceAddress) {
        return barStart + (deviceAddress - dramBase);
    }
}
