package org.p2psim.dmabuf;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;

/**
 * A scatter/gather table of DMA addresses. Tables of device memory have no CPU pages: {@code orig_nents} is 0 while
 * the table is lent out, so that nobody walks them.
 */
public record SgTable(List<Entry> entries) {
    /**
     * More entries are taken to be more than a kernel can allocate: these are 64 MiB of struct scatterlist, enough for
     * 128 GiB in segments of 64 KiB.
     */
    public static final int ENTRIES_MAX = 1 << 21;

    public SgTable {
        entries = ImmutableList.copyOf(entries);
    }

    /** One segment: DMA address and length in bytes, both unsigned. */
    public record Entry(long address, long length) {
        long end() {
            return address + length;
        }
    }

    /** Sum of the lengths, bytes. */
    public long length() {
        return entries.stream().mapToLong(Entry::length).sum();
    }

    /** The memory that the table shows, in its order: segments that follow one another joined, empty ones left out. */
    public ImmutableList<Entry> coverage() {
        List<Entry> joined = new ArrayList<>();
        for (Entry entry : entries) {
            int last = joined.size() - 1;
            if (last >= 0 && joined.get(last).end() == entry.address()) {
                joined.set(
                        last,
                        new Entry(joined.get(last).address(), joined.get(last).length() + entry.length()));
            } else if (entry.length() != 0) {
                joined.add(entry);
            }
        }
        return ImmutableList.copyOf(joined);
    }

    /**
     * The segments that cover {@code length} bytes from {@code offset} on.
     *
     * @throws IllegalArgumentException if the table is shorter
     */
    public ImmutableList<Entry> slice(long offset, long length) {
        if (offset < 0 || length < 0 || offset + length > length()) {
            throw new IllegalArgumentException(
                    "%d bytes from offset %d of a table of %d bytes".formatted(length, offset, length()));
        }
        ImmutableList.Builder<Entry> slice = ImmutableList.builder();
        long skip = offset;
        long left = length;
        for (Entry entry : entries) {
            if (skip >= entry.length()) {
                skip -= entry.length();
            } else if (left > 0) {
                long taken = Math.min(entry.length() - skip, left);
                slice.add(new Entry(entry.address() + skip, taken));
                skip = 0;
                left -= taken;
            }
        }
        return slice.build();
    }
}
