package org.p2psim.dmabuf.exporter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.p2psim.dmabuf.Journal.Action.CRASH;
import static org.p2psim.dmabuf.Journal.Action.REVOKE;
import static org.p2psim.dmabuf.Machine.done;
import static org.p2psim.dmabuf.Machine.errno;
import static org.p2psim.dmabuf.Machine.importer;
import static org.p2psim.dmabuf.exporter.VfioScene.device;
import static org.p2psim.dmabuf.exporter.VfioScene.export;
import static org.p2psim.dmabuf.exporter.VfioScene.machine;

import com.google.common.collect.Sets;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.p2psim.dmabuf.Bug;
import org.p2psim.dmabuf.DmaBuf;
import org.p2psim.dmabuf.Machine;
import org.p2psim.dmabuf.Task;
import org.p2psim.dmabuf.Wait;
import org.p2psim.dmabuf.importer.MemoryRegion;
import org.p2psim.dmabuf.importer.RdmaFlavour;
import org.p2psim.platform.Errno;

/** Life of vfio-pci's dma-bufs: close, release and unbind, from the posting of 2022 to 7.1. */
class VfioLifeTest {
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
}
