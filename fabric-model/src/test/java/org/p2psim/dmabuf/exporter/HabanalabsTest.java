package org.p2psim.dmabuf.exporter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.p2psim.dmabuf.exporter.HabanalabsProfile.DeviceLife.HOLDS_CONTEXT;
import static org.p2psim.dmabuf.exporter.HabanalabsProfile.DeviceLife.HOLDS_FILE;

import com.google.common.collect.ImmutableSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.p2psim.address.AddressRange;
import org.p2psim.address.Bdf;
import org.p2psim.address.DeviceId;
import org.p2psim.dmabuf.Attachment;
import org.p2psim.dmabuf.Bug;
import org.p2psim.dmabuf.DmaBuf;
import org.p2psim.dmabuf.DmaBufCore;
import org.p2psim.dmabuf.DmaMap;
import org.p2psim.dmabuf.Importer;
import org.p2psim.dmabuf.Kernel;
import org.p2psim.dmabuf.Reply;
import org.p2psim.dmabuf.SgTable;
import org.p2psim.dmabuf.importer.AccessFlag;
import org.p2psim.dmabuf.importer.MemoryRegion;
import org.p2psim.dmabuf.sgtable.HabanalabsSgTable;
import org.p2psim.p2p.P2pdma;
import org.p2psim.platform.Cpu;
import org.p2psim.platform.Errno;
import org.p2psim.platform.KernelRelease;
import org.p2psim.platform.KernelRules;
import org.p2psim.platform.Socket;
import org.p2psim.topology.Fabric;
import org.p2psim.topology.HostBridge;
import org.p2psim.topology.IommuMode;
import org.p2psim.topology.PciFunction;
import org.p2psim.topology.PortType;
import org.p2psim.unit.Bytes;

/**
 * Checks and errnos of the habanalabs exporter as posted in September 2021 and after the size check of 6.7, and where
 * the dma-buf core lets a refused peer see them.
 */
class HabanalabsTest {
    private static final long BAR = 0x3800_0000_0000L;
    private static final HabanalabsProfile POSTED =
            new HabanalabsProfile(HabanalabsProfile.Sizes.ANY, HabanalabsSgTable.V6, HOLDS_CONTEXT, ImmutableSet.of());
    private static final HabanalabsProfile WHOLE_PAGES = new HabanalabsProfile(
            HabanalabsProfile.Sizes.WHOLE_PAGES,
            HabanalabsSgTable.R2,
            HOLDS_FILE,
            ImmutableSet.of(Bug.PAGE_CURSOR_STALE));
    private static final DmaBufCore CACHES = DmaBufCore.of(KernelRelease.parse("5.12"));
    private static final DmaBufCore MAPS = DmaBufCore.of(KernelRelease.parse("6.16"));
    private static final Bdf GAUDI = Bdf.parse("00:02.0");
    private static final Bdf NIC = Bdf.parse("00:03.0");
    private static final Importer IMPORTER = new Importer("nic0", NIC, true, true, 2 * Bytes.GIB);

    private static Habanalabs driver(String hostBridge, HabanalabsProfile profile, DmaBufCore core, long barSize) {
        Fabric fabric = Fabric.of(
                List.of(new Socket("s0", new Cpu("GenuineIntel", 6, 85))),
                List.of(new HostBridge("rc0", "s0", 0, 0, IommuMode.OFF, 0, 64, List.of())),
                List.of(
                        function("00:00.0", hostBridge, PortType.HOST_BRIDGE),
                        function("00:02.0", "1da3:1000", PortType.RC_INTEGRATED_ENDPOINT),
                        function("00:03.0", "15b3:101b", PortType.RC_INTEGRATED_ENDPOINT)));
        P2pdma p2pdma = new P2pdma(fabric, fabric.bootCpu(), KernelRules.of(KernelRelease.parse("6.12")));
        return new Habanalabs(
                GAUDI,
                new AddressRange(BAR, barSize),
                new Habanalabs.DeviceMemory(0x2000_0000L, 0x2400_0000L, 32 * Bytes.GIB),
                p2pdma,
                new IdentityMap(),
                profile,
                new Kernel(core, profile.bugs()));
    }

