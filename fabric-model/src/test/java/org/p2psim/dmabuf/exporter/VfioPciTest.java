package org.p2psim.dmabuf.exporter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.p2psim.dmabuf.Journal.Action.CRASH;
import static org.p2psim.dmabuf.Journal.Action.LEAK;
import static org.p2psim.dmabuf.Journal.Action.NOTIFY;
import static org.p2psim.dmabuf.Journal.Action.RESET;
import static org.p2psim.dmabuf.Journal.Action.RESTORE;
import static org.p2psim.dmabuf.Journal.Action.REVOKE;
import static org.p2psim.dmabuf.Journal.Action.TIMED_OUT;
import static org.p2psim.dmabuf.Journal.Action.UNMAP;
import static org.p2psim.dmabuf.Journal.Action.UNPIN;
import static org.p2psim.dmabuf.Journal.Action.WARNING;
import static org.p2psim.dmabuf.Journal.Action.ZAP;
import static org.p2psim.dmabuf.Machine.done;
import static org.p2psim.dmabuf.Machine.errno;
import static org.p2psim.dmabuf.Machine.importer;

import com.google.common.collect.Sets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.p2psim.address.AddressRange;
import org.p2psim.dmabuf.Attachment;
import org.p2psim.dmabuf.Bug;
import org.p2psim.dmabuf.DmaBuf;
import org.p2psim.dmabuf.Importer;
import org.p2psim.dmabuf.Machine;
import org.p2psim.dmabuf.Task;
import org.p2psim.dmabuf.Wait;
import org.p2psim.dmabuf.importer.Access;
import org.p2psim.dmabuf.importer.AccessFlag;
import org.p2psim.dmabuf.importer.MemoryRegion;
import org.p2psim.dmabuf.importer.QueuePair;
import org.p2psim.dmabuf.importer.RdmaFlavour;
import org.p2psim.dmabuf.importer.RdmaNic;
import org.p2psim.dmabuf.importer.WorkCompletion;
import org.p2psim.dmabuf.importer.WorkRequest;
import org.p2psim.dmabuf.sgtable.PhysVecSgTable;
import org.p2psim.invariant.Invariant;
import org.p2psim.invariant.KernelChecks;
import org.p2psim.invariant.Violation;
import org.p2psim.platform.Errno;
import org.p2psim.unit.Bytes;

/** A BAR that can vanish: checks, revocation and life of vfio-pci's dma-bufs, from the posting of 2022 to 7.1. */
class VfioPciTest {
    private static final AddressRange BAR0 = new AddressRange(0x3900_0000_0000L, 16 * Bytes.KIB);
    private static final AddressRange BAR4 = new AddressRange(0x3a00_0000_0000L, 64 * Bytes.MIB);

    private static String release(VfioProfile profile) {
        return profile == VfioProfile.V7_1 || profile == VfioProfile.V7_1_RC ? "7.1" : "6.19";
    }

    private static Machine machine(VfioProfile profile, Set<Bug> bugs) {
        return new Machine(Machine.ALLOWED, release(profile), bugs);
    }

    private static Machine machine(VfioProfile profile) {
        return machine(profile, profile.bugs());
    }

    private static VfioPci device(Machine machine, VfioProfile profile, String name) {
        return new VfioPci(
                name,
                Machine.EXPORTER,
                Map.of(0, BAR0, 4, BAR4),
                machine.p2pdma(),
                Machine.identity(),
                profile,
                PhysVecSgTable.WHOLE_PAGE_CUTS,
                machine.kernel());
    }

    private static DmaBuf export(VfioPci device, String name) {
        return done(device.export(name, 4, 0, BAR4.size()));
    }

    private static WorkRequest write(MemoryRegion region) {
        return new WorkRequest("wr", region.nic(), region.key(), AccessFlag.REMOTE_WRITE, true, 0, 4096);
    }

