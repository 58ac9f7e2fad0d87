package org.p2psim.dmabuf.exporter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.p2psim.dmabuf.Journal.Action.FENCE;
import static org.p2psim.dmabuf.Journal.Action.MOVE;
import static org.p2psim.dmabuf.Journal.Action.NOTIFY;
import static org.p2psim.dmabuf.Journal.Action.UNMAP;
import static org.p2psim.dmabuf.Journal.Action.ZAP;
import static org.p2psim.dmabuf.Machine.done;
import static org.p2psim.dmabuf.Machine.errno;
import static org.p2psim.dmabuf.Machine.importer;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.p2psim.address.AddressRange;
import org.p2psim.dmabuf.Attachment;
import org.p2psim.dmabuf.Bug;
import org.p2psim.dmabuf.DmaBuf;
import org.p2psim.dmabuf.Fence;
import org.p2psim.dmabuf.Importer;
import org.p2psim.dmabuf.Machine;
import org.p2psim.dmabuf.Task;
import org.p2psim.dmabuf.Wait;
import org.p2psim.dmabuf.exporter.GpuBuffer.Flag;
import org.p2psim.dmabuf.exporter.GpuBuffer.Place;
import org.p2psim.dmabuf.importer.MemoryRegion;
import org.p2psim.dmabuf.importer.RdmaFlavour;
import org.p2psim.dmabuf.importer.RdmaNic;
import org.p2psim.dmabuf.importer.SoftwareRdma;
import org.p2psim.invariant.GpuChecks;
import org.p2psim.invariant.Invariant;
import org.p2psim.invariant.RegionChecks;
import org.p2psim.invariant.Violation;
import org.p2psim.platform.Errno;
import org.p2psim.platform.KernelRelease;
import org.p2psim.unit.Bytes;

/** Buffers of a GPU: they move, are pinned, and fall back to system memory. */
class GpuTest {
    private static final AddressRange WINDOW = new AddressRange(0x4000_0000_0000L, 256 * Bytes.MIB);
    private static final AddressRange SYSTEM = new AddressRange(0x1_0000_0000L, 4 * Bytes.GIB);
    private static final long SIZE = 128 * Bytes.MIB;
    private static final Set<Flag> VRAM = Set.of(Flag.PREFERS_VRAM);

    private static Gpu gpu(Machine machine, GpuProfile.Driver driver, String release, long vram) {
        return new Gpu(
                Machine.EXPORTER,
                WINDOW,
                vram,
                SYSTEM,
                machine.p2pdma(),
                Machine.identity(),
                GpuProfile.of(driver, KernelRelease.parse(release)),
                machine.kernel());
    }

    private static Gpu amdgpu(Machine machine, String release) {
        return gpu(machine, GpuProfile.Driver.AMDGPU, release, 16 * Bytes.GIB);
    }

    private static Machine machine(Bug... bugs) {
        return new Machine(Machine.ALLOWED, "6.12", Set.of(bugs));
    }

    private static void copied(Machine machine, GpuBuffer... buffers) {
        for (GpuBuffer buffer : buffers) {
            buffer.copy().ifPresent(Fence::signal);
        }
        machine.kernel().poll();
    }

    private static MemoryRegion registered(
            Machine machine, RdmaNic nic, String name, DmaBuf dmaBuf, GpuBuffer... moving) {
        Task<MemoryRegion> task = machine.start("register", () -> nic.register(Machine.whole(name, dmaBuf), dmaBuf));
        copied(machine, moving);
        return done(task);
    }