    private static Habanalabs allowed(HabanalabsProfile profile) {
        return driver("8086:2020", profile, CACHES, 32 * Bytes.GIB);
    }

    private static PciFunction function(String at, String id, PortType type) {
        return PciFunction.of(Bdf.parse(at), DeviceId.parse(id), type, Optional.empty(), -1, Optional.empty());
    }

    /** A machine without an IOMMU. */
    private record IdentityMap() implements DmaMap {
        @Override
        public long map(Importer importer, long physical, long length) {
            return physical;
        }

        @Override
        public void unmap(Importer importer, long dmaAddress) {}
    }

    private static <T> T done(Reply<T> reply) {
        assertThat(reply).isInstanceOf(Reply.Done.class);
        return ((Reply.Done<T>) reply).value();
    }

    private static Errno errno(Reply<?> reply) {
        assertThat(reply).isInstanceOf(Reply.Refused.class);
        return ((Reply.Refused<?>) reply).errno();
    }

    @ParameterizedTest(name = "address {0}, size {1}")
    @CsvSource({
        "0x24000800, 4096", // not page aligned
        "0x24000000, 4095", // less than a page
        "0x23fff000, 4096", // below user memory
        "0x81ffff000, 8192", // one page beyond the end of DRAM
        "0x24000000, 0xfffffffffffff000" // wraps
    })
    void exportOutsideOfUserMemoryIsEinval(String address, String size) {
        Reply<DmaBuf> reply = allowed(POSTED).exportByAddress("buf", Long.decode(address), unsigned(size));
        assertThat(errno(reply)).isEqualTo(Errno.EINVAL);
    }

    private static long unsigned(String text) {
        return text.startsWith("0x") ? Long.parseUnsignedLong(text.substring(2), 16) : Long.parseLong(text);
    }

    @Test
    void exportBeyondASmallBarIsEinval() {
        Habanalabs driver = driver("8086:2020", POSTED, CACHES, Bytes.GIB);
        assertThat(errno(driver.exportByAddress("buf", 0x2000_0000L + Bytes.GIB, 4096)))
                .isEqualTo(Errno.EINVAL);
    }

    @Test
    void thePostedVersionTakesASizeThatIsNoWholeNumberOfPagesAndLaterOnesDoNot() {
        assertThat(done(allowed(POSTED).exportByAddress("buf", 0x2400_0000L, 4097))
                        .size())
                .isEqualTo(4097);
        assertThat(errno(allowed(WHOLE_PAGES).exportByAddress("buf", 0x2400_0000L, 4097)))
                .isEqualTo(Errno.EINVAL);
    }

    @ParameterizedTest
    @CsvSource({"5.16, ANY", "6.6.47, ANY", "6.6.48, WHOLE_PAGES", "6.7, WHOLE_PAGES", "7.3, WHOLE_PAGES"})
    void sizesAreWholePagesSince67AndInThe66Series(String release, HabanalabsProfile.Sizes sizes) {
        assertThat(HabanalabsProfile.of(KernelRelease.parse(release)).sizes()).isEqualTo(sizes);
    }

    @Test
    void whatTheBuilderOf67CannotMapComesOutOfAttachWhereTheCoreCachesTables() {
        // two runs of two pages: the builder of 6.7 loses count
        Habanalabs driver = allowed(WHOLE_PAGES);
        done(driver.handles()
                .allocate("h", List.of(0x2400_0000L, 0x2420_0000L, 0x2460_0000L, 0x2480_0000L), 2 * Bytes.MIB));
        DmaBuf dmaBuf = done(driver.exportByHandle("buf", "h"));
        assertThat(errno(dmaBuf.attach(IMPORTER))).isEqualTo(Errno.ENOMEM);
        assertThat(dmaBuf.attachments()).isEmpty();
    }