    /** S13. */
    @ParameterizedTest(name = "region {0}, offset {1}, length {2}")
    @CsvSource({
        "4, 0x0, 0x0, ok, EINVAL", // the whole BAR; a length of 0
        "4, 0x1000, 0x0, ok, EINVAL", // R5: no bytes
        "4, 0x0, 0x4000000, ok, ok",
        "4, 0x0, 0x4001000, EINVAL, EINVAL",
        "4, 0x4000000, 0x1000, EINVAL, EINVAL",
        "4, 0x64, 0x1000, EINVAL, EINVAL",
        "4, 0x1000, 0x64, EINVAL, EINVAL",
        "6, 0x0, 0x1000, EINVAL, ENODEV",
        "2, 0x0, 0x1000, EINVAL, EINVAL",
        "4, 0x100000000, 0x1000, EINVAL, EINVAL" // R4
    })
    void slicesAreCheckedInTheOrderOfEachVersion(
            int region, String offset, String length, String posted, String merged) {
        for (VfioProfile profile : List.of(VfioProfile.RFC, VfioProfile.V6_19)) {
            Task<DmaBuf> task = machine(profile)
                    .start(
                            "export",
                            () -> device(machine(profile), profile, "n0")
                                    .export("d", region, Long.decode(offset), Long.decode(length)));
            String expected = profile == VfioProfile.RFC ? posted : merged;
            if (expected.equals("ok")) {
                assertThat(done(task).size())
                        .isEqualTo(region == 4 && offset.equals("0x0") ? BAR4.size() : Long.decode(length));
            } else {
                assertThat(errno(task)).isEqualTo(Errno.valueOf(expected));
            }
        }
    }

    /** S13: what only the merged call can say. */
    @Test
    void thePostedCallHasRoomForOneSliceAndNoFlags() {
        VfioPci device = device(machine(VfioProfile.RFC), VfioProfile.RFC, "n0");
        VfioSlice page = new VfioSlice(0, 4096);
        assertThat(done(device.export("d", 4, 0, List.of(page))).size()).isEqualTo(4096);
        assertThat(errno(device.export("d", 4, 0, List.of(page, page)))).isEqualTo(Errno.EINVAL);
        assertThat(errno(device.export("d", 4, 1, List.of(page)))).isEqualTo(Errno.EINVAL);
    }

    @Test
    void rangesMayOverlapAndMustNotWrap() {
        VfioPci device = device(machine(VfioProfile.V6_19), VfioProfile.V6_19, "n0");
        VfioSlice page = new VfioSlice(0, 4096);
        assertThat(done(device.export("d", 4, 0, List.of(page, page))).size()).isEqualTo(8192);
        assertThat(errno(device.export("d", 4, 0, List.of(new VfioSlice(-4096, 8192)))))
                .isEqualTo(Errno.EOVERFLOW);
        VfioSlice huge = new VfioSlice(0, 1L << 62);
        assertThat(errno(device.export("d", 4, 0, List.of(huge, huge)))).isEqualTo(Errno.EINVAL);
        assertThat(errno(device.export("d", 4, 0, List.of()))).isEqualTo(Errno.EINVAL);
        assertThat(errno(device.export("d", 4, 1, List.of(page)))).isEqualTo(Errno.EINVAL);
    }

    /** S09. */
    @Test
    void aResetRevokesFirstAndAnAccessDuringItFailsVisiblyAndWorksAgainAfterwards() {
        Machine machine = machine(VfioProfile.V6_19);
        VfioPci device = device(machine, VfioProfile.V6_19, "n0");
        DmaBuf dmaBuf = export(device, "d");
        MemoryRegion region = machine.region(machine.nic(0, RdmaFlavour.DYNAMIC), "mr", dmaBuf);
        assertThat(region.translation().orElseThrow().length()).isEqualTo(BAR4.size());

        int mark = machine.kernel().journal().size();
        Task<VfioPci> reset = machine.start("FLR", device::reset);
        assertThat(reset.waitsFor().orElseThrow().kind()).isEqualTo(Wait.Kind.RESET);
        assertThat(machine.journal(mark, REVOKE, NOTIFY, ZAP, UNMAP, RESET))
                .containsExactly("REVOKE d", "NOTIFY d/x0", "ZAP mr", "UNMAP d/x0", "RESET n0");
        assertThat(device.decodes()).isFalse();

        QueuePair queuePair = new QueuePair("qp0", QueuePair.RNR_RETRIES_FOR_EVER);
        queuePair.post(write(region));
        queuePair.post(write(region));
        assertThat(queuePair.access()).isEqualTo(new Access.Faults(region));
        assertThat(errno(machine.start("fault", region::fault))).isEqualTo(Errno.ENODEV);
        queuePair.faultNotResolved();
        assertThat(queuePair.completions())
                .extracting(WorkCompletion::status)
                .containsExactly(WorkCompletion.Status.REM_ACCESS_ERR, WorkCompletion.Status.WR_FLUSH_ERR);
        assertThat(queuePair.state()).isEqualTo(QueuePair.State.ERROR);
        assertThat(region.state()).isEqualTo(MemoryRegion.State.ZAPPED);

        device.resetDone();
        machine.kernel().poll();
        done(reset);
        assertThat(machine.objects(RESTORE)).containsExactly("d");
        QueuePair fresh = new QueuePair("qp1", 0);
        fresh.post(write(region));
        machine.run("fault", region::fault);
        assertThat(fresh.access()).isInstanceOf(Access.Granted.class);
    }