    /** S23 and section 4.1. */
    @Test
    void anEvictionFencesNotifiesAndMovesAndTheNextFaultWaitsForTheCopy() {
        Machine machine = machine();
        Gpu gpu = amdgpu(machine, "6.12");
        GpuBuffer buffer = done(gpu.create("bo", SIZE, VRAM));
        DmaBuf dmaBuf = done(gpu.export(buffer, "d"));
        MemoryRegion region = registered(machine, machine.nic(0, RdmaFlavour.DYNAMIC), "mr", dmaBuf, buffer);
        assertThat(buffer.place()).isEqualTo(Place.VISIBLE_VRAM);
        copied(machine, buffer);

        int mark = machine.kernel().journal().size();
        machine.run("evict", () -> gpu.evict(buffer));
        assertThat(machine.journal(mark, FENCE, MOVE, NOTIFY, ZAP, UNMAP))
                .containsExactly("FENCE bo", "MOVE d", "NOTIFY d/x0", "ZAP mr", "UNMAP d/x0");
        assertThat(buffer.place()).isEqualTo(Place.GTT);

        Task<MemoryRegion> fault = machine.start("fault", region::fault);
        assertThat(fault.waitsFor().orElseThrow().kind()).isEqualTo(Wait.Kind.FENCES);
        assertThat(region.translation()).isEmpty();
        copied(machine, buffer);
        done(fault);
        assertThat(region.translation().orElseThrow().entries().get(0).address())
                .isEqualTo(SYSTEM.base());
        assertThat(RegionChecks.issue(region)).isEmpty();
    }

    /** S23 without the wait: I-09. */
    @Test
    void anImporterThatDoesNotWaitUsesMemoryThatIsStillBeingCopied() {
        Machine machine = machine(Bug.NO_FENCE_WAIT);
        Gpu gpu = amdgpu(machine, "6.12");
        GpuBuffer buffer = done(gpu.create("bo", SIZE, VRAM));
        MemoryRegion region =
                registered(machine, machine.nic(0, RdmaFlavour.DYNAMIC), "mr", done(gpu.export(buffer, "d")), buffer);
        machine.run("evict", () -> gpu.evict(buffer));
        machine.run("fault", region::fault);
        assertThat(RegionChecks.issue(region))
                .extracting(Violation::invariant)
                .containsExactly(Invariant.NEW_MAPPING_WAITS);
    }

    /** S23, I-10: the VRAM block of a buffer that moves is not given out while it is copied. */
    @Test
    void oldVramIsFreeOnlyWhenItsCopyIsOver() {
        Machine machine = machine();
        Gpu gpu = gpu(machine, GpuProfile.Driver.AMDGPU, "6.12", WINDOW.size());
        GpuBuffer first = done(gpu.create("first", WINDOW.size(), VRAM));
        machine.run("evict", () -> gpu.evict(first));
        assertThat(errno(gpu.create("second", SIZE, Set.of(Flag.VRAM_ONLY)))).isEqualTo(Errno.ENOMEM);
        copied(machine, first);
        assertThat(done(gpu.create("third", SIZE, Set.of(Flag.VRAM_ONLY))).place())
                .isEqualTo(Place.VISIBLE_VRAM);
    }

    /** S24. */
    @Test
    void withoutARouteABufferIsMappedInSystemMemory() {
        Machine machine = new Machine(Machine.UNKNOWN, "6.12", Set.of());
        Gpu gpu = amdgpu(machine, "6.12");
        GpuBuffer buffer = done(gpu.create("bo", SIZE, VRAM));
        Attachment attachment = done(done(gpu.export(buffer, "d")).attach(importer(0)));
        assertThat(attachment.peer2peer()).isFalse();
        assertThat(done(attachment.mapUnlocked()).entries().get(0).address()).isEqualTo(SYSTEM.base());
        assertThat(buffer.place()).isEqualTo(Place.GTT);
        assertThat(GpuChecks.check(gpu)).isEmpty();
    }

    /** S24: xe refuses where there is no way out. */
    @Test
    void xeRefusesToAttachABufferThatCannotLiveInSystemMemory() {
        Machine machine = new Machine(Machine.UNKNOWN, "6.12", Set.of());
        Gpu gpu = gpu(machine, GpuProfile.Driver.XE, "6.12", WINDOW.size());
        GpuBuffer buffer = done(gpu.create("bo", SIZE, Set.of(Flag.VRAM_ONLY)));
        assertThat(errno(done(gpu.export(buffer, "d")).attach(importer(0)))).isEqualTo(Errno.EOPNOTSUPP);
    }

