package org.p2psim.dmabuf.exporter;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongBinaryOperator;
import org.p2psim.dmabuf.DmaMap;
import org.p2psim.dmabuf.Reply;
import org.p2psim.dmabuf.SgTable;
import org.p2psim.platform.Errno;

/**
 * The scatter/gather table of the habanalabs driver as posted ("habanalabs: add support for dma-buf exporter", v6,
 * September 2021; unchanged in 5.16): pages that follow one another are merged as far as the importer's largest
 * segment allows; a page larger than that is cut, and then nothing is merged.
 *
 * @param pages device addresses, equally large
 * @param pageSize bytes, unsigned; an export by address is one page of the export's size
 * @param barStart where the memory BAR begins, in the addresses that are mapped
 * @param dramBase device address that the start of the BAR shows
 */
public record HabanalabsSgTable(List<Long> pages, long pageSize, long barStart, long dramBase) {
    /** One contiguous piece that becomes an entry of the table. */
    private record Chunk(long deviceAddress, long length) {}

    /**
     * Builds the table.
     *
     * @param maxSegmentSize the importer's largest segment, bytes, unsigned
     * @param kernelPageSize PAGE_SIZE of the kernel, bytes: segments are rounded down to it
     * @param dmaMap {@code dma_map_resource()}: DMA address of a physical address and a length, or {@link DmaMap#FAILED}
     * @param unmapped told the address and length of everything that a failure undoes, in order
     */
    public Reply<SgTable> build(
            long maxSegmentSize, long kernelPageSize, LongBinaryOperator dmaMap, List<SgTable.Entry> unmapped) {
        long segment = maxSegmentSize & -kernelPageSize;
        if (segment == 0) {
            return Reply.refused(Errno.EINVAL, "the importer's largest segment is shorter than a page");
        }
        // The driver counts entries in 32 bits; absurd sizes wrap the count, and the table is allocated by it.
        int count = (int) entryCount(segment);
        if (count == 0) {
            return Reply.refused(Errno.EINVAL, "the table would have no entries");
        }
        if (count < 0) {
            return Reply.refused(Errno.ENOMEM, "the table has too many entries to allocate");
        }
        List<SgTable.Entry> entries = new ArrayList<>();
        for (Chunk chunk : chunks(segment, count)) {
            long address = dmaMap.applyAsLong(barStart + (chunk.deviceAddress() - dramBase), chunk.length());
            if (address == DmaMap.FAILED) {
                unmapped.addAll(entries);
                return Reply.refused(Errno.ENOMEM, "a segment could not be mapped for DMA");
            }
            entries.add(new SgTable.Entry(address, chunk.length()));
        }
        return Reply.done(new SgTable(entries));
    }

    private boolean cutsPages(long segment) {
        return Long.compareUnsigned(pageSize, segment) > 0;
    }

    private long entryCount(long segment) {
        if (cutsPages(segment)) {
            long perPage =
                    Long.divideUnsigned(pageSize, segment) + (Long.remainderUnsigned(pageSize, segment) == 0 ? 0 : 1);
            return pages.size() * perPage;
        }
        long count = 0;
        for (int i = 0; i < pages.size(); i += run(i, segment)) {
            count++;
        }
        return count;
    }

    private List<Chunk> chunks(long segment, int count) {
        List<Chunk> chunks = new ArrayList<>();
        for (int i = 0; i < pages.size() && chunks.size() < count; ) {
            if (cutsPages(segment)) {
                cut(pages.get(i), segment, count, chunks);
                i++;
            } else {
                int run = run(i, segment);
                chunks.add(new Chunk(pages.get(i), run * pageSize));
                i += run;
            }
        }
        return chunks;
    }

    private void cut(long page, long segment, int count, List<Chunk> chunks) {
        long left = pageSize;
        for (long at = page; left != 0 && chunks.size() < count; at += segment) {
            long length = Long.compareUnsigned(left, segment) < 0 ? left : segment;
            chunks.add(new Chunk(at, length));
            left -= length;
        }
    }

    /** How many pages from {@code first} on follow one another and fit a segment together; 1 at least. */
    private int run(int first, long segment) {
        int run = 1;
        long length = pageSize;
        while (first + run < pages.size()
                && pages.get(first + run - 1) + pageSize == pages.get(first + run)
                && Long.compareUnsigned(length + pageSize, segment) <= 0) {
            run++;
            length += pageSize;
        }
        return run;
    }
}