    @Test
    void exportedMemoryCannotBeFreedUntilTheLastReferenceIsGone() {
        Habanalabs driver = allowed(POSTED);
        done(driver.handles()
                .allocate("h", List.of(0x2400_0000L, 0x2420_0000L, 0x2440_0000L, 0x2460_0000L), 2 * Bytes.MIB));
        DmaBuf dmaBuf = done(driver.exportByHandle("buf", "h"));
        MemoryRegion region = done(MemoryRegion.register(
                new MemoryRegion.Request("mr0", 0, 8 * Bytes.MIB, 0, Set.of(AccessFlag.REMOTE_READ)),
                dmaBuf,
                IMPORTER,
                step -> {}));
        assertThat(region.attachment().mapping().orElseThrow().entries())
                .containsExactly(new SgTable.Entry(BAR + 0x400_0000L, 8 * Bytes.MIB));

        done(dmaBuf.close());
        assertThat(errno(driver.handles().free("h"))).isEqualTo(Errno.EINVAL);
        region.deregister();
        assertThat(dmaBuf.isReleased()).isTrue();
        done(driver.handles().free("h"));
    }

    @Test
    void allocationsLieBesideEachOtherUntilTheMemoryIsFull() {
        Habanalabs driver = allowed(POSTED);
        done(driver.handles().allocate("one", 3 * Bytes.MIB, 2 * Bytes.MIB));
        done(driver.handles().allocate("two", 2 * Bytes.MIB, 2 * Bytes.MIB));
        // two pages of 2 MiB from the start of user memory, then one more
        assertThat(driver.ranges(done(driver.exportByHandle("a", "one"))))
                .containsExactly(
                        new AddressRange(BAR + 0x400_0000L, 2 * Bytes.MIB),
                        new AddressRange(BAR + 0x420_0000L, 2 * Bytes.MIB));
        assertThat(driver.ranges(done(driver.exportByHandle("b", "two"))))
                .containsExactly(new AddressRange(BAR + 0x440_0000L, 2 * Bytes.MIB));
        assertThat(errno(driver.handles().allocate("rest", 32 * Bytes.GIB, 2 * Bytes.MIB)))
                .isEqualTo(Errno.ENOMEM);
    }

    @Test
    void anUnknownHandleIsEinval() {
        assertThat(errno(allowed(POSTED).exportByHandle("buf", "h"))).isEqualTo(Errno.EINVAL);
    }

    @Test
    void thePostedVersionIgnoresTheUpperHalfOfAHandleAndLaterOnesDoNot() {
        Habanalabs posted = allowed(POSTED);
        done(posted.handles().allocate("h", List.of(0x2400_0000L), 2 * Bytes.MIB));
        assertThat(done(posted.exportByHandle("buf", "h", 1)).size()).isEqualTo(2 * Bytes.MIB);
        Habanalabs later = allowed(HabanalabsProfile.of(KernelRelease.parse("6.5")));
        done(later.handles().allocate("h", List.of(0x2400_0000L), 2 * Bytes.MIB));
        assertThat(errno(later.exportByHandle("buf", "h", 1))).isEqualTo(Errno.EINVAL);
    }

    @Test
    void aSegmentLimitOf64KibCutsTwoPagesOf2MibInto64Entries() {
        Habanalabs driver = allowed(POSTED);
        done(driver.handles().allocate("h", List.of(0x2400_0000L, 0x2420_0000L), 2 * Bytes.MIB));
        Importer small = new Importer("nic0", NIC, true, true, 64 * Bytes.KIB);
        Attachment attachment = done(done(driver.exportByHandle("buf", "h")).attach(small));
        assertThat(done(attachment.mapUnlocked()).entries()).hasSize(64);
    }

