package org.p2psim.run.replay;

import java.util.Optional;
import org.p2psim.dmabuf.exporter.GpuBuffer;
import org.p2psim.dmabuf.exporter.Habanalabs;

/** Memory that a driver gave a handle for. */
public final class Allocation {
    private final String handle;
    private final String device;
    private final Optional<Habanalabs> habanalabs;
    private final Optional<GpuBuffer> buffer;
    private boolean freed;

    private Allocation(String handle, String device, Optional<Habanalabs> habanalabs, Optional<GpuBuffer> buffer) {
        this.handle = handle;
        this.device = device;
        this.habanalabs = habanalabs;
        this.buffer = buffer;
    }

    static Allocation of(String handle, String device, Habanalabs driver) {
        return new Allocation(handle, device, Optional.of(driver), Optional.empty());
    }

    static Allocation of(String device, GpuBuffer buffer) {
        return new Allocation(buffer.name(), device, Optional.empty(), Optional.of(buffer));
    }

    public String handle() {
        return handle;
    }

    /** Name of the device whose driver has it. */
    public String device() {
        return device;
    }

    Optional<Habanalabs> habanalabs() {
        return habanalabs;
    }

    /** The buffer that it is, of a GPU. */
    public Optional<GpuBuffer> buffer() {
        return buffer;
    }

    public boolean isFreed() {
        return freed;
    }

    void freed() {
        freed = true;
    }

    /** How many dma-bufs show it. */
    public int exporting() {
        int ofGpu = buffer.flatMap(GpuBuffer::dmaBuf).isPresent() ? 1 : 0;
        return freed
                ? 0
                : habanalabs
                        .map(driver -> driver.handles().exportingCount(handle))
                        .orElse(ofGpu);
    }
}
