package org.p2psim.dmabuf.sgtable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.p2psim.address.AddressRange;
import org.p2psim.dmabuf.Reply;
import org.p2psim.dmabuf.SgTable;
import org.p2psim.p2p.MapType;
import org.p2psim.platform.Errno;
import org.p2psim.platform.KernelRelease;
import org.p2psim.unit.Bytes;

/** Which release builds how, what the defects do, and what is refused. */
class SgTableBuildersTest {
    private static final long BAR = 0x3800_0000_0000L;
    private static final long DRAM = 0x2000_0000L;
    private static final long PAGE_SIZE = 4096;

    private static DevicePages pages(long... offsets) {
        return DevicePages.whole(
                Arrays.stream(offsets).mapToObj(offset -> DRAM + offset).toList(), PAGE_SIZE, BAR, DRAM);
    }

    private static Reply<SgTable> build(HabanalabsSgTable builder, DevicePages memory, long segment) {
        return builder.build(memory, PAGE_SIZE, RecordingDmaMap.importer(segment), new RecordingDmaMap(-1));
    }

    private static Reply<SgTable> build(
            PhysVecSgTable builder,
            MapType mapType,
            OptionalLong iova,
            RecordingDmaMap dmaMap,
            AddressRange... ranges) {
        return builder.build(
                new PhysVec(List.of(ranges), 0), mapType, iova, PAGE_SIZE, RecordingDmaMap.importer(65536), dmaMap);
    }

    private static List<SgTable.Entry> entries(Reply<SgTable> reply) {
        assertThat(reply).isInstanceOf(Reply.Done.class);
        return ((Reply.Done<SgTable>) reply).value().entries();
    }

    private static Errno errno(Reply<SgTable> reply) {
        assertThat(reply).isInstanceOf(Reply.Refused.class);
        return ((Reply.Refused<SgTable>) reply).errno();
    }

    @ParameterizedTest
    @CsvSource({"5.16, V6", "6.2, V6", "6.3, R1", "6.6.99, R1", "6.7, R2", "6.8, R2", "7.3-rc7, R2"})
    void theHabanalabsBuilderWasRewrittenIn63AndIn67(String release, HabanalabsSgTable builder) {
        assertThat(HabanalabsSgTable.of(KernelRelease.parse(release))).isEqualTo(builder);
    }

    @Test
    void theStaleCursorOf67MapsThePageInAGapAndOmitsTheLastOne() {
        // pages 0, 1, 3 and 4 with segments of one page: page 2 is not exported
        DevicePages memory = pages(0, 0x1000, 0x3000, 0x4000);
        assertThat(entries(build(HabanalabsSgTable.R2, memory, PAGE_SIZE)))
                .containsExactly(
                        new SgTable.Entry(BAR, PAGE_SIZE),
                        new SgTable.Entry(BAR + 0x1000, PAGE_SIZE),
                        new SgTable.Entry(BAR + 0x2000, PAGE_SIZE),
                        new SgTable.Entry(BAR + 0x3000, PAGE_SIZE));
        assertThat(entries(build(HabanalabsSgTable.R2_FIXED, memory, PAGE_SIZE)))
                .isEqualTo(entries(build(HabanalabsSgTable.V6, memory, PAGE_SIZE)))
                .contains(new SgTable.Entry(BAR + 0x4000, PAGE_SIZE));
    }

    @Test
    void theStaleCursorOf67FailsWithEnomemIfBytesAreLeftAndUnmapsAll() {
        // two runs of two pages
        RecordingDmaMap dmaMap = new RecordingDmaMap(-1);
        Reply<SgTable> reply = HabanalabsSgTable.R2.build(
                pages(0, 0x1000, 0x3000, 0x4000), PAGE_SIZE, RecordingDmaMap.importer(65536), dmaMap);
        assertThat(errno(reply)).isEqualTo(Errno.ENOMEM);
        assertThat(dmaMap.unmapped)
                .containsExactly(new SgTable.Entry(BAR, 0x2000), new SgTable.Entry(BAR + 0x3000, PAGE_SIZE));
    }

    @Test
    void theBuilderOf63IgnoresTheOffset() {
        DevicePages memory = new DevicePages(List.of(DRAM), 0x4000, 0x2000, 0x1000, BAR, DRAM);
        assertThat(entries(build(HabanalabsSgTable.R1, memory, 65536))).containsExactly(new SgTable.Entry(BAR, 0x1000));
        assertThat(entries(build(HabanalabsSgTable.R2, memory, 65536)))
                .containsExactly(new SgTable.Entry(BAR + 0x2000, 0x1000));
    }

