package org.p2psim.dmabuf.sgtable;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.p2psim.address.AddressRange;
import org.p2psim.dmabuf.Reply;
import org.p2psim.dmabuf.SgTable;
import org.p2psim.p2p.MapType;
import org.p2psim.unit.Bytes;

/** What holds of tables for any memory and any importer. */
class SgTablePropertiesTest {
    private static final long PAGE_SIZE = 4096;
    private static final long BAR = 0x3800_0000_0000L;
    private static final long DRAM = 0x2000_0000L;
    private static final int TABLES = 200;

    static LongStream seeds() {
        return LongStream.rangeClosed(1, 20);
    }

    /** Up to 40 pages, often one behind the other, sometimes with a gap, backwards or twice. */
    private static List<Long> anyPages(SplittableRandom random, long pageSize) {
        List<Long> pages = new ArrayList<>();
        long next = DRAM + random.nextLong(1000) * pageSize;
        for (int count = random.nextInt(1, 41); count > 0; count--) {
            pages.add(next);
            next = switch (random.nextInt(6)) {
                case 0 -> next + random.nextLong(2, 9) * pageSize;
                case 1 -> DRAM + random.nextLong(1000) * pageSize;
                default -> next + pageSize;
            };
        }
        return pages;
    }

    private static long anyPageSize(SplittableRandom random) {
        return PAGE_SIZE << random.nextInt(10);
    }

    private static long anySegment(SplittableRandom random) {
        return random.nextLong(PAGE_SIZE, (64 * PAGE_SIZE) << random.nextInt(6));
    }

    /** An export of some whole kernel pages of the memory. */
    private static DevicePages anyPart(SplittableRandom random) {
        long pageSize = anyPageSize(random);
        List<Long> pages = anyPages(random, pageSize);
        long kernelPages = pages.size() * pageSize / PAGE_SIZE;
        long offset = random.nextLong(kernelPages);
        long size = random.nextLong(1, kernelPages - offset + 1);
        return new DevicePages(pages, pageSize, offset * PAGE_SIZE, size * PAGE_SIZE, BAR, DRAM);
    }

    private static DevicePages anyWhole(SplittableRandom random) {
        long pageSize = anyPageSize(random);
        return DevicePages.whole(anyPages(random, pageSize), pageSize, BAR, DRAM);
    }

    /** The part of the memory that is to be exported, in the addresses of the BAR. */
    private static List<SgTable.Entry> part(DevicePages memory, long offset, long size) {
        SgTable pages = new SgTable(memory.pages().stream()
                .map(page -> new SgTable.Entry(memory.barAddress(page), memory.pageSize()))
                .toList());
        return new SgTable(pages.slice(offset, size)).coverage();
    }

    private static SgTable table(Reply<SgTable> reply) {
        assertThat(reply).isInstanceOf(Reply.Done.class);
        return ((Reply.Done<SgTable>) reply).value();
    }

    private static SgTable table(HabanalabsSgTable builder, DevicePages memory, long segment) {
        return table(builder.build(memory, PAGE_SIZE, RecordingDmaMap.importer(segment), new RecordingDmaMap(-1)));
    }

    private static void fits(String seed, SgTable table, long largest) {
        assertThat(table.entries()).as(seed).allMatch(entry -> entry.length() > 0 && entry.length() <= largest);
    }

