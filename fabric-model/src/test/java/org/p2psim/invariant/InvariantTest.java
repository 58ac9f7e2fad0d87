package org.p2psim.invariant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.p2psim.dmabuf.Machine.done;

import com.google.common.collect.Sets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.p2psim.address.AddressRange;
import org.p2psim.dmabuf.Attachment;
import org.p2psim.dmabuf.Bug;
import org.p2psim.dmabuf.DmaBuf;
import org.p2psim.dmabuf.Machine;
import org.p2psim.dmabuf.Reply;
import org.p2psim.dmabuf.Task;
import org.p2psim.dmabuf.exporter.VfioDeviceSet;
import org.p2psim.dmabuf.exporter.VfioPci;
import org.p2psim.dmabuf.exporter.VfioProfile;
import org.p2psim.dmabuf.importer.MemoryRegion;
import org.p2psim.dmabuf.importer.RdmaFlavour;
import org.p2psim.dmabuf.importer.RdmaNic;
import org.p2psim.dmabuf.ownership.OwnedMemory;
import org.p2psim.unit.Bytes;

/** The checks find what the replays say they find, and nothing where a replay says that all is well. */
class InvariantTest {
    private static final AddressRange BAR = new AddressRange(0x3900_0000_0000L, Bytes.MIB);

    /** A device, a region over one of its dma-bufs, and everything that is checked about them. */
    private static final class Scene {
        final Machine machine;
        final VfioPci device;
        final DmaBuf dmaBuf;
        final RdmaNic nic;
        final MemoryRegion region;
        final OwnedMemory owned = new OwnedMemory();
        final OwnedMemory atMap;

        Scene(VfioProfile profile, Set<Bug> bugs) {
            machine = new Machine(Machine.ALLOWED, profile == VfioProfile.V7_1 ? "7.1" : "6.19", bugs);
            device = new VfioPci(
                    "n0",
                    Machine.EXPORTER,
                    Map.of(0, BAR),
                    machine.p2pdma(),
                    Machine.identity(),
                    profile,
                    machine.kernel());
            dmaBuf = done(device.export("d", 0, 0, BAR.size()));
            nic = machine.nic(0, RdmaFlavour.DYNAMIC);
            region = machine.region(nic, "mr", dmaBuf);
            owned.assign(BAR, "A");
            atMap = owned.snapshot();
        }

        List<Invariant> broken() {
            return Sets.newLinkedHashSet(List.of(
                            VfioChecks.check(device),
                            DmaBufChecks.check(dmaBuf),
                            RegionChecks.check(nic),
                            KernelChecks.check(machine.kernel(), 0),
                            NotificationChecks.check(machine.kernel())))
                    .stream()
                    .flatMap(List::stream)
                    .map(Violation::invariant)
                    .distinct()
                    .toList();
        }

        LandingChecks.Landing write() {
            return LandingChecks.Landing.of(region.attachment(), new AddressRange(BAR.base(), 4096), true, atMap);
        }

        List<Invariant> landed(LandingChecks.Landing landing, boolean revoked) {
            return LandingChecks.check(landing, revoked, owned).stream()
                    .map(Violation::invariant)
                    .toList();
        }

        void resetDone() {
            device.resetDone();
            machine.kernel().poll();
        }
    }

    @Test
    void theCatalogueHas38NumberedStatements() {
        assertThat(Arrays.stream(Invariant.values()).map(Invariant::id))
                .containsExactlyElementsOf(IntStream.rangeClosed(1, 38)
                        .mapToObj("I-%02d"::formatted)
                        .toList());
        assertThat(Arrays.stream(Invariant.values()).map(Invariant::statement)).doesNotHaveDuplicates();
    }