    /** S10: R1. */
    @Test
    void twoInversionsMapAtFirstSkipTheRevocationAndThenNeverMapAgain() {
        Machine machine = machine(VfioProfile.RFC);
        VfioPci device = device(machine, VfioProfile.RFC, "n0");
        DmaBuf dmaBuf = export(device, "d");
        MemoryRegion region = machine.region(machine.nic(0, RdmaFlavour.DYNAMIC), "mr", dmaBuf);

        Task<VfioPci> reset = machine.start("FLR", device::reset);
        assertThat(machine.objects(NOTIFY)).isEmpty();
        assertThat(region.state()).isEqualTo(MemoryRegion.State.ACTIVE);
        assertThat(device.decodes()).isFalse();

        device.resetDone();
        machine.kernel().poll();
        done(reset);
        assertThat(machine.objects(NOTIFY)).containsExactly("d/x0");
        assertThat(device.decodes()).isTrue();
        assertThat(errno(machine.start("fault", region::fault))).isEqualTo(Errno.ENODEV);
    }

    /** S10, and the code as posted: born without access nothing maps, until access ends once more. */
    @Test
    void twoInversionsMapWhileMemoryIsDisabled() {
        Machine machine = machine(VfioProfile.RFC);
        VfioPci device = device(machine, VfioProfile.RFC, "n0");
        machine.run("config write", () -> device.writeMemoryEnable(false));
        Attachment attachment = done(export(device, "d").attach(importer(0)));
        assertThat(errno(attachment.mapUnlocked())).isEqualTo(Errno.ENODEV);
        machine.run("config write", () -> device.writeMemoryEnable(true));
        assertThat(errno(attachment.mapUnlocked())).isEqualTo(Errno.ENODEV);
        machine.run("config write", () -> device.writeMemoryEnable(false));
        assertThat(done(attachment.mapUnlocked()).length()).isEqualTo(BAR4.size());
    }

    /** S11: R2. */
    @Test
    void theRfcMapsBar0WhateverBarWasAsked() {
        Set<Bug> bugs = Sets.difference(VfioProfile.RFC.bugs(), Set.of(Bug.REVOKED_INVERTED));
        Machine machine = machine(VfioProfile.RFC, bugs);
        DmaBuf dmaBuf = export(device(machine, VfioProfile.RFC, "n0"), "d");
        assertThat(done(done(dmaBuf.attach(importer(0))).mapUnlocked())
                        .entries()
                        .get(0)
                        .address())
                .isEqualTo(BAR0.base());
        assertThat(dmaBuf.exporter().ranges(dmaBuf)).containsExactly(BAR4);
    }

    /** S12: R3. */
    @Test
    void tablesWhoseCountIsNotRestoredLeakAtEveryUnmap() {
        Machine machine = machine(VfioProfile.RFC);
        VfioPci device = device(machine, VfioProfile.RFC, "n0");
        DmaBuf dmaBuf = done(device.export("d", 4, 0, Bytes.MIB));
        Importer small = new Importer("x0", importer(0).function(), true, true, 64 * Bytes.KIB);
        Attachment attachment = done(dmaBuf.attach(small));
        for (int i = 0; i < 1000; i++) {
            assertThat(done(attachment.mapUnlocked()).entries()).hasSize(16);
            done(attachment.unmapUnlocked());
        }
        assertThat(machine.objects(LEAK)).hasSize(1000);
    }