    private static void inWholePages(String seed, SgTable table) {
        assertThat(table.entries())
                .as(seed)
                .allMatch(entry -> ((entry.address() | entry.length()) & (PAGE_SIZE - 1)) == 0);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void thePostedBuilderCoversThePagesExactlyInWholePages(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < TABLES; i++) {
            String at = "seed %d, table %d".formatted(seed, i);
            DevicePages memory = anyWhole(random);
            long segment = anySegment(random);
            SgTable table = table(HabanalabsSgTable.V6, memory, segment);
            assertThat(table.coverage()).as(at).isEqualTo(part(memory, 0, memory.exportedSize()));
            fits(at, table, segment & -PAGE_SIZE);
            inWholePages(at, table);
            assertThat(table(HabanalabsSgTable.R1, memory, segment)).as(at).isEqualTo(table);
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void theBuilderOf63CoversTheExportedSizeFromTheFirstPageOn(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < TABLES; i++) {
            DevicePages memory = anyPart(random);
            assertThat(table(HabanalabsSgTable.R1, memory, anySegment(random)).coverage())
                    .as("seed %d, table %d", seed, i)
                    .isEqualTo(part(memory, 0, memory.exportedSize()));
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void withoutTheStaleCursorTheBuilderOf67CoversTheExportedPartExactly(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < TABLES; i++) {
            String at = "seed %d, table %d".formatted(seed, i);
            DevicePages memory = anyPart(random);
            long segment = anySegment(random);
            SgTable table = table(HabanalabsSgTable.R2_FIXED, memory, segment);
            assertThat(table.coverage()).as(at).isEqualTo(part(memory, memory.offset(), memory.exportedSize()));
            fits(at, table, segment & -PAGE_SIZE);
            inWholePages(at, table);
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void theBuilderOf67IsRightForContiguousMemoryThatFitsOneSegment(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < TABLES; i++) {
            long pageSize = anyPageSize(random);
            List<Long> pages = LongStream.range(0, random.nextLong(1, 41))
                    .mapToObj(page -> DRAM + page * pageSize)
                    .toList();
            DevicePages memory = DevicePages.whole(pages, pageSize, BAR, DRAM);
            assertThat(table(HabanalabsSgTable.R2, memory, memory.exportedSize())
                            .entries())
                    .as("seed %d, table %d", seed, i)
                    .containsExactly(new SgTable.Entry(BAR, memory.exportedSize()));
        }
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource(HabanalabsSgTable.class)
    void whatIsMappedIsInTheTableOrUnmappedInOrder(HabanalabsSgTable builder) {
        SplittableRandom random = new SplittableRandom(7);
        int refused = 0;
        for (int i = 0; i < 10 * TABLES; i++) {
            String at = "seed 7, table " + i;
            RecordingDmaMap dmaMap = new RecordingDmaMap(random.nextInt(20));
            Reply<SgTable> reply =
                    builder.build(anyPart(random), PAGE_SIZE, RecordingDmaMap.importer(anySegment(random)), dmaMap);
            if (reply instanceof Reply.Done<SgTable> done) {
                assertThat(done.value().entries()).as(at).isEqualTo(dmaMap.mapped);
                assertThat(dmaMap.unmapped).as(at).isEmpty();
            } else {
                refused++;
                assertThat(dmaMap.unmapped)
                        .as(at)
                        .isEqualTo(dmaMap.mapped.stream()
                                .filter(entry -> entry.length() != 0)
                                .toList());
            }
        }
        assertThat(refused).isBetween(1, 10 * TABLES - 1);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void theVfioRfcCoversItsSliceWhateverTheSegmentIs(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < TABLES; i++) {
            long size = random.nextLong(1, 10_000) * PAGE_SIZE;
            long segment = random.nextLong(size / 1000 + 1, 2 * size);
            SgTable table =
                    table(VfioRfcSgTable.build(BAR, size, RecordingDmaMap.importer(segment), new RecordingDmaMap(-1)));
            String at = "seed %d, table %d".formatted(seed, i);
            assertThat(table.coverage()).as(at).containsExactly(new SgTable.Entry(BAR, size));
            fits(at, table, segment);
        }
    }

    private static PhysVec anyRanges(SplittableRandom random, long largest) {
        ImmutableList.Builder<AddressRange> ranges = ImmutableList.builder();
        for (int count = random.nextInt(1, 6); count > 0; count--) {
            long base = BAR + random.nextLong(1 << 20) * PAGE_SIZE;
            ranges.add(new AddressRange(base, random.nextLong(1, largest / PAGE_SIZE) * PAGE_SIZE));
        }
        return new PhysVec(ranges.build(), -random.nextLong(1 << 20) * PAGE_SIZE);
    }

    private static SgTable table(PhysVecSgTable builder, PhysVec memory, MapType mapType, OptionalLong iova) {
        return table(builder.build(
                memory, mapType, iova, PAGE_SIZE, RecordingDmaMap.importer(PAGE_SIZE), new RecordingDmaMap(-1)));
    }

    private static List<SgTable.Entry> shifted(PhysVec memory, long by) {
        return new SgTable(memory.ranges().stream()
                        .map(range -> new SgTable.Entry(range.base() + by, range.size()))
                        .toList())
                .coverage();
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void physicalRangesAreCoveredExactlyOnEveryRoute(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < TABLES; i++) {
            String at = "seed %d, table %d".formatted(seed, i);
            PhysVec memory = anyRanges(random, 32 * Bytes.GIB);
            long iova = random.nextLong(1L << 30) * PAGE_SIZE;
            for (PhysVecSgTable builder : PhysVecSgTable.values()) {
                SgTable bus = table(builder, memory, MapType.BUS_ADDR, OptionalLong.empty());
                SgTable each = table(builder, memory, MapType.THRU_HOST_BRIDGE, OptionalLong.empty());
                assertThat(bus.coverage()).as(at).isEqualTo(shifted(memory, memory.busOffset()));
                assertThat(each.coverage()).as(at).isEqualTo(shifted(memory, 0));
                fits(at, bus, 0xffff_ffffL);
                fits(at, each, 0xffff_ffffL);
            }
            SgTable one =
                    table(PhysVecSgTable.WHOLE_PAGE_CUTS, memory, MapType.THRU_HOST_BRIDGE, OptionalLong.of(iova));
            assertThat(one.coverage()).as(at).containsExactly(new SgTable.Entry(iova, memory.total()));
            fits(at, one, 0xffff_f000L);
            inWholePages(at, one);
            inWholePages(at, table(PhysVecSgTable.WHOLE_PAGE_CUTS, memory, MapType.BUS_ADDR, OptionalLong.empty()));
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void behindAnIovaLessThan4GibIsCoveredExactlySince619(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < TABLES; i++) {
            PhysVec memory = anyRanges(random, Bytes.GIB / 2);
            for (PhysVecSgTable builder : PhysVecSgTable.values()) {
                assertThat(table(builder, memory, MapType.THRU_HOST_BRIDGE, OptionalLong.of(BAR))
                                .entries())
                        .as("seed %d, table %d", seed, i)
                        .containsExactly(new SgTable.Entry(BAR, memory.total()));
            }
        }
    }
}
