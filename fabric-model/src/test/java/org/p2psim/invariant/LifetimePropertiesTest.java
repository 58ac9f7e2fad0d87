package org.p2psim.invariant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.p2psim.dmabuf.Machine.done;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.p2psim.address.AddressRange;
import org.p2psim.dmabuf.DmaBuf;
import org.p2psim.dmabuf.Fence;
import org.p2psim.dmabuf.Machine;
import org.p2psim.dmabuf.Reply;
import org.p2psim.dmabuf.exporter.Gpu;
import org.p2psim.dmabuf.exporter.GpuBuffer;
import org.p2psim.dmabuf.exporter.GpuProfile;
import org.p2psim.dmabuf.exporter.VfioPci;
import org.p2psim.dmabuf.exporter.VfioProfile;
import org.p2psim.dmabuf.importer.MemoryRegion;
import org.p2psim.dmabuf.importer.RdmaFlavour;
import org.p2psim.dmabuf.importer.RdmaNic;
import org.p2psim.dmabuf.sgtable.PhysVecSgTable;
import org.p2psim.platform.KernelRelease;
import org.p2psim.unit.Bytes;

/** Whatever users and devices do, in whatever order: without bugs nothing breaks, and in the end nothing is left. */
class LifetimePropertiesTest {
    private static final int TIMELINES = 150;
    private static final int STEPS = 60;
    private static final AddressRange BAR = new AddressRange(0x3900_0000_0000L, Bytes.MIB);
    private static final AddressRange SYSTEM = new AddressRange(0x1_0000_0000L, 64 * Bytes.MIB);

    /** Regions over dma-bufs, and the tasks of their users. */
    private static final class World {
        final SplittableRandom random;
        final Machine machine;
        final List<RdmaNic> nics;
        final List<DmaBuf> dmaBufs = new ArrayList<>();
        int exports;
        final List<MemoryRegion> regions = new ArrayList<>();

        World(long seed, String release) {
            random = new SplittableRandom(seed);
            machine = new Machine(Machine.ALLOWED, release, Set.of());
            RdmaFlavour second = release.equals("7.1") ? RdmaFlavour.PINNED_REVOCABLE : RdmaFlavour.DYNAMIC;
            nics = List.of(machine.nic(0, RdmaFlavour.DYNAMIC), machine.nic(2, second));
        }

        void userStep() {
            switch (random.nextInt(6)) {
                case 0 -> register();
                case 1 -> region().ifPresent(this::deregister);
                case 2 -> region().ifPresent(region -> machine.start("fault", region::fault));
                case 3 ->
                    region().filter(region -> region.translation().isPresent()).ifPresent(region -> {
                        assertThat(RegionChecks.issue(region)).isEmpty();
                        region.dma().issued();
                    });
                case 4 -> land();
                default ->
                    dmaBufs.stream()
                            .filter(DmaBuf::hasDescriptor)
                            .skip(random.nextInt(4))
                            .findFirst()
                            .ifPresent(DmaBuf::close);
            }
        }

        private void register() {
            if (!dmaBufs.isEmpty()) {
                DmaBuf dmaBuf = dmaBufs.get(random.nextInt(dmaBufs.size()));
                RdmaNic nic = nics.get(random.nextInt(nics.size()));
                machine.kernel()
                        .start(
                                "register",
                                () -> nic.register(Machine.whole("mr" + regions.size(), dmaBuf), dmaBuf),
                                reply -> {
                                    if (reply instanceof Reply.Done<MemoryRegion> registered) {
                                        regions.add(registered.value());
                                    }
                                });
            }
        }

        private Optional<MemoryRegion> region() {
            return regions.isEmpty() ? Optional.empty() : Optional.of(regions.get(random.nextInt(regions.size())));
        }

        void deregister(MemoryRegion region) {
            regions.remove(region);
            machine.start("deregister", region::deregister);
        }

        void land() {
            for (RdmaNic nic : nics) {
                nic.regions().stream()
                        .filter(region -> !region.dma().isEmpty())
                        .forEach(region -> region.dma().over());
            }
            machine.kernel().poll();
        }

        void signal(List<Fence> fences) {
            fences.forEach(Fence::signal);
            machine.kernel().poll();
        }

        List<Violation> violations() {
            List<Violation> found = new ArrayList<>(KernelChecks.check(machine.kernel(), 0));
            dmaBufs.forEach(dmaBuf -> found.addAll(DmaBufChecks.check(dmaBuf)));
            nics.forEach(nic -> found.addAll(RegionChecks.check(nic)));
            found.addAll(NotificationChecks.check(machine.kernel().journal()));
            return found;
        }

        /** Everybody lets go of everything. */
        void end() {
            List.copyOf(regions).forEach(this::deregister);
            dmaBufs.stream().filter(DmaBuf::hasDescriptor).forEach(DmaBuf::close);
        }
    }

