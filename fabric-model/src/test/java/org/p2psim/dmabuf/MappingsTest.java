package org.p2psim.dmabuf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.p2psim.dmabuf.Machine.done;
import static org.p2psim.dmabuf.Machine.errno;
import static org.p2psim.dmabuf.Machine.fixedImporter;
import static org.p2psim.dmabuf.Machine.importer;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.p2psim.address.AddressRange;
import org.p2psim.dmabuf.Attachment.MappingState;
import org.p2psim.dmabuf.exporter.VfioPci;
import org.p2psim.dmabuf.exporter.VfioProfile;
import org.p2psim.dmabuf.ownership.OwnedMemory;
import org.p2psim.invariant.DmaBufChecks;
import org.p2psim.invariant.Invariant;
import org.p2psim.invariant.LandingChecks;
import org.p2psim.invariant.Violation;
import org.p2psim.platform.Errno;
import org.p2psim.platform.KernelRelease;
import org.p2psim.unit.Bytes;

/**
 * An attachment that is mapped more than once: dma_buf_map_attachment() of drivers/dma-buf/dma-buf.c calls the exporter
 * each time, and hands out the table again that it keeps, until 6.15.
 */
class MappingsTest {
    private static final AddressRange BAR = new AddressRange(0x3900_0000_0000L, Bytes.MIB);

    /** Gives out a page more to the right with each table. */
    private static final class Pages implements Exporter {
        private final boolean dynamic;
        private final boolean caches;
        private final List<String> calls = new ArrayList<>();
        private int tables;

        Pages(boolean dynamic, boolean caches) {
            this.dynamic = dynamic;
            this.caches = caches;
        }

        String drain() {
            String drained = String.join(" ", calls);
            calls.clear();
            return drained;
        }

        @Override
        public ImmutableSet<ExporterOp> ops() {
            return dynamic
                    ? ImmutableSet.of(
                            ExporterOp.PIN, ExporterOp.UNPIN, ExporterOp.MAP, ExporterOp.UNMAP, ExporterOp.RELEASE)
                    : ImmutableSet.of(ExporterOp.MAP, ExporterOp.UNMAP, ExporterOp.RELEASE);
        }

        @Override
        public boolean cachesTables() {
            return caches;
        }

        @Override
        public Reply<Boolean> attach(Attachment attachment) {
            return Reply.done(attachment.peer2peer());
        }

        @Override
        public Reply<Attachment> pin(Attachment attachment) {
            calls.add("pin");
            return Reply.done(attachment);
        }

        @Override
        public void unpin(Attachment attachment) {
            calls.add("unpin");
        }

        @Override
        public Reply<SgTable> map(Attachment attachment) {
            tables++;
            calls.add("map" + tables);
            return Reply.done(new SgTable(List.of(new SgTable.Entry(tables * 0x1000L, 0x1000))));
        }

        @Override
        public void unmap(Attachment attachment, SgTable table) {
            calls.add("unmap" + table.entries().get(0).address() / 0x1000);
        }

        @Override
        public Reply<DmaBuf> release(DmaBuf dmaBuf) {
            return Reply.done(dmaBuf);
        }

        @Override
        public ImmutableList<AddressRange> ranges(DmaBuf dmaBuf) {
            return ImmutableList.of(BAR);
        }
    }

    private static DmaBuf exported(String release, Exporter exporter) {
        return done(DmaBuf.export(
                "d", 4096, exporter, new Kernel(DmaBufCore.of(KernelRelease.parse(release))), Optional.empty()));
    }

    private static void unmap(Attachment attachment, long mapping) {
        done(attachment
                .dmaBuf()
                .kernel()
                .start(
                        "unmap",
                        () -> attachment.dmaBuf().reservation().lock().around(() -> {
                            attachment.unmap(mapping);
                            return Reply.done(attachment);
                        })));
    }

    /** The same table that makes a single mapping, in section 1.4 of the replayed facts, with a second one before the first is over. */
    @ParameterizedTest(name = "{0}: dynamic importer {1}, dynamic exporter {2}, cache_sgt_mapping {3}")
    @CsvSource({
        "5.8, false, false, false, '', map1 map2, unmap1, unmap2, ''",
        "5.8, false, false, true, '', map1, '', '', unmap1",
        "5.8, false, true, false, pin map1, '', '', '', unmap1 unpin",
        "5.8, true, false, false, map1, '', '', '', unmap1",
        "5.8, true, true, false, '', map1 map2, unmap1, unmap2, ''",
        "6.16, false, true, false, '', pin map1 pin map2, unmap1 unpin, unmap2 unpin, ''",
        "6.16, true, false, true, '', map1 map2, unmap1, unmap2, ''",
        "7.1, true, true, false, '', map1 map2, unmap1, unmap2, ''"
    })
    void aTableThatIsKeptIsHandedOutAgainAndOthersAreMadeAnew(
            String release,
            boolean dynamicImporter,
            boolean dynamicExporter,
            boolean caches,
            String atAttach,
            String atMaps,
            String atFirstUnmap,
            String atSecondUnmap,
            String atDetach) {
        Pages exporter = new Pages(dynamicExporter, caches);
        DmaBuf dmaBuf = exported(release, exporter);
        List<String> seen = new ArrayList<>();
        Attachment attachment = done(dmaBuf.attach(dynamicImporter ? importer(0) : fixedImporter(0)));
        seen.add(exporter.drain());
        SgTable first = done(attachment.mapUnlocked());
        SgTable second = done(attachment.mapUnlocked());
        assertThat(attachment.tables()).containsExactly(first, second);
        assertThat(first.equals(second)).isEqualTo(!atMaps.contains("map2"));
        seen.add(exporter.drain());
        unmap(attachment, 1);
        assertThat(attachment.mapping()).contains(second);
        seen.add(exporter.drain());
        unmap(attachment, 2);
        assertThat(attachment.mappingState()).isEqualTo(MappingState.NONE);
        assertThat(attachment.isPinned()).isEqualTo(atAttach.contains("pin"));
        seen.add(exporter.drain());
        done(dmaBuf.detach(attachment));
        seen.add(exporter.drain());
        assertThat(seen).containsExactly(atAttach, atMaps, atFirstUnmap, atSecondUnmap, atDetach);
        assertThat(attachment.isPinned()).isFalse();
    }

