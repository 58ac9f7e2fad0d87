package org.p2psim.lifetime;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.p2psim.address.AddressRange;
import org.p2psim.dmabuf.DmaBuf;
import org.p2psim.dmabuf.Fence;
import org.p2psim.dmabuf.Kernel;
import org.p2psim.dmabuf.Machine;
import org.p2psim.dmabuf.exporter.Gpu;
import org.p2psim.dmabuf.exporter.GpuBuffer;
import org.p2psim.dmabuf.exporter.GpuProfile;
import org.p2psim.invariant.GpuChecks;
import org.p2psim.unit.Bytes;

/** A GPU whose buffers move between the visible VRAM, the rest of it, and system memory. */
class GpuDevice extends ExportingDevice {
    private static final AddressRange WINDOW = new AddressRange(0x4000_0000_0000L, 8 * Kernel.PAGE_SIZE);
    private static final AddressRange SYSTEM = new AddressRange(0x1_0000_0000L, 64 * Bytes.MIB);
    private static final int BUFFERS_MAX = 6;

    private final Gpu gpu;
    private final Map<GpuBuffer, AddressRange> lies = new HashMap<>();

    GpuDevice(Lifetime life, GpuProfile.Driver driver) {
        super(life);
        gpu = new Gpu(
                Machine.EXPORTER,
                WINDOW,
                16 * Kernel.PAGE_SIZE,
                SYSTEM,
                life.machine.p2pdma(),
                Machine.identity(),
                GpuProfile.of(driver, life.release),
                life.kernel);
    }

    @Override
    void step() {
        List<GpuBuffer> buffers = gpu.buffers();
        if (buffers.isEmpty() || buffers.size() < BUFFERS_MAX && life.random.nextInt(4) == 0) {
            create();
            return;
        }
        GpuBuffer buffer = life.any(buffers);
        switch (life.random.nextInt(6)) {
            case 0 -> life.start("evict", () -> gpu.evict(buffer));
            case 1 -> life.start("defragment", () -> gpu.defragment(buffer));
            default ->
                gpu.copies().stream().skip(life.random.nextInt(3)).findFirst().ifPresent(this::signal);
        }
    }

    private void create() {
        List<Set<GpuBuffer.Flag>> flags = List.of(
                Set.of(),
                Set.of(GpuBuffer.Flag.PREFERS_VRAM),
                Set.of(GpuBuffer.Flag.PREFERS_VRAM),
                Set.of(GpuBuffer.Flag.VRAM_ONLY),
                Set.of(GpuBuffer.Flag.PER_VM));
        long size = life.random.nextInt(1, 4) * Kernel.PAGE_SIZE;
        life.kernel.start(
                "create",
                () -> gpu.create(life.name("bo"), size, life.any(flags))
                        .then(buffer -> gpu.export(buffer, life.name("d"))),
                life::exported);
    }

    private void signal(Fence copy) {
        copy.signal();
        life.kernel.poll();
    }

    @Override
    void comeToAnEnd() {
        gpu.copies().forEach(this::signal);
    }

    @Override
    boolean covers(AddressRange memory) {
        return WINDOW.overlaps(memory);
    }

    @Override
    List<AddressRange> exported(DmaBuf dmaBuf) {
        return dmaBuf.exporter().ranges(dmaBuf);
    }

    @Override
    void track() {
        for (GpuBuffer buffer : gpu.buffers()) {
            if (buffer.place() == GpuBuffer.Place.VISIBLE_VRAM
                    && !buffer.block().equals(lies.get(buffer))) {
                owned().assign(new AddressRange(WINDOW.base() + buffer.block().base(), buffer.size()), buffer.name());
            }
            lies.put(buffer, buffer.block());
        }
    }

    @Override
    void check(boolean quiet) {
        if (quiet) {
            life.found(GpuChecks.check(gpu));
        }
    }
}
