package org.p2psim.dmabuf.exporter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.p2psim.dmabuf.Journal.Action.NOTIFY;
import static org.p2psim.dmabuf.Journal.Action.RESET;
import static org.p2psim.dmabuf.Journal.Action.RESTORE;
import static org.p2psim.dmabuf.Journal.Action.REVOKE;
import static org.p2psim.dmabuf.Journal.Action.TIMED_OUT;
import static org.p2psim.dmabuf.Journal.Action.UNMAP;
import static org.p2psim.dmabuf.Journal.Action.WARNING;
import static org.p2psim.dmabuf.Journal.Action.ZAP;
import static org.p2psim.dmabuf.Machine.done;
import static org.p2psim.dmabuf.Machine.errno;
import static org.p2psim.dmabuf.Machine.importer;
import static org.p2psim.dmabuf.exporter.VfioScene.BAR4;
import static org.p2psim.dmabuf.exporter.VfioScene.device;
import static org.p2psim.dmabuf.exporter.VfioScene.export;
import static org.p2psim.dmabuf.exporter.VfioScene.machine;

import com.google.common.collect.Sets;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.p2psim.dmabuf.Attachment;
import org.p2psim.dmabuf.Bug;
import org.p2psim.dmabuf.DmaBuf;
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
import org.p2psim.invariant.Invariant;
import org.p2psim.invariant.KernelChecks;
import org.p2psim.invariant.Violation;
import org.p2psim.platform.Errno;

/** A BAR that can vanish: what resets, the memory enable bit and low power do to dma-bufs of vfio-pci, from the posting of 2022 to
 * 7.1. */
class VfioPciTest {
    private static WorkRequest write(MemoryRegion region) {
        return new WorkRequest("wr", region.nic(), region.key(), AccessFlag.REMOTE_WRITE, true, 0, 4096);
    }

    /** Section 3.4. */
    @ParameterizedTest
    @CsvSource({"V6_19, RESTORE d, NOTIFY d/x0", "V7_1, NOTIFY d/x0, RESTORE d"})
    void importersAreToldOfARestorationAfterItAndFrom71OnBeforeIt(VfioProfile profile, String first, String second) {
        Machine machine = machine(profile);
        VfioPci device = device(machine, profile, "n0");
        DmaBuf dmaBuf = export(device, "d");
        machine.region(machine.nic(0, RdmaFlavour.DYNAMIC), "mr", dmaBuf);
        Task<VfioPci> reset = machine.start("FLR", device::reset);
        int mark = machine.kernel().journal().size();
        device.resetDone();
        machine.kernel().poll();
        done(reset);
        assertThat(machine.journal(mark, NOTIFY, RESTORE)).containsExactly(first, second);
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
}