    /** S14. */
    @ParameterizedTest
    @CsvSource({"RFC, EINVAL", "V6_19, EOPNOTSUPP", "V7_1, EOPNOTSUPP"})
    void anImporterThatPinsAndCannotBeRevokedIsRefused(VfioProfile profile, Errno expected) {
        Machine machine = machine(profile);
        DmaBuf dmaBuf = export(device(machine, profile, "n0"), "d");
        RdmaNic nic = machine.nic(1, RdmaFlavour.PINNED);
        assertThat(errno(machine.start("register", () -> nic.register(Machine.whole("mr", dmaBuf), dmaBuf))))
                .isEqualTo(expected);
        assertThat(dmaBuf.attachments()).isEmpty();
        assertThat(dmaBuf.references()).isEqualTo(1);
        assertThat(machine.objects(UNPIN)).isEmpty();
    }

    /** S14: the candidate of 6.19 that had no pin callback. */
    @Test
    void withoutThePinCallbackAPinnedRegionStaysActiveThroughAReset() {
        Set<Bug> bugs = Sets.union(VfioProfile.V6_19.bugs(), Set.of(Bug.PIN_OP_FORGOTTEN));
        Machine machine = machine(VfioProfile.V6_19, bugs);
        VfioPci device = device(machine, VfioProfile.V6_19, "n0");
        MemoryRegion region = machine.region(machine.nic(1, RdmaFlavour.PINNED), "mr", export(device, "d"));
        machine.start("FLR", device::reset);
        assertThat(machine.objects(WARNING)).containsExactly("d/x1");
        assertThat(region.translation()).isPresent();
        assertThat(device.decodes()).isFalse();
    }

    /** S15. */
    @Test
    void aRevocablePinnedRegionIsRevokedForEverAndItsKeyStaysTaken() {
        Machine machine = machine(VfioProfile.V7_1);
        VfioPci device = device(machine, VfioProfile.V7_1, "n0");
        DmaBuf dmaBuf = export(device, "d");
        RdmaNic nic = machine.nic(2, RdmaFlavour.PINNED_REVOCABLE);
        MemoryRegion region = machine.region(nic, "mr", dmaBuf);
        assertThat(region.attachment().pins()).isEqualTo(1);
        region.dma().issued();

        Task<VfioPci> reset = machine.start("FLR", device::reset);
        assertThat(reset.waitsFor().orElseThrow().kind()).isEqualTo(Wait.Kind.DMA);
        assertThat(machine.objects(RESET)).isEmpty();
        region.dma().over();
        machine.kernel().poll();
        assertThat(machine.objects(RESET)).containsExactly("n0");
        assertThat(region.attachment().pins()).isZero();
        device.resetDone();
        machine.kernel().poll();
        done(reset);

        assertThat(region.state()).isEqualTo(MemoryRegion.State.REVOKED);
        QueuePair queuePair = new QueuePair("qp", 0);
        queuePair.post(write(region));
        assertThat(((Access.Refused) queuePair.access()).completion().status())
                .isEqualTo(WorkCompletion.Status.REM_ACCESS_ERR);
        MemoryRegion second = machine.region(nic, "mr2", dmaBuf);
        assertThat(second.key()).isNotEqualTo(region.key());
        machine.run("deregister", region::deregister);
        assertThat(machine.region(nic, "mr3", dmaBuf).key()).isEqualTo(region.key());
    }

    /** S16. */
    @Test
    void onlyAChangeOfTheMemoryEnableBitIsNotified() {
        Machine machine = machine(VfioProfile.V6_19);
        VfioPci device = device(machine, VfioProfile.V6_19, "n0");
        machine.run("config write", () -> device.writeMemoryEnable(false));
        DmaBuf dmaBuf = export(device, "d");
        assertThat(errno(machine.start("attach", () -> dmaBuf.attach(importer(0)))))
                .isEqualTo(Errno.ENODEV);
        machine.run("config write", () -> device.writeMemoryEnable(true));
        assertThat(machine.objects(NOTIFY)).isEmpty();
        machine.region(machine.nic(0, RdmaFlavour.DYNAMIC), "mr", dmaBuf);
        machine.run("config write", () -> device.writeMemoryEnable(true));
        assertThat(machine.objects(NOTIFY)).isEmpty();
        machine.run("config write", () -> device.writeMemoryEnable(false));
        machine.run("config write", () -> device.writeMemoryEnable(false));
        assertThat(machine.objects(NOTIFY)).containsExactly("d/x0");
    }