    /** Until 6.15: the direction of the table that is kept is that of the first who mapped. */
    @Test
    void aSecondMappingInAnotherDirectionThanTheKeptTableIsBusyAndLeavesTheFirst() {
        DmaBuf dmaBuf = exported("5.12", new Pages(false, true));
        Attachment attachment = done(dmaBuf.attach(fixedImporter(0)));
        SgTable table = done(attachment.map(Direction.TO_DEVICE));
        assertThat(errno(attachment.map(Direction.FROM_DEVICE))).isEqualTo(Errno.EBUSY);
        assertThat(done(attachment.map(Direction.TO_DEVICE))).isSameAs(table);
        assertThat(attachment.tables()).hasSize(2);
    }

    /** Since 6.16 nothing is kept, so that each mapping has a direction of its own. */
    @Test
    void withoutAKeptTableTwoMappingsMayDifferInDirection() {
        DmaBuf dmaBuf = exported("6.16", new Pages(false, true));
        Attachment attachment = done(dmaBuf.attach(importer(0)));
        done(dmaBuf.reservation().lock().around(() -> attachment.map(Direction.TO_DEVICE)));
        done(dmaBuf.reservation().lock().around(() -> attachment.map(Direction.FROM_DEVICE)));
        assertThat(attachment.direction()).contains(Direction.FROM_DEVICE);
        attachment.unmap();
        assertThat(attachment.direction()).contains(Direction.TO_DEVICE);
    }

    @Test
    void aNotificationMakesEveryMappingStaleAndTheNextIsValidBesideThem() {
        DmaBuf dmaBuf = exported("7.1", new Pages(true, false));
        Attachment attachment = done(dmaBuf.attach(importer(0)));
        done(attachment.mapUnlocked());
        done(attachment.mapUnlocked());
        done(dmaBuf.reservation().lock().around(dmaBuf::invalidateMappings));
        assertThat(attachment.mappingState()).isEqualTo(MappingState.STALE);
        done(attachment.mapUnlocked());
        assertThat(attachment.mappingState()).isEqualTo(MappingState.VALID);
        unmap(attachment, 3);
        assertThat(attachment.mappingState()).isEqualTo(MappingState.STALE);
        assertThatThrownBy(() -> attachment.unmap(3)).isInstanceOf(IllegalStateException.class);
    }

    /** vfio_pci_dma_buf.c of 7.1 counts mappings, not attachments: the revocation ends with the last. */
    @Test
    void aRevocationWaitsUntilEveryMappingOfAnAttachmentIsGivenBack() {
        Machine machine = new Machine(Machine.ALLOWED, "7.1", Set.of());
        VfioPci device = new VfioPci(
                "n0",
                Machine.EXPORTER,
                Map.of(0, BAR),
                machine.p2pdma(),
                Machine.identity(),
                VfioProfile.V7_1,
                machine.kernel());
        DmaBuf dmaBuf = done(device.export("d", 0, 0, BAR.size()));
        Attachment attachment = done(dmaBuf.attach(importer(0)));
        done(attachment.mapUnlocked());
        done(attachment.mapUnlocked());
        Task<VfioPci> off = machine.start("off", () -> device.writeMemoryEnable(false));
        unmap(attachment, 2);
        machine.kernel().poll();
        assertThat(off.waitsFor().orElseThrow().blockers()).containsExactly("d/x0");
        unmap(attachment, 1);
        machine.kernel().poll();
        done(off);
    }

    /** I-02 asks for the mapping that a DMA was issued through. */
    @Test
    void aLandingThroughTheMappingThatWasGivenBackIsFoundWhileAnotherIsHeld() {
        DmaBuf dmaBuf = exported("7.1", new Pages(true, false));
        Attachment attachment = done(dmaBuf.attach(importer(0)));
        OwnedMemory owned = new OwnedMemory();
        done(attachment.mapUnlocked());
        LandingChecks.Landing first = LandingChecks.Landing.of(attachment, BAR, true, owned);
        done(attachment.mapUnlocked());
        LandingChecks.Landing second = LandingChecks.Landing.of(attachment, BAR, true, owned);
        unmap(attachment, 1);
        assertThat(LandingChecks.check(first, false, owned))
                .extracting(Violation::invariant)
                .containsExactly(Invariant.NO_LANDING_AFTER_UNMAP);
        assertThat(LandingChecks.check(second, false, owned)).isEmpty();
    }

    /** I-04, also if only one of several mappings is left. */
    @Test
    void whoDetachesWithAMappingLeftIsFound() {
        DmaBuf dmaBuf = exported("7.1", new Pages(true, false));
        Attachment attachment = done(dmaBuf.attach(importer(0)));
        done(attachment.mapUnlocked());
        done(attachment.mapUnlocked());
        unmap(attachment, 1);
        done(dmaBuf.detach(attachment));
        assertThat(DmaBufChecks.detached(attachment))
                .extracting(Violation::invariant)
                .containsExactly(Invariant.RELEASED_UNMAPPED);
    }
}