    /** S24: pinned by one importer, mapped by another that reaches no peer. */
    @ParameterizedTest
    @CsvSource({"6.14, EBUSY, false", "6.15, , true"})
    void aPinnedBufferInVramIsRefusedUntil614AndHandedOutSince(String release, Errno refusal, boolean violates) {
        Machine machine = new Machine(
                Machine.ALLOWED,
                release,
                GpuProfile.of(GpuProfile.Driver.AMDGPU, KernelRelease.parse(release))
                        .bugs());
        // until 6.14 nothing is pinned in VRAM for peers; the display is
        Gpu gpu = new Gpu(
                Machine.EXPORTER,
                WINDOW,
                16 * Bytes.GIB,
                SYSTEM,
                machine.p2pdma(),
                Machine.identity(),
                GpuProfile.of(GpuProfile.Driver.AMDGPU, KernelRelease.parse(release)),
                machine.kernel());
        GpuBuffer buffer = done(gpu.create("bo", SIZE, VRAM));
        DmaBuf dmaBuf = done(gpu.export(buffer, "d"));
        if (refusal != null) {
            machine.run("vmap", () -> dmaBuf.reservation().lock().around(dmaBuf.cpuAccess()::vmap));
        } else {
            registered(machine, machine.nic(1, RdmaFlavour.PINNED), "mr", dmaBuf, buffer);
            copied(machine, buffer);
            assertThat(buffer.place()).isEqualTo(Place.VISIBLE_VRAM);
        }
        assertThat(buffer.isPinned()).isTrue();
        Importer noPeers = new Importer("x0", importer(0).function(), true, false, 2 * Bytes.GIB);
        Attachment attachment = done(dmaBuf.attach(noPeers));
        if (refusal != null) {
            assertThat(errno(attachment.mapUnlocked())).isEqualTo(refusal);
        } else {
            assertThat(done(attachment.mapUnlocked()).entries().get(0).address())
                    .isEqualTo(WINDOW.base());
        }
        assertThat(GpuChecks.check(gpu).isEmpty()).isNotEqualTo(violates);
    }

    /** S25. */
    @Test
    void threeBuffersThrashAWindowForTwo() {
        Machine machine = machine();
        Gpu gpu = amdgpu(machine, "6.12");
        RdmaNic nic = machine.nic(0, RdmaFlavour.DYNAMIC);
        List<GpuBuffer> buffers = List.of(
                done(gpu.create("b0", SIZE, VRAM)),
                done(gpu.create("b1", SIZE, VRAM)),
                done(gpu.create("b2", SIZE, VRAM)));
        GpuBuffer[] all = buffers.toArray(new GpuBuffer[0]);
        List<MemoryRegion> regions = new ArrayList<>();
        for (GpuBuffer buffer : buffers) {
            DmaBuf dmaBuf = done(gpu.export(buffer, "d" + buffer.name()));
            Task<MemoryRegion> task =
                    machine.start("register", () -> nic.register(Machine.whole("mr" + buffer.name(), dmaBuf), dmaBuf));
            copied(machine, all);
            copied(machine, all);
            regions.add(done(task));
        }
        // whoever maps is told of the move to the window, too; it has nothing mapped yet
        assertThat(machine.objects(NOTIFY)).containsExactly("db0/x0", "db1/x0", "db0/x0", "db2/x0");
        assertThat(machine.objects(ZAP)).containsExactly("mrb0");
        for (int i = 0; i < 3; i++) {
            MemoryRegion zapped = regions.get(i);
            assertThat(zapped.state()).isEqualTo(MemoryRegion.State.ZAPPED);
            Task<MemoryRegion> fault = machine.start("fault", zapped::fault);
            copied(machine, all);
            copied(machine, all);
            done(fault);
            assertThat(buffers.get(i).place()).isEqualTo(Place.VISIBLE_VRAM);
        }
        assertThat(machine.objects(ZAP)).containsExactly("mrb0", "mrb1", "mrb2", "mrb0");
        assertThat(machine.kernel().lockOrder().inversions()).isEmpty();
        assertThat(GpuChecks.check(gpu)).isEmpty();
    }

