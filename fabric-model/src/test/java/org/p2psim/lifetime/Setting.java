package org.p2psim.lifetime;

import com.google.common.collect.ImmutableList;
import java.util.function.Function;
import org.p2psim.dmabuf.exporter.GpuProfile;
import org.p2psim.dmabuf.exporter.VfioProfile;

/**
 * A driver's profile on a kernel.
 *
 * @param release of the core, of RDMA, and of drivers that belong to a release
 */
record Setting(String name, String release, Function<Lifetime, ExportingDevice> device) {
    /** Every profile that the model has, each on the kernels that it belongs to. */
    static final ImmutableList<Setting> ALL = ImmutableList.of(
            habanalabs("5.16"),
            habanalabs("6.2"),
            habanalabs("6.5"),
            habanalabs("6.7"),
            habanalabs("6.17"),
            habanalabs("7.1"),
            vfio(VfioProfile.RFC, "6.0"),
            vfio(VfioProfile.V6_19, "6.19"),
            vfio(VfioProfile.V7_1_RC, "7.1"),
            vfio(VfioProfile.V7_1, "7.1"),
            gpu(GpuProfile.Driver.AMDGPU, "5.8"),
            gpu(GpuProfile.Driver.AMDGPU, "5.12"),
            gpu(GpuProfile.Driver.AMDGPU, "5.19"),
            gpu(GpuProfile.Driver.AMDGPU, "6.14"),
            gpu(GpuProfile.Driver.AMDGPU, "6.16"),
            gpu(GpuProfile.Driver.AMDGPU, "7.1"),
            gpu(GpuProfile.Driver.XE, "6.8"),
            gpu(GpuProfile.Driver.XE, "6.19"),
            gpu(GpuProfile.Driver.XE, "7.1"),
            gpu(GpuProfile.Driver.NOUVEAU, "5.12"),
            gpu(GpuProfile.Driver.NOUVEAU, "6.16"),
            new Setting("vma-p2p-2019", "5.8", VmaDevice::new),
            new Setting("drm-master", "5.16", OwnedGpu::new));

    private static Setting habanalabs(String release) {
        return new Setting("habanalabs " + release, release, HabanalabsDevice::new);
    }

    private static Setting vfio(VfioProfile profile, String release) {
        return new Setting("vfio " + profile, release, life -> new VfioFunctions(life, profile));
    }

    private static Setting gpu(GpuProfile.Driver driver, String release) {
        return new Setting(driver + " " + release, release, life -> new GpuDevice(life, driver));
    }

    @Override
    public String toString() {
        return name;
    }
}