    @Test
    void thePostedBuilderShowsTheWholePageWhateverTheExportedSizeIs() {
        // 4 MiB asked for, in one page of 768 MiB
        DevicePages memory = new DevicePages(List.of(DRAM), 768 * Bytes.MIB, 0, 4 * Bytes.MIB, BAR, DRAM);
        assertThat(entries(build(HabanalabsSgTable.V6, memory, Bytes.GIB)))
                .containsExactly(new SgTable.Entry(BAR, 768 * Bytes.MIB));
        assertThat(entries(build(HabanalabsSgTable.R1, memory, Bytes.GIB)))
                .containsExactly(new SgTable.Entry(BAR, 4 * Bytes.MIB));
    }

    @ParameterizedTest
    @EnumSource(HabanalabsSgTable.class)
    void aTableOfMoreThanTwoMillionEntriesIsEnomem(HabanalabsSgTable builder) {
        DevicePages memory = DevicePages.whole(List.of(DRAM), 8 * Bytes.GIB + PAGE_SIZE, BAR, DRAM);
        assertThat(errno(build(builder, memory, PAGE_SIZE))).isEqualTo(Errno.ENOMEM);
        assertThat(entries(build(builder, memory, 65536))).hasSize((8 << 14) + 1);
    }

    @Test
    void anExportThatIsNotInItsPagesIsNoMemory() {
        assertThatThrownBy(() -> new DevicePages(List.of(DRAM), 0x1000, 0x1000, 0x1000, BAR, DRAM))
                .hasMessageContaining("0x1000 bytes from offset 0x1000 on are not in 1 pages of 0x1000 bytes");
        assertThatThrownBy(() -> DevicePages.whole(List.of(), 0x1000, BAR, DRAM))
                .hasMessageContaining("0 pages");
        assertThatThrownBy(() -> DevicePages.whole(List.of(DRAM, DRAM), 1L << 63, BAR, DRAM))
                .hasMessageContaining("less than 2^64");
    }

    @Test
    void aVfioExportOfNothingCannotBeMapped() {
        assertThat(errno(VfioRfcSgTable.build(BAR, 0, RecordingDmaMap.importer(65536), new RecordingDmaMap(-1))))
                .isEqualTo(Errno.EINVAL);
        assertThat(errno(VfioRfcSgTable.build(BAR, 0x10000, RecordingDmaMap.importer(4096), new RecordingDmaMap(0))))
                .isEqualTo(Errno.ENOMEM);
    }

    @ParameterizedTest
    @EnumSource(PhysVecSgTable.class)
    void aProviderWithoutARouteAndAnExportWithoutRangesAreEinval(PhysVecSgTable builder) {
        AddressRange range = new AddressRange(BAR, PAGE_SIZE);
        RecordingDmaMap dmaMap = new RecordingDmaMap(-1);
        assertThat(errno(build(builder, MapType.NOT_SUPPORTED, OptionalLong.empty(), dmaMap, range)))
                .isEqualTo(Errno.EINVAL);
        for (MapType mapType : MapType.values()) {
            assertThat(errno(build(builder, mapType, OptionalLong.empty(), dmaMap)))
                    .isEqualTo(Errno.EINVAL);
        }
    }

    @Test
    void rangesThatWereMappedBeforeOneFailedAreUnmapped() {
        RecordingDmaMap dmaMap = new RecordingDmaMap(2);
        Reply<SgTable> reply = build(
                PhysVecSgTable.UINT_MAX_CUTS,
                MapType.THRU_HOST_BRIDGE,
                OptionalLong.empty(),
                dmaMap,
                new AddressRange(BAR, 5 * Bytes.GIB),
                new AddressRange(2 * BAR, PAGE_SIZE),
                new AddressRange(3 * BAR, PAGE_SIZE));
        assertThat(errno(reply)).isEqualTo(Errno.ENOMEM);
        assertThat(dmaMap.unmapped)
                .containsExactly(new SgTable.Entry(BAR, 5 * Bytes.GIB), new SgTable.Entry(2 * BAR, PAGE_SIZE));
    }

    @Test
    void cutAtUintMaxTheSecondEntryOfALongRangeIsNotPageAligned() {
        assertThat(entries(build(
                        PhysVecSgTable.UINT_MAX_CUTS,
                        MapType.BUS_ADDR,
                        OptionalLong.empty(),
                        new RecordingDmaMap(-1),
                        new AddressRange(BAR, 4 * Bytes.GIB))))
                .containsExactly(new SgTable.Entry(BAR, 0xffff_ffffL), new SgTable.Entry(BAR + 0xffff_ffffL, 1));
    }

    @Test
    void cutAtUintMaxLengthsBehindAnIovaAreCountedIn32Bits() {
        assertThat(entries(build(
                        PhysVecSgTable.UINT_MAX_CUTS,
                        MapType.THRU_HOST_BRIDGE,
                        OptionalLong.of(BAR),
                        new RecordingDmaMap(-1),
                        new AddressRange(2 * BAR, 6 * Bytes.GIB))))
                .containsExactly(new SgTable.Entry(BAR, 2 * Bytes.GIB), new SgTable.Entry(0, 0));
    }
}