    @Test
    void aRefusedPeerGetsEpermFromAttachWhereTheCoreCachesTables() {
        Habanalabs driver = driver("8086:29c0", POSTED, CACHES, 32 * Bytes.GIB);
        DmaBuf dmaBuf = done(driver.exportByAddress("buf", 0x2400_0000L, Bytes.MIB));
        assertThat(errno(dmaBuf.attach(IMPORTER))).isEqualTo(Errno.EPERM);
        assertThat(dmaBuf.attachments()).isEmpty();
    }

    @Test
    void aRefusedPeerGetsEpermFromMapSinceTheCoreCachesNoMore() {
        Habanalabs driver = driver("8086:29c0", POSTED, MAPS, 32 * Bytes.GIB);
        DmaBuf dmaBuf = done(driver.exportByAddress("buf", 0x2400_0000L, Bytes.MIB));
        Attachment attachment = done(dmaBuf.attach(IMPORTER));
        assertThat(attachment.peer2peer()).isFalse();
        assertThat(errno(attachment.mapUnlocked())).isEqualTo(Errno.EPERM);
    }

    @Test
    void aRefusedRegistrationLeavesNothingBehind() {
        for (DmaBufCore core : List.of(CACHES, MAPS)) {
            Habanalabs driver = driver("8086:29c0", POSTED, core, 32 * Bytes.GIB);
            DmaBuf dmaBuf = done(driver.exportByAddress("buf", 0x2400_0000L, Bytes.MIB));
            Reply<MemoryRegion> reply = MemoryRegion.register(
                    new MemoryRegion.Request("mr0", 0, Bytes.MIB, 0, Set.of(AccessFlag.REMOTE_READ)),
                    dmaBuf,
                    IMPORTER,
                    step -> {});
            assertThat(errno(reply)).isEqualTo(Errno.EPERM);
            assertThat(dmaBuf.references()).isEqualTo(1);
            assertThat(dmaBuf.attachments()).isEmpty();
        }
    }

    @Test
    void aStaticImporterIsNeverGivenPeerMemory() {
        Importer fixed = new Importer("nic0", NIC, false, false, 2 * Bytes.GIB);
        DmaBuf dmaBuf = done(allowed(POSTED).exportByAddress("buf", 0x2400_0000L, Bytes.MIB));
        assertThat(errno(done(dmaBuf.attach(fixed)).mapUnlocked())).isEqualTo(Errno.EPERM);
    }

    @ParameterizedTest(name = "offset {0}, length {1}, iova {2}, access {3}")
    @CsvSource({
        "0, 4096, 1, REMOTE_READ", // offset and iova differ within the page
        "0, 4096, 0, REMOTE_WRITE", // remote write without local write
        "0, 1048577, 0, REMOTE_READ", // larger than the dma-buf
        "0, 0, 0, REMOTE_READ", // no pages
        "4096, -4096, 4096, REMOTE_READ" // wraps
    })
    void aRegionThatCannotBeIsEinval(long offset, long length, long iova, AccessFlag access) {
        DmaBuf dmaBuf = done(allowed(POSTED).exportByAddress("buf", 0x2400_0000L, Bytes.MIB));
        Reply<MemoryRegion> reply = MemoryRegion.register(
                new MemoryRegion.Request("mr0", offset, length, iova, Set.of(access)), dmaBuf, IMPORTER, step -> {});
        assertThat(errno(reply)).isEqualTo(Errno.EINVAL);
        assertThat(dmaBuf.references()).isEqualTo(1);
    }

    @Test
    void aClosedDescriptorIsEbadf() {
        DmaBuf dmaBuf = done(allowed(POSTED).exportByAddress("buf", 0x2400_0000L, Bytes.MIB));
        done(dmaBuf.close());
        assertThat(errno(dmaBuf.get())).isEqualTo(Errno.EBADF);
        assertThat(errno(dmaBuf.close())).isEqualTo(Errno.EBADF);
    }
}