    @ParameterizedTest
    @CsvSource({"V6_19, 6.19", "V7_1, 7.1"})
    void aBarWhoseAccessComesAndGoes(VfioProfile profile, String release) {
        for (long seed = 0; seed < TIMELINES; seed++) {
            World world = new World(seed, release);
            VfioPci device = new VfioPci(
                    "n0",
                    Machine.EXPORTER,
                    Map.of(0, BAR),
                    world.machine.p2pdma(),
                    Machine.identity(),
                    profile,
                    PhysVecSgTable.WHOLE_PAGE_CUTS,
                    world.machine.kernel());
            for (int step = 0; step < STEPS; step++) {
                vfioStep(world, device);
                List<Violation> found = world.violations();
                if (world.machine.kernel().waiting().isEmpty()) {
                    found.addAll(VfioChecks.check(device));
                }
                assertThat(found).as("seed %d, step %d", seed, step).isEmpty();
            }
            world.end();
            for (int i = 0; i < STEPS && !world.machine.kernel().waiting().isEmpty(); i++) {
                world.land();
                device.resetDone();
                world.machine.kernel().poll();
                world.end();
            }
            assertThat(world.machine.kernel().waiting()).as("seed %d", seed).isEmpty();
            assertThat(KernelChecks.leaked(world.dmaBufs, world.nics))
                    .as("seed %d", seed)
                    .isEmpty();
            assertThat(device.registrations()).as("seed %d", seed).isEqualTo(device.isHeld() ? 1 : 0);
        }
    }

    private static void vfioStep(World world, VfioPci device) {
        switch (world.random.nextInt(12)) {
            case 10 -> world.machine.start("low power", () -> device.setLowPower(world.random.nextBoolean()));
            case 11 -> {
                // one close at a time, and nobody opens what is being closed
                if (world.machine.kernel().waiting().isEmpty() && world.random.nextInt(4) == 0) {
                    if (device.isOpen()) {
                        world.machine.start("close", device::close);
                    } else {
                        done(device.open());
                    }
                }
            }
            case 0 -> {
                if (!device.isOpen()) {
                    return;
                }
                world.exports++;
                String name = "d" + world.exports;
                world.machine
                        .kernel()
                        .start(
                                "export",
                                () -> device.export(name, 0, 0, 8192),
                                reply -> world.dmaBufs.add(done(reply)));
            }
            case 1 -> world.machine.start("config write", () -> device.writeMemoryEnable(world.random.nextBoolean()));
            case 2 -> world.machine.start("FLR", device::reset);
            case 3, 4 -> {
                device.resetDone();
                world.machine.kernel().poll();
            }
            default -> world.userStep();
        }
    }

    @ParameterizedTest
    @CsvSource({"AMDGPU, 6.14", "AMDGPU, 7.1", "XE, 7.1", "NOUVEAU, 6.16"})
    void buffersOfAGpuThatMove(GpuProfile.Driver driver, String release) {
        for (long seed = 0; seed < TIMELINES; seed++) {
            World world = new World(seed, release);
            Gpu gpu = new Gpu(
                    Machine.EXPORTER,
                    new AddressRange(0x4000_0000_0000L, 2 * Bytes.MIB),
                    4 * Bytes.MIB,
                    SYSTEM,
                    world.machine.p2pdma(),
                    Machine.identity(),
                    GpuProfile.of(driver, KernelRelease.parse(release)),
                    world.machine.kernel());
            for (int step = 0; step < STEPS; step++) {
                gpuStep(world, gpu);
                List<Violation> found = world.violations();
                if (world.machine.kernel().waiting().isEmpty()) {
                    found.addAll(GpuChecks.check(gpu));
                }
                assertThat(found).as("seed %d, step %d", seed, step).isEmpty();
            }
            world.end();
            for (int i = 0; i < STEPS && !world.machine.kernel().waiting().isEmpty(); i++) {
                world.land();
                world.signal(gpu.copies());
                world.end();
            }
            assertThat(world.machine.kernel().waiting()).as("seed %d", seed).isEmpty();
            assertThat(KernelChecks.leaked(world.dmaBufs, world.nics))
                    .as("seed %d", seed)
                    .isEmpty();
        }
    }

    private static void gpuStep(World world, Gpu gpu) {
        int buffers = gpu.buffers().size();
        switch (world.random.nextInt(10)) {
            case 0 -> {
                if (buffers < 6) {
                    GpuBuffer buffer = done(gpu.create("bo" + buffers, Bytes.MIB, Set.of(GpuBuffer.Flag.PREFERS_VRAM)));
                    world.dmaBufs.add(done(gpu.export(buffer, "d" + buffers)));
                }
            }
            case 1 -> {
                if (buffers > 0) {
                    world.machine.start("evict", () -> gpu.evict(gpu.buffers().get(world.random.nextInt(buffers))));
                }
            }
            case 2 -> {
                if (buffers > 0) {
                    GpuBuffer moved = gpu.buffers().get(world.random.nextInt(buffers));
                    world.machine.start("defragment", () -> gpu.defragment(moved));
                }
            }
            case 3, 4 -> world.signal(gpu.copies());
            default -> world.userStep();
        }
    }
}