    /** S09. */
    @Test
    void aResetInOrderBreaksNothing() {
        for (VfioProfile profile : List.of(VfioProfile.V6_19, VfioProfile.V7_1)) {
            Scene scene = new Scene(profile, profile.bugs());
            Task<VfioPci> reset = scene.machine.start("FLR", scene.device::reset);
            scene.resetDone();
            done(reset);
            scene.machine.run("fault", scene.region::fault);
            assertThat(scene.broken()).isEmpty();
            assertThat(scene.landed(scene.write(), false)).isEmpty();
        }
    }

    /** S10: R1 breaks I-08, and what lands during the reset I-01. */
    @Test
    void theInvertedFlagIsSeenOnceTheResetIsOver() {
        Scene scene = new Scene(VfioProfile.RFC, VfioProfile.RFC.bugs());
        Task<VfioPci> reset = scene.machine.start("FLR", scene.device::reset);
        assertThat(scene.region.translation()).isPresent();
        assertThat(scene.landed(scene.write(), true)).containsExactly(Invariant.NO_WRITE_AFTER_REVOKE);
        scene.resetDone();
        done(reset);
        assertThat(scene.broken())
                .contains(Invariant.REVOKED_MEANS_DISABLED, Invariant.USABLE_WHEN_ENABLED, Invariant.TABLES_FREED);
    }

    /** S17: I-28 holds while a reset of a set is under way, and does not for the RFC. */
    @Test
    void aSetUnderResetHasNothingToMap() {
        for (VfioProfile profile : List.of(VfioProfile.V6_19, VfioProfile.RFC)) {
            Scene scene = new Scene(profile, profile.bugs());
            VfioDeviceSet set = new VfioDeviceSet(scene.machine.kernel(), List.of(scene.device));
            scene.machine.start("hot reset", () -> set.hotReset(true));
            assertThat(VfioChecks.underReset(List.of(scene.device)))
                    .extracting(Violation::invariant)
                    .isEqualTo(profile == VfioProfile.RFC ? List.of(Invariant.SET_RESET_TOGETHER) : List.of());
        }
    }

    /** S18. */
    @Test
    void aShellOfAClosedDeviceIsDeadForEver() {
        Scene scene = new Scene(VfioProfile.V7_1, Set.of());
        scene.machine.start("close", scene.device::close);
        scene.resetDone();
        assertThat(VfioChecks.orphan(scene.device, scene.dmaBuf)).isEmpty();
        assertThat(scene.broken()).isEmpty();
    }

    /** S19: disabled first, the BAR has another owner while a write is on its way. */
    @Test
    void aBarThatIsHandedOutBeforeItIsRevokedIsWrittenByTheLastUsersPeer() {
        Scene scene = new Scene(VfioProfile.V6_19, VfioProfile.V6_19.bugs());
        scene.machine.start("close", scene.device::close);
        LandingChecks.Landing write = scene.write();
        scene.region.dma().issued();
        scene.device.resetDone();
        scene.machine.kernel().poll();
        assertThat(DmaBufChecks.reuse(scene.dmaBuf, true))
                .extracting(Violation::invariant)
                .containsExactly(Invariant.REUSE_WAITS);
        scene.owned.assign(BAR, "B");
        assertThat(scene.landed(write, false)).containsExactly(Invariant.OWNER_AS_MAPPED);
    }

    /** S19: revoked first, the function is disabled only once nothing is on its way. */
    @Test
    void aCloseThatRevokesFirstWaitsForWritesOnTheirWay() {
        Scene scene = new Scene(VfioProfile.V7_1, Set.of());
        scene.region.dma().issued();
        LandingChecks.Landing write = scene.write();
        scene.machine.start("close", scene.device::close);
        assertThat(scene.device.decodes()).isTrue();
        assertThat(scene.landed(write, false)).isEmpty();
        scene.region.dma().over();
        scene.machine.kernel().poll();
        assertThat(scene.device.decodes()).isFalse();
        assertThat(DmaBufChecks.reuse(scene.dmaBuf, true)).isEmpty();
    }