    /** S16 with the posting of 2022: it attaches whatever the state. */
    @Test
    void theRfcAttachesToARevokedBuffer() {
        Machine machine = machine(VfioProfile.RFC);
        VfioPci device = device(machine, VfioProfile.RFC, "n0");
        machine.run("config write", () -> device.writeMemoryEnable(false));
        assertThat(done(export(device, "d").attach(importer(0))).peer2peer()).isTrue();
    }

    /** S17. */
    @Test
    void aHotResetRevokesTheWholeSetBeforeItBeginsAndRestoresWhatHasMemoryEnabled() {
        Machine machine = machine(VfioProfile.V6_19);
        List<VfioPci> devices = List.of(
                device(machine, VfioProfile.V6_19, "n0"),
                device(machine, VfioProfile.V6_19, "n1"),
                device(machine, VfioProfile.V6_19, "n2"));
        export(devices.get(0), "a");
        export(devices.get(0), "b");
        export(devices.get(1), "c");
        machine.run("config write", () -> devices.get(1).writeMemoryEnable(false));
        VfioDeviceSet set = new VfioDeviceSet(machine.kernel(), devices);

        int mark = machine.kernel().journal().size();
        assertThat(errno(machine.start("hot reset", () -> set.hotReset(false)))).isEqualTo(Errno.EINVAL);
        assertThat(machine.kernel().journal().since(mark)).isEmpty();

        Task<VfioDeviceSet> reset = machine.start("hot reset", () -> set.hotReset(true));
        devices.get(0).resetDone();
        machine.kernel().poll();
        assertThat(machine.journal(mark, REVOKE, RESET, RESTORE))
                .containsExactly("REVOKE a", "REVOKE b", "RESET n0", "RESET n1", "RESET n2");
        devices.get(1).resetDone();
        devices.get(2).resetDone();
        machine.kernel().poll();
        done(reset);
        assertThat(machine.objects(RESTORE)).containsExactly("a", "b");
        assertThat(machine.kernel().lockOrder().inversions()).isEmpty();
    }

    /** S18. */
    @Test
    void aClosedDeviceLeavesADeadShellThatNeverWorksAgain() {
        Machine machine = machine(VfioProfile.V6_19);
        VfioPci device = device(machine, VfioProfile.V6_19, "n0");
        DmaBuf dmaBuf = export(device, "d");
        MemoryRegion region = machine.region(machine.nic(0, RdmaFlavour.DYNAMIC), "mr", dmaBuf);
        assertThat(device.registrations()).isEqualTo(2);
        Task<VfioPci> close = machine.start("close", device::close);
        device.resetDone();
        machine.kernel().poll();
        done(close);
        assertThat(device.registrations()).isZero();
        assertThat(errno(machine.start("fault", region::fault))).isEqualTo(Errno.ENODEV);

        done(device.open());
        machine.run("config write", () -> device.writeMemoryEnable(true));
        assertThat(errno(dmaBuf.attach(importer(1)))).isEqualTo(Errno.ENODEV);
        assertThat(errno(machine.start("fault", region::fault))).isEqualTo(Errno.ENODEV);
        machine.run("deregister", region::deregister);
        done(dmaBuf.close());
        assertThat(dmaBuf.life()).isEqualTo(DmaBuf.Life.GONE);
        assertThat(device.registrations()).isEqualTo(1);
        assertThat(machine.objects(CRASH)).isEmpty();
    }

    /** S18 with the posting of 2022: R6. */
    @Test
    void theRfcCrashesWhenSomebodyAttachesAfterClose() {
        Machine machine = machine(VfioProfile.RFC);
        VfioPci device = device(machine, VfioProfile.RFC, "n0");
        DmaBuf dmaBuf = export(device, "d");
        machine.start("close", device::close);
        device.resetDone();
        machine.kernel().poll();
        dmaBuf.attach(importer(0));
        assertThat(machine.objects(CRASH)).containsExactly("d/x0");
    }

    /** S19: R9. */
    @ParameterizedTest
    @EnumSource(VfioProfile.class)
    void untilTheFixOf2026CloseDisablesTheFunctionWhileItIsStillMapped(VfioProfile profile) {
        Set<Bug> bugs = Sets.difference(profile.bugs(), Set.of(Bug.REVOKED_INVERTED));
        Machine machine = machine(profile, bugs);
        VfioPci device = device(machine, profile, "n0");
        MemoryRegion region = machine.region(machine.nic(0, RdmaFlavour.DYNAMIC), "mr", export(device, "d"));
        machine.start("close", device::close);
        assertThat(device.decodes()).isFalse();
        assertThat(region.translation().isPresent()).isEqualTo(profile != VfioProfile.V7_1);
    }

