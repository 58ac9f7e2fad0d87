package org.p2psim.dmabuf.exporter;

import com.google.common.collect.ImmutableSet;
import org.p2psim.dmabuf.Bug;
import org.p2psim.platform.KernelFeature;
import org.p2psim.platform.KernelRelease;

/**
 * The dma-buf exporter of a GPU driver.
 *
 * @param pinsVram whether a pin leaves a buffer in VRAM if every importer reaches peers
 * @param bugs those of the release
 */
public record GpuProfile(Driver driver, boolean pinsVram, ImmutableSet<Bug> bugs) {
    /** Which driver. */
    public enum Driver {
        /** drivers/gpu/drm/amd/amdgpu/amdgpu_dma_buf.c */
        AMDGPU,
        /** drivers/gpu/drm/xe/xe_dma_buf.c */
        XE,
        /** drivers/gpu/drm/nouveau/nouveau_prime.c: system memory only. */
        NOUVEAU
    }

    /**
     * Whether the driver counts what is pinned: amdgpu and nouveau do, device by device (amdgpu_bo_pin_restricted(),
     * nouveau_bo_pin()). For xe it is the memory cgroup of the device that limits VRAM, charged when a buffer is
     * allocated and not when it is pinned.
     */
    boolean countsPins() {
        return driver != Driver.XE;
    }

    public static GpuProfile of(Driver driver, KernelRelease release) {
        return switch (driver) {
            case AMDGPU -> {
                boolean vram = KernelFeature.AMDGPU_PINS_VRAM.isIn(release);
                yield new GpuProfile(
                        driver, vram, vram ? ImmutableSet.of(Bug.DYNAMIC_HANDED_PINNED_VRAM) : ImmutableSet.of());
            }
            case XE -> new GpuProfile(driver, KernelFeature.XE_PINS_VRAM.isIn(release), ImmutableSet.of());
            case NOUVEAU -> new GpuProfile(driver, false, ImmutableSet.of());
        };
    }
}
