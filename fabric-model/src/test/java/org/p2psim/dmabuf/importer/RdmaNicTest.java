package org.p2psim.dmabuf.importer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.p2psim.dmabuf.Journal.Action.DEAD_KEY;
import static org.p2psim.dmabuf.Journal.Action.EVENT;
import static org.p2psim.dmabuf.Journal.Action.UNPIN;
import static org.p2psim.dmabuf.Machine.done;
import static org.p2psim.dmabuf.Machine.errno;
import static org.p2psim.dmabuf.Machine.importer;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.p2psim.address.AddressRange;
import org.p2psim.dmabuf.Bug;
import org.p2psim.dmabuf.DmaBuf;
import org.p2psim.dmabuf.LockClass;
import org.p2psim.dmabuf.Machine;
import org.p2psim.dmabuf.Task;
import org.p2psim.dmabuf.Wait;
import org.p2psim.dmabuf.exporter.VfioPci;
import org.p2psim.dmabuf.exporter.VfioProfile;
import org.p2psim.dmabuf.exporter.VfioSlice;
import org.p2psim.invariant.DmaBufChecks;
import org.p2psim.invariant.Invariant;
import org.p2psim.invariant.KernelChecks;
import org.p2psim.invariant.RegionChecks;
import org.p2psim.invariant.Violation;
import org.p2psim.platform.Errno;
import org.p2psim.platform.KernelRelease;
import org.p2psim.unit.Bytes;

/** Importers of a BAR whose access may end: memory regions, iommufd, NVMe, RDMA in software. */
class RdmaNicTest {
    private static final AddressRange BAR0 = new AddressRange(0x3900_0000_0000L, Bytes.MIB);

    private static Machine machine(Bug... bugs) {
        return new Machine(Machine.ALLOWED, "7.1", Set.of(bugs));
    }

    private static VfioPci vfio(Machine machine, VfioProfile profile) {
        return new VfioPci(
                "n0",
                Machine.EXPORTER,
                Map.of(0, BAR0),
                machine.p2pdma(),
                Machine.identity(),
                profile,
                machine.kernel());
    }

    private static WorkRequest work(RdmaNic nic, int key, boolean remote, long size) {
        return new WorkRequest("wr", nic, key, AccessFlag.REMOTE_WRITE, remote, 0, size);
    }

    @ParameterizedTest
    @CsvSource({
        "DYNAMIC, 5.11, 5.12",
        "PINNED, 5.15, 5.16",
        "PINNED_WITH_REVOKE, 6.11, 6.12",
        "PINNED_REVOCABLE, 7.0, 7.1"
    })
    void eachFlavourCameWithItsRelease(RdmaFlavour flavour, String before, String since) {
        assertThat(flavour.isIn(KernelRelease.parse(before))).isFalse();
        assertThat(flavour.isIn(KernelRelease.parse(since))).isTrue();
    }

    /** Section 5.1, check 1. */
    @Test
    void aDriverWithoutDmaBufRegistrationIsEopnotsupp() {
        Machine machine = machine();
        DmaBuf dmaBuf = done(vfio(machine, VfioProfile.V7_1).export("d", 0, 0, 4096));
        RdmaNic nic = new RdmaNic(importer(0), Optional.empty(), machine.kernel());
        assertThat(errno(nic.register(Machine.whole("mr", dmaBuf), dmaBuf))).isEqualTo(Errno.EOPNOTSUPP);
    }

    /** Section 5.4: the table of accesses by state, for the requester. */
    @ParameterizedTest(name = "remote {0}")
    @CsvSource({"true, REM_ACCESS_ERR", "false, LOC_PROT_ERR"})
    void anAccessIsGrantedFaultsOrIsRefusedByTheStateOfTheRegion(boolean remote, WorkCompletion.Status refusal) {
        Machine machine = machine();
        VfioPci device = vfio(machine, VfioProfile.V7_1);
        DmaBuf dmaBuf = done(device.export("d", 0, 0, 8192));
        RdmaNic odp = machine.nic(0, RdmaFlavour.DYNAMIC);
        RdmaNic pinned = machine.nic(2, RdmaFlavour.PINNED_REVOCABLE);
        MemoryRegion dynamic = machine.region(odp, "mr0", dmaBuf);
        MemoryRegion revocable = machine.region(pinned, "mr1", dmaBuf);
        QueuePair first = new QueuePair("qp0", 0);
        first.post(work(odp, dynamic.key(), remote, 4096));
        assertThat(first.access()).isInstanceOf(Access.Granted.class);
        machine.run("config write", () -> device.writeMemoryEnable(false));
        assertThat(first.access()).isEqualTo(new Access.Faults(dynamic));

        QueuePair second = new QueuePair("qp1", 0);
        second.post(work(pinned, revocable.key(), remote, 4096));
        second.post(work(odp, dynamic.key(), remote, 4096));
        Access access = second.access();
        assertThat(RegionChecks.refused(second, access)).isEmpty();
        assertThat(second.completions())
                .extracting(WorkCompletion::status)
                .containsExactly(refusal, WorkCompletion.Status.WR_FLUSH_ERR);
        assertThat(machine.objects(EVENT)).hasSize(remote ? 1 : 0);
        assertThat(first.state()).isEqualTo(QueuePair.State.RTS);
        second.post(work(odp, dynamic.key(), remote, 4096));
        assertThat(second.completions()).hasSize(3);
    }

