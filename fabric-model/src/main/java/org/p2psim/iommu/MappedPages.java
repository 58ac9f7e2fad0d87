package org.p2psim.iommu;

import com.google.common.collect.ImmutableList;
import java.util.Collection;
import java.util.SortedMap;
import java.util.TreeMap;
import org.p2psim.unit.Bytes;

/**
 * Entries of an I/O page table that cover pages of one size.
 *
 * @param size of a page, bytes
 * @param entries how many
 */
public record MappedPages(long size, long entries) {
    /** Those of the levels of x86 page tables (Intel VT-d specification 3.7, AMD IOMMU specification 2.2.3). */
    private static final ImmutableList<Long> SIZES = ImmutableList.of(4 * Bytes.KIB, 2 * Bytes.MIB, Bytes.GIB);

    private static final ImmutableList<Long> SMALLEST_ONLY = SIZES.subList(0, 1);

    /**
     * What one map call writes: at each place the largest page to which both addresses are aligned and which fits what
     * is left of the call ({@code iommu_pgsize()}, drivers/iommu/iommu.c, Linux 6.12). Calls are never joined, so a
     * buffer that is mapped 64 KiB at a time has pages of 4 KiB only.
     *
     * @param length bytes, rounded up to whole pages of 4 KiB
     * @param superpages whether the IOMMU has pages of more than 4 KiB
     * @return smallest pages first, without sizes that do not occur
     */
    public static ImmutableList<MappedPages> ofCall(long iova, long physical, long length, boolean superpages) {
        ImmutableList<Long> sizes = superpages ? SIZES : SMALLEST_ONLY;
        SortedMap<Long, Long> entries = new TreeMap<>();
        long whole = (length + sizes.get(0) - 1) & -sizes.get(0);
        for (long done = 0; done < whole; ) {
            int level = largest(sizes, (iova + done) | (physical + done), whole - done);
            long size = sizes.get(level);
            boolean top = level + 1 == sizes.size();
            long run = top
                    ? (whole - done) & -size
                    : untilLarger(iova + done, physical + done, whole - done, size, sizes.get(level + 1));
            entries.merge(size, run / size, Long::sum);
            done += run;
        }
        return of(entries);
    }

    private static int largest(ImmutableList<Long> sizes, long addresses, long left) {
        int level = sizes.size() - 1;
        while (level > 0 && (sizes.get(level) > left || (addresses & (sizes.get(level) - 1)) != 0)) {
            level--;
        }
        return level;
    }

    /** Bytes in pages of a size before one of the next larger size fits, or until less than one page is left. */
    private static long untilLarger(long iova, long physical, long left, long size, long larger) {
        boolean everAligned = ((iova ^ physical) & (larger - 1)) == 0;
        long boundary = -iova & (larger - 1);
        return everAligned && boundary > 0 && boundary + larger <= left ? boundary : left & -size;
    }

    /** The entries of several calls together. */
    public static ImmutableList<MappedPages> sum(Collection<MappedPages> calls) {
        SortedMap<Long, Long> entries = new TreeMap<>();
        calls.forEach(pages -> entries.merge(pages.size(), pages.entries(), Long::sum));
        return of(entries);
    }

    private static ImmutableList<MappedPages> of(SortedMap<Long, Long> entries) {
        return entries.entrySet().stream()
                .map(each -> new MappedPages(each.getKey(), each.getValue()))
                .collect(ImmutableList.toImmutableList());
    }
}