    /** S20, second schedule. */
    @Test
    void aBufferWhoseLastReferenceIsGoneIsPassedOverWhileItsReleaseWaits() {
        Machine machine = machine(VfioProfile.V6_19);
        VfioPci device = device(machine, VfioProfile.V6_19, "n0");
        DmaBuf first = export(device, "first");
        DmaBuf second = export(device, "second");
        MemoryRegion region = machine.region(machine.nic(0, RdmaFlavour.DYNAMIC), "mr", first);
        region.dma().issued();
        Task<VfioPci> reset = machine.start("FLR", device::reset);
        done(second.close());
        assertThat(second.life()).isEqualTo(DmaBuf.Life.RELEASING);
        region.dma().over();
        machine.kernel().poll();
        device.resetDone();
        machine.kernel().poll();
        done(reset);
        assertThat(machine.objects(REVOKE)).containsExactly("first");
        assertThat(second.life()).isEqualTo(DmaBuf.Life.GONE);
        assertThat(device.dmaBufs()).containsExactly(first);
        assertThat(machine.objects(CRASH)).isEmpty();
    }

    /** S20, first schedule. */
    @Test
    void aReleaseWaitsForTheReferenceThatARevocationTook() {
        Machine machine = machine(VfioProfile.V7_1);
        VfioPci device = device(machine, VfioProfile.V7_1, "n0");
        DmaBuf dmaBuf = export(device, "d");
        MemoryRegion region = machine.region(machine.nic(0, RdmaFlavour.DYNAMIC), "mr", dmaBuf);
        region.dma().issued();
        machine.start("FLR", device::reset);
        done(dmaBuf.close());
        Task<MemoryRegion> deregistered = machine.start("deregister", region::deregister);
        assertThat(deregistered.waitsFor().orElseThrow().kind()).isEqualTo(Wait.Kind.LOCK);
        assertThat(dmaBuf.life()).isEqualTo(DmaBuf.Life.LIVE);
        region.dma().over();
        machine.kernel().poll();
        assertThat(dmaBuf.life()).isEqualTo(DmaBuf.Life.RELEASING);
        device.resetDone();
        machine.kernel().poll();
        assertThat(dmaBuf.life()).isEqualTo(DmaBuf.Life.GONE);
        assertThat(device.dmaBufs()).isEmpty();
    }

    /** S21. */
    @Test
    void anImporterThatNeverUnmapsBlocksTheResetForEverAndIsNamed() {
        Machine machine = machine(VfioProfile.V7_1, Set.of(Bug.NEVER_UNMAPS));
        VfioPci device = device(machine, VfioProfile.V7_1, "n0");
        machine.region(machine.nic(0, RdmaFlavour.DYNAMIC), "mr", export(device, "d"));
        Task<VfioPci> reset = machine.start("FLR", device::reset);
        Wait wait = reset.waitsFor().orElseThrow();
        assertThat(wait.kind()).isEqualTo(Wait.Kind.UNMAP);
        assertThat(wait.blockers()).containsExactly("d/x0");
        Task<VfioPci> write = machine.start("config write", () -> device.writeMemoryEnable(false));
        assertThat(write.waitsFor().orElseThrow().blockers()).containsExactly("FLR");
    }

    @Test
    void asFirstPostedTheResetComesAfterASecondThoughSomebodyIsMapped() {
        Machine machine = machine(VfioProfile.V7_1, Set.of(Bug.NEVER_UNMAPS, Bug.UNMAP_WAIT_TIMES_OUT));
        VfioPci device = device(machine, VfioProfile.V7_1, "n0");
        machine.region(machine.nic(0, RdmaFlavour.DYNAMIC), "mr", export(device, "d"));
        Task<VfioPci> reset = machine.start("FLR", device::reset);
        assertThat(device.isResetting()).isFalse();
        device.timeouts().get(0).expire();
        machine.kernel().poll();
        assertThat(device.isResetting()).isTrue();
        assertThat(machine.objects(TIMED_OUT)).containsExactly("d");
        assertThat(KernelChecks.check(machine.kernel(), 0))
                .extracting(Violation::invariant)
                .containsExactly(Invariant.REUSE_WAITS);
        device.resetDone();
        machine.kernel().poll();
        done(reset);
    }