    @Test
    void aResponderThatIsNeverReadyExhaustsTheRetries() {
        RdmaNic nic = machine().nic(0, RdmaFlavour.DYNAMIC);
        QueuePair finite = new QueuePair("qp0", 2);
        finite.post(work(nic, 1, true, 4096));
        assertThat(finite.receiverNotReady()).isTrue();
        assertThat(finite.receiverNotReady()).isTrue();
        assertThat(finite.receiverNotReady()).isFalse();
        assertThat(finite.completions().get(0).status()).isEqualTo(WorkCompletion.Status.RNR_RETRY_EXC_ERR);
        QueuePair endless = new QueuePair("qp1", QueuePair.RNR_RETRIES_FOR_EVER);
        endless.post(work(nic, 1, true, 4096));
        for (int i = 0; i < 100; i++) {
            assertThat(endless.receiverNotReady()).isTrue();
        }
    }

    /** Section 5.1: the bug until early 2026. */
    @ParameterizedTest
    @CsvSource({"false, 1", "true, 2"})
    void aMappingThatFailsAfterAPinUnpinsOnce(boolean buggy, int unpins) {
        Machine machine = new Machine(Machine.UNKNOWN, "7.1", buggy ? Set.of(Bug.PINNED_UNPINNED_TWICE) : Set.of());
        DmaBuf dmaBuf = done(vfio(machine, VfioProfile.V7_1).export("d", 0, 0, 4096));
        RdmaNic nic = machine.nic(2, RdmaFlavour.PINNED_REVOCABLE);
        Task<MemoryRegion> task = machine.start("register", () -> nic.register(Machine.whole("mr", dmaBuf), dmaBuf));
        assertThat(errno(task)).isEqualTo(Errno.EINVAL);
        assertThat(machine.objects(UNPIN)).hasSize(unpins);
        assertThat(KernelChecks.check(machine.kernel(), 0)).hasSize(unpins - 1);
        assertThat(dmaBuf.references()).isEqualTo(1);
    }

    /** Section 5.3: a region that its own driver revokes cannot be mapped again. */
    @Test
    void dataDirectRegionsAreRevokedByTheirOwnDriverOnly() {
        Machine machine = new Machine(Machine.ALLOWED, "6.12", Set.of());
        // an exporter that takes pins and never notifies
        VfioPci device = vfio(machine, VfioProfile.V7_1);
        DmaBuf dmaBuf = done(device.export("d", 0, 0, 4096));
        RdmaNic nic = machine.nic(0, RdmaFlavour.PINNED_WITH_REVOKE);
        MemoryRegion region = machine.region(nic, "mr", dmaBuf);
        machine.run("device goes away", () -> nic.revoke(region));
        assertThat(region.state()).isEqualTo(MemoryRegion.State.REVOKED);
        assertThat(region.attachment().pins()).isZero();
        assertThat(errno(machine.start("map", region::fault))).isEqualTo(Errno.EINVAL);
        assertThat(errno(machine.nic(1, RdmaFlavour.PINNED).revoke(region))).isEqualTo(Errno.EOPNOTSUPP);
        machine.run("deregister", region::deregister);
        assertThat(DmaBufChecks.detached(region.attachment())).isEmpty();
        assertThat(nic.keys().taken()).isZero();
    }

    /** Section 5.3: deregistration while a notification runs (I-25). */
    @ParameterizedTest
    @CsvSource({"false", "true"})
    void aKeyThatIsFreedWithoutTheLockMayBeZappedDead(boolean buggy) {
        Machine machine = buggy ? machine(Bug.KEY_FREED_BEFORE_NOTIFY) : machine();
        VfioPci device = vfio(machine, VfioProfile.V7_1);
        DmaBuf dmaBuf = done(device.export("d", 0, 0, 4096));
        MemoryRegion first = machine.region(machine.nic(0, RdmaFlavour.DYNAMIC), "mr0", dmaBuf);
        MemoryRegion second = machine.region(machine.nic(1, RdmaFlavour.DYNAMIC), "mr1", dmaBuf);
        // the newest is notified first and holds the lock until its DMA is over
        second.dma().issued();
        machine.start("FLR", device::reset);
        Task<MemoryRegion> deregistered = machine.start("deregister", first::deregister);
        assertThat(deregistered.waitsFor().orElseThrow().kind()).isEqualTo(Wait.Kind.LOCK);
        second.dma().over();
        machine.kernel().poll();
        done(deregistered);
        assertThat(machine.objects(DEAD_KEY)).isEqualTo(buggy ? List.of("mr0") : List.of());
        assertThat(KernelChecks.check(machine.kernel(), 0))
                .extracting(Violation::invariant)
                .isEqualTo(buggy ? List.of(Invariant.LIVE_KEYS_ONLY) : List.of());
    }