    /** An importer that unmaps at once lets its own writes land nowhere it may. */
    @Test
    void unmappingWithDmaOnItsWayIsALandingWithoutMapping() {
        Scene scene = new Scene(VfioProfile.V7_1, Set.of(Bug.UNMAPS_WITH_DMA_IN_FLIGHT));
        scene.region.dma().issued();
        LandingChecks.Landing write = scene.write();
        Task<VfioPci> off = scene.machine.start("off", () -> scene.device.writeMemoryEnable(false));
        done(off);
        assertThat(scene.landed(write, true))
                .containsExactly(Invariant.NO_WRITE_AFTER_REVOKE, Invariant.NO_LANDING_AFTER_UNMAP);
    }

    /** A mapping that was given back is not the one that was made after it, wherever that lies. */
    @Test
    void aNewMappingDoesNotExcuseALandingThroughTheOldOne() {
        Scene scene = new Scene(VfioProfile.V7_1, Set.of(Bug.UNMAPS_WITH_DMA_IN_FLIGHT));
        LandingChecks.Landing write = scene.write();
        scene.machine.run("off", () -> scene.device.writeMemoryEnable(false));
        scene.machine.run("on", () -> scene.device.writeMemoryEnable(true));
        scene.machine.run("fault", scene.region::fault);
        assertThat(scene.landed(write, false)).containsExactly(Invariant.NO_LANDING_AFTER_UNMAP);
    }

    /** S21. */
    @Test
    void aRevocationThatNeverEndsNamesWhoBlocksIt() {
        Scene scene = new Scene(VfioProfile.V7_1, Set.of(Bug.NEVER_UNMAPS));
        scene.machine.start("FLR", scene.device::reset);
        assertThat(KernelChecks.stuck(scene.machine.kernel()))
                .containsExactly(new Violation(
                        Invariant.REVOKE_ENDS, "FLR", "waits for importers of d to unmap, blocked by d/x0"));
    }

    @Test
    void aRegionThatIsLeftRegisteredIsALeak() {
        Scene scene = new Scene(VfioProfile.V7_1, Set.of());
        done(scene.dmaBuf.close());
        assertThat(KernelChecks.leaked(List.of(scene.dmaBuf), List.of(scene.nic)))
                .extracting(Violation::object)
                .containsExactly("d", "x0");
        scene.machine.run("deregister", scene.region::deregister);
        assertThat(KernelChecks.leaked(List.of(scene.dmaBuf), List.of(scene.nic)))
                .isEmpty();
        assertThat(DmaBufChecks.detached(scene.region.attachment())).isEmpty();
    }

    @Test
    void anAttachmentThatIsDetachedMappedOrPinnedIsFound() {
        Scene scene = new Scene(VfioProfile.V7_1, Set.of());
        Attachment attachment = done(scene.dmaBuf.attach(Machine.importer(1)));
        done(scene.machine.start("pin", () -> scene.dmaBuf.reservation().lock().around(attachment::pin)));
        done(attachment.mapUnlocked());
        done(scene.dmaBuf.detach(attachment));
        assertThat(DmaBufChecks.detached(attachment))
                .extracting(Violation::invariant)
                .containsExactly(Invariant.PINS_BALANCED, Invariant.RELEASED_UNMAPPED);
    }

    /** I-19: a driver that notifies twice for one change. */
    @Test
    void notifyingTwiceForOneRevocationIsFound() {
        Scene scene = new Scene(VfioProfile.V7_1, Set.of());
        scene.machine.run("off", () -> scene.device.writeMemoryEnable(false));
        assertThat(NotificationChecks.check(scene.machine.kernel())).isEmpty();
        scene.machine.run(
                "again",
                () -> scene.dmaBuf
                        .reservation()
                        .lock()
                        .around(() -> scene.dmaBuf.invalidateMappings().then(Reply::done)));
        assertThat(NotificationChecks.check(scene.machine.kernel()))
                .extracting(Violation::invariant)
                .containsExactly(Invariant.NOTIFIED_ONCE);
    }
}