    @Test
    void aWaitThatWouldGiveUpIsOverWhenTheImporterUnmaps() {
        Machine machine = machine(VfioProfile.V7_1, Set.of(Bug.UNMAP_WAIT_TIMES_OUT));
        VfioPci device = device(machine, VfioProfile.V7_1, "n0");
        machine.region(machine.nic(0, RdmaFlavour.DYNAMIC), "mr", export(device, "d"));
        machine.start("FLR", device::reset);
        assertThat(device.isResetting()).isTrue();
        assertThat(machine.objects(TIMED_OUT)).isEmpty();
    }

    /** S22. */
    @ParameterizedTest
    @CsvSource({"V7_1_RC, true", "V7_1, false"})
    void closingARevokedBufferHungInCandidatesOf71(VfioProfile profile, boolean hangs) {
        Machine machine = machine(profile);
        VfioPci device = device(machine, profile, "n0");
        export(device, "d");
        machine.run("config write", () -> device.writeMemoryEnable(false));
        Task<VfioPci> close = machine.start("close", device::close);
        device.resetDone();
        machine.kernel().poll();
        assertThat(close.waitsFor().isPresent()).isEqualTo(hangs);
        assertThat(device.registrations()).isEqualTo(hangs ? 2 : 0);
    }

    /** 3.6. */
    @Test
    void unbindingWaitsUntilTheDeviceIsClosed() {
        Machine machine = machine(VfioProfile.V7_1);
        VfioPci device = device(machine, VfioProfile.V7_1, "n0");
        export(device, "d");
        Task<VfioPci> unbind = machine.start("unbind", device::unbind);
        assertThat(unbind.waitsFor().orElseThrow().blockers()).containsExactly("d", "the descriptor of n0");
        assertThat(errno(device.export("e", 4, 0, 4096))).isEqualTo(Errno.ENODEV);
        machine.start("close", device::close);
        device.resetDone();
        machine.kernel().poll();
        done(unbind);
    }

    /** 3.3 and R7: no free descriptor. */
    @ParameterizedTest
    @CsvSource({"RFC, 2, 1, 0", "V6_19, 0, 0, 1", "V7_1, 1, 0, 0"})
    void withoutAFreeDescriptorTheRfcLeaksAnd619PutsTwice(
            VfioProfile profile, int registrations, int leaks, int crashes) {
        Machine machine = machine(profile);
        machine.kernel().limitDescriptors(0);
        VfioPci device = device(machine, profile, "n0");
        assertThat(errno(machine.start("export", () -> device.export("d", 4, 0, 4096))))
                .isEqualTo(Errno.EMFILE);
        assertThat(device.registrations()).isEqualTo(registrations);
        assertThat(machine.objects(LEAK)).hasSize(leaks);
        assertThat(machine.objects(CRASH)).hasSize(crashes);
    }

    /** 3.2: entry into low power and exit. */
    @Test
    void lowPowerRevokesAndItsExitRestores() {
        Machine machine = machine(VfioProfile.V6_19);
        VfioPci device = device(machine, VfioProfile.V6_19, "n0");
        DmaBuf dmaBuf = export(device, "d");
        machine.run("low power", () -> device.setLowPower(true));
        assertThat(device.isRevoked(dmaBuf)).isTrue();
        machine.run("low power", () -> device.setLowPower(false));
        assertThat(device.isRevoked(dmaBuf)).isFalse();
    }

    /** Section 3.3: attach tests peer-to-peer first, and a route only when mapping. */
    @Test
    void sinceMergedARouteIsAskedForAtMap() {
        Machine machine = new Machine(Machine.UNKNOWN, "6.19", Set.of());
        DmaBuf dmaBuf = export(device(machine, VfioProfile.V6_19, "n0"), "d");
        Attachment attachment = done(dmaBuf.attach(importer(0)));
        assertThat(errno(attachment.mapUnlocked())).isEqualTo(Errno.EINVAL);
        assertThat(errno(dmaBuf.attach(Machine.fixedImporter(1)))).isEqualTo(Errno.EOPNOTSUPP);
    }
}