    /** Section 5.5: without the reservation of a key a second region gets it (I-26). */
    @ParameterizedTest
    @CsvSource({"false", "true"})
    void theKeyOfARevokedRegionIsNotGivenAway(boolean buggy) {
        Machine machine = buggy ? machine(Bug.KEY_NOT_RESERVED) : machine();
        VfioPci device = vfio(machine, VfioProfile.V7_1);
        DmaBuf dmaBuf = done(device.export("d", 0, 0, 4096));
        RdmaNic nic = machine.nic(2, RdmaFlavour.PINNED_REVOCABLE);
        MemoryRegion revoked = machine.region(nic, "mr0", dmaBuf);
        machine.run("off", () -> device.writeMemoryEnable(false));
        machine.run("on", () -> device.writeMemoryEnable(true));
        MemoryRegion next = machine.region(nic, "mr1", dmaBuf);
        assertThat(next.key() == revoked.key()).isEqualTo(buggy);
        assertThat(RegionChecks.check(nic))
                .extracting(Violation::invariant)
                .isEqualTo(buggy ? List.of(Invariant.KEY_RESERVED) : List.of());
    }

    /** Section 10: the inversion that revocation was said to bring. */
    @Test
    void aLockOfTheRegionBeforeTheReservationIsInvertedByNotifications() {
        Machine machine = machine(Bug.INVERTED_REGION_LOCK);
        VfioPci device = vfio(machine, VfioProfile.V7_1);
        DmaBuf dmaBuf = done(device.export("d", 0, 0, 4096));
        machine.region(machine.nic(0, RdmaFlavour.DYNAMIC), "mr", dmaBuf);
        assertThat(machine.kernel().lockOrder().inversions()).isEmpty();
        machine.start("FLR", device::reset);
        assertThat(machine.kernel().lockOrder().inversions().get(0).classes())
                .containsExactlyInAnyOrder(LockClass.REGION_LOCK, LockClass.DMA_RESV);
    }

    @Test
    void theReservationAloneGivesNoInversion() {
        Machine machine = machine();
        VfioPci device = vfio(machine, VfioProfile.V7_1);
        DmaBuf dmaBuf = done(device.export("d", 0, 0, 4096));
        MemoryRegion region = machine.region(machine.nic(0, RdmaFlavour.DYNAMIC), "mr", dmaBuf);
        machine.run("off", () -> device.writeMemoryEnable(false));
        machine.run("on", () -> device.writeMemoryEnable(true));
        machine.run("fault", region::fault);
        machine.run("deregister", region::deregister);
        assertThat(KernelChecks.check(machine.kernel(), 0)).isEmpty();
    }

    /** Section 6, iommufd. */
    @Test
    void anIommufdAreaEmptiesAtRevocationAndStaysEmpty() {
        Machine machine = machine();
        VfioPci device = vfio(machine, VfioProfile.V7_1);
        DmaBuf dmaBuf = done(device.export("d", 0, 0, 8192));
        IommufdArea area = machine.run("map", () -> IommufdArea.map(dmaBuf, importer(0), 4096, 4096));
        assertThat(area.memory()).contains(new AddressRange(BAR0.base() + 4096, 4096));
        machine.run("off", () -> device.writeMemoryEnable(false));
        assertThat(area.isRevoked()).isTrue();
        machine.run("on", () -> device.writeMemoryEnable(true));
        assertThat(area.mapIntoDomain()).isEmpty();
        assertThat(errno(area.cpuAccess())).isEqualTo(Errno.EINVAL);
        assertThat(errno(area.split())).isEqualTo(Errno.EOPNOTSUPP);
        machine.run("unmap", area::unmap);
        assertThat(dmaBuf.references()).isEqualTo(1);
        assertThat(machine.run("map", () -> IommufdArea.map(dmaBuf, importer(0), 0, 8192))
                        .memory())
                .isPresent();
    }