    /** S25: two pinned buffers fill the window. */
    @Test
    void aWindowFullOfPinnedBuffersLeavesSystemMemory() {
        Machine machine = new Machine(Machine.ALLOWED, "6.15", Set.of());
        Gpu gpu = amdgpu(machine, "6.15");
        for (String name : List.of("b0", "b1")) {
            GpuBuffer buffer = done(gpu.create(name, SIZE, VRAM));
            registered(
                    machine, machine.nic(1, RdmaFlavour.PINNED), "mr" + name, done(gpu.export(buffer, name)), buffer);
            assertThat(buffer.place()).isEqualTo(Place.VISIBLE_VRAM);
        }
        GpuBuffer third = done(gpu.create("b2", SIZE, VRAM));
        registered(machine, machine.nic(0, RdmaFlavour.DYNAMIC), "mr2", done(gpu.export(third, "b2")), third);
        assertThat(third.place()).isEqualTo(Place.GTT);
    }

    /** Section 4.3. */
    @Test
    void defragmentingChangesTheAddressAndPassesOverWhatIsPinned() {
        Machine machine = new Machine(Machine.ALLOWED, "6.15", Set.of());
        Gpu gpu = gpu(machine, GpuProfile.Driver.AMDGPU, "6.15", WINDOW.size());
        GpuBuffer free = done(gpu.create("free", Bytes.MIB, VRAM));
        GpuBuffer pinned = done(gpu.create("pinned", Bytes.MIB, VRAM));
        registered(machine, machine.nic(1, RdmaFlavour.PINNED), "mr", done(gpu.export(pinned, "p")), pinned);
        AddressRange pinnedAt = pinned.block();
        AddressRange freeAt = free.block();
        machine.run("defragment", () -> gpu.defragment(free));
        machine.run("defragment", () -> gpu.defragment(pinned));
        machine.run("evict", () -> gpu.evict(pinned));
        assertThat(free.block()).isNotEqualTo(freeAt);
        assertThat(free.place()).isEqualTo(Place.VISIBLE_VRAM);
        assertThat(pinned.block()).isEqualTo(pinnedAt);
        assertThat(GpuChecks.check(gpu)).isEmpty();
    }

    /** Section 4.3: one importer without peers drags the buffer to system memory. */
    @Test
    void anImporterWithoutPeersNotifiesThoseWithThem() {
        Machine machine = machine();
        Gpu gpu = amdgpu(machine, "6.12");
        GpuBuffer buffer = done(gpu.create("bo", SIZE, VRAM));
        DmaBuf dmaBuf = done(gpu.export(buffer, "d"));
        MemoryRegion region = registered(machine, machine.nic(0, RdmaFlavour.DYNAMIC), "mr", dmaBuf, buffer);
        copied(machine, buffer);
        Attachment fixed = done(dmaBuf.attach(Machine.fixedImporter(1)));
        assertThat(region.state()).isEqualTo(MemoryRegion.State.ZAPPED);
        assertThat(fixed.isPinned()).isTrue();
        assertThat(buffer.place()).isEqualTo(Place.GTT);
        copied(machine, buffer);
        machine.run("fault", region::fault);
        assertThat(region.translation().orElseThrow().entries().get(0).address())
                .isEqualTo(SYSTEM.base());
    }

    /** Section 4.2: export. */
    @Test
    void buffersThatBelongToOneAddressSpaceAreNotShared() {
        Machine machine = machine();
        Gpu amdgpu = amdgpu(machine, "6.12");
        Gpu xe = gpu(machine, GpuProfile.Driver.XE, "6.12", WINDOW.size());
        assertThat(errno(amdgpu.export(done(amdgpu.create("u", 4096, Set.of(Flag.USER_POINTER))), "d")))
                .isEqualTo(Errno.EPERM);
        assertThat(errno(xe.export(done(xe.create("v", 4096, Set.of(Flag.PER_VM))), "d")))
                .isEqualTo(Errno.EPERM);
    }

    /** S26: what software RDMA may do. */
    @Test
    void softwareRdmaReachesAGpusBufferThroughTheCpu() {
        Machine machine = machine();
        Gpu gpu = amdgpu(machine, "6.12");
        DmaBuf dmaBuf = done(gpu.export(done(gpu.create("bo", 4096, VRAM)), "d"));
        machine.run("access", () -> new SoftwareRdma("rxe0").access(dmaBuf, true));
        assertThat(dmaBuf.cpuAccess().vmaps()).isZero();
        assertThat(dmaBuf.cpuAccess().brackets()).isZero();
    }
}
