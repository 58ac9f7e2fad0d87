package org.p2psim.iommu;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.p2psim.unit.Bytes;

class MappedPagesTest {
    private static final long IOVA = 0x40_0000_0000L;

    /** Published of a GPU's buffer (xnvme/aisio, iommu_overhead.md): traced with the kernel's iommu:map. */
    private static final long BUFFER = 0x48_0f60_0000L;

    private static MappedPages pages(long size, long entries) {
        return new MappedPages(size, entries);
    }

    @Test
    void aBufferThatBegins246MibIntoItsBarHas512PagesOf2MibInOneCall() {
        assertThat(MappedPages.ofCall(IOVA, BUFFER, Bytes.GIB, true)).containsExactly(pages(2 * Bytes.MIB, 512));
    }

    @Test
    void callsOf64KibHavePagesOf4KibOnly() {
        List<MappedPages> calls = new ArrayList<>();
        for (long at = 0; at < Bytes.GIB; at += 64 * Bytes.KIB) {
            calls.addAll(MappedPages.ofCall(IOVA + at, BUFFER + at, 64 * Bytes.KIB, true));
        }
        assertThat(MappedPages.sum(calls)).containsExactly(pages(4 * Bytes.KIB, 262_144));
    }

    @Test
    void aBufferAlignedToOneGibIsOnePage() {
        assertThat(MappedPages.ofCall(IOVA, 0x48_0000_0000L, Bytes.GIB, true)).containsExactly(pages(Bytes.GIB, 1));
    }

    @Test
    void withoutSuperpagesEveryPageHas4Kib() {
        assertThat(MappedPages.ofCall(IOVA, BUFFER, Bytes.GIB, false)).containsExactly(pages(4 * Bytes.KIB, 262_144));
    }

    @Test
    void addressesThatAreNeverAlignedTogetherHaveSmallPagesOnly() {
        assertThat(MappedPages.ofCall(IOVA, BUFFER + 4 * Bytes.KIB, 8 * Bytes.MIB, true))
                .containsExactly(pages(4 * Bytes.KIB, 2048));
    }

    @Test
    void aLengthIsRoundedUpToWholePagesAndNothingHasNone() {
        assertThat(MappedPages.ofCall(IOVA, BUFFER, 1, true)).containsExactly(pages(4 * Bytes.KIB, 1));
        assertThat(MappedPages.ofCall(IOVA, BUFFER, 0, true)).isEmpty();
    }

    /** The definition, one page at a time. */
    @Test
    void theLargestPageThatFitsIsTakenAtEveryPlace() {
        long seed = 20_261;
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < 300; i++) {
            long iova = (random.nextLong(1 << 20) << 12) & -(1L << random.nextInt(12, 31));
            long physical = random.nextBoolean() ? iova + (3L << 40) : random.nextLong(1 << 20) << 12;
            long length = (random.nextLong(1, 1 << 20) << 12) & -(1L << random.nextInt(12, 22));
            List<MappedPages> singly = new ArrayList<>();
            for (long at = 0; at < length; ) {
                long place = (iova + at) | (physical + at);
                long left = length - at;
                long size = ImmutableList.of(Bytes.GIB, 2 * Bytes.MIB, 4 * Bytes.KIB).stream()
                        .filter(page -> place % page == 0 && page <= left)
                        .findFirst()
                        .orElseThrow();
                singly.add(pages(size, 1));
                at += size;
            }
            assertThat(MappedPages.ofCall(iova, physical, length, true))
                    .as("seed %d, case %d: 0x%x, 0x%x, 0x%x", seed, i, iova, physical, length)
                    .isEqualTo(MappedPages.sum(singly));
        }
    }
}