    /** Section 6, iommufd: what it refuses. */
    @Test
    void iommufdTakesOneRangeOfAVfioBufferThatIsNotRevoked() {
        Machine machine = new Machine(Machine.ALLOWED, "6.19", Set.of());
        VfioPci device = vfio(machine, VfioProfile.V6_19);
        DmaBuf two = done(device.export("two", 0, 0, List.of(new VfioSlice(0, 4096), new VfioSlice(8192, 4096))));
        assertThat(errno(machine.start("map", () -> IommufdArea.map(two, importer(0), 0, 4096))))
                .isEqualTo(Errno.EOPNOTSUPP);
        assertThat(errno(machine.start("map", () -> IommufdArea.map(two, importer(0), 4096, 8192))))
                .isEqualTo(Errno.EINVAL);
        machine.run("off", () -> device.writeMemoryEnable(false));
        DmaBuf revoked = done(device.export("revoked", 0, 0, 4096));
        assertThat(errno(machine.start("map", () -> IommufdArea.map(revoked, importer(0), 0, 4096))))
                .isEqualTo(Errno.ENODEV);
        assertThat(revoked.references()).isEqualTo(1);
        assertThat(two.attachments()).isEmpty();
    }

    /** Section 6, NVMe: requests in flight are a fence that a revocation waits for. */
    @Test
    void nvmeRequestsInFlightHoldTheMappingTheyBeganWith() {
        Machine machine = machine();
        VfioPci device = vfio(machine, VfioProfile.V7_1);
        DmaBuf dmaBuf = done(device.export("d", 0, 0, 8192));
        NvmeToken token = machine.run("register", () -> NvmeToken.register(dmaBuf, importer(0)));
        NvmeToken.Request request = machine.run("read", () -> token.begin("read"));
        Task<VfioPci> off = machine.start("off", () -> device.writeMemoryEnable(false));
        assertThat(off.waitsFor().orElseThrow().kind()).isEqualTo(Wait.Kind.FENCES);
        assertThat(off.waitsFor().orElseThrow().blockers()).containsExactly("requests of d/x0");
        Task<NvmeToken.Request> next = machine.start("write", () -> token.begin("write"));
        assertThat(next.isOver()).isFalse();
        request.completed();
        machine.kernel().poll();
        done(off);
        assertThat(errno(next)).isEqualTo(Errno.ENODEV);
        machine.run("on", () -> device.writeMemoryEnable(true));
        machine.run("read", () -> token.begin("again")).completed();
        machine.run("unregister", token::unregister);
        assertThat(dmaBuf.references()).isEqualTo(1);
    }

    /** S26. */
    @Test
    void softwareRdmaIsRefusedWhereverItsTimeRefusesIt() {
        Machine machine = machine();
        DmaBuf dmaBuf = done(vfio(machine, VfioProfile.V7_1).export("d", 0, 0, 4096));
        SoftwareRdma rxe = new SoftwareRdma("rxe0");
        assertThat(errno(rxe.register(dmaBuf, SoftwareRdma.Refusal.IN_UMEM))).isEqualTo(Errno.EINVAL);
        assertThat(errno(rxe.register(dmaBuf, SoftwareRdma.Refusal.NO_OPERATION)))
                .isEqualTo(Errno.EOPNOTSUPP);
        assertThat(errno(rxe.register(dmaBuf, SoftwareRdma.Refusal.IN_ATTACH))).isEqualTo(Errno.EINVAL);
        assertThat(dmaBuf.references()).isEqualTo(1);
        assertThat(errno(machine.start("access", () -> rxe.access(dmaBuf, false))))
                .isEqualTo(Errno.EINVAL);
    }

    /** I-32: a driver that registers what the kernel's checks refuse. */
    @ParameterizedTest
    @CsvSource({"0, 0x101000", "0x100000, 0x1000", "0x1000, 0xfffffffffffff000"})
    void aRegionThatReachesBeyondItsBufferIsSeen(String offset, String length) {
        Machine machine = machine();
        VfioPci device = vfio(machine, VfioProfile.V7_1);
        DmaBuf dmaBuf = done(device.export("d", 0, 0, BAR0.size()));
        RdmaNic nic = machine.nic(0, RdmaFlavour.DYNAMIC);
        MemoryRegion.Request request =
                new MemoryRegion.Request("mr", decoded(offset), decoded(length), 0, Set.of(AccessFlag.LOCAL_WRITE));
        assertThat(errno(machine.start("register", () -> nic.register(request, dmaBuf))))
                .isEqualTo(Errno.EINVAL);
        MemoryRegion region = new MemoryRegion(nic, RdmaFlavour.DYNAMIC, request);
        machine.run(
                "build",
                () -> dmaBuf.attach(nic.importer(), region.callback())
                        .then(attachment -> region.build(attachment, step -> {})));
        assertThat(RegionChecks.check(region))
                .extracting(Violation::invariant)
                .containsExactly(Invariant.INSIDE_BUFFER);
    }

    private static long decoded(String hex) {
        return Long.parseUnsignedLong(hex.replace("0x", ""), 16);
    }
}
