package org.p2psim.scenario.assembly;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.p2psim.dmabuf.Bug;
import org.p2psim.dmabuf.DmaBufCore;
import org.p2psim.dmabuf.exporter.GpuProfile;
import org.p2psim.dmabuf.exporter.HabanalabsProfile;
import org.p2psim.dmabuf.exporter.VfioProfile;
import org.p2psim.dmabuf.importer.SoftwareRdma;
import org.p2psim.platform.KernelRelease;
import org.p2psim.scenario.Device;
import org.p2psim.scenario.Device.DeviceType;
import org.p2psim.scenario.Driver;
import org.p2psim.scenario.Finding;
import org.p2psim.scenario.Lifetimes;
import org.p2psim.scenario.Scenario.KernelSpec;

/** Finds the profiles of the dma-buf core and of every driver, for the kernel that decides. */
final class DriverAssembly {
    private static final String KERNEL = "kernel";
    private static final int INTEL = 0x8086;
    private static final int NVIDIA = 0x10de;

    private final KernelRelease release;
    private final Assumptions assumptions;
    private final List<Finding> findings;

    DriverAssembly(KernelRelease release, Assumptions assumptions, List<Finding> findings) {
        this.release = release;
        this.assumptions = assumptions;
        this.findings = findings;
    }

    /** @param exporters names of the devices that the timeline lets export, whose driver matters */
    Lifetimes lifetimes(KernelSpec kernel, Map<String, Device> devices, Set<String> exporters) {
        Map<String, Driver> drivers = new LinkedHashMap<>();
        devices.forEach((name, device) ->
                driver(name, device, exporters.contains(name)).ifPresent(driver -> drivers.put(name, driver)));
        Set<Bug> bugs = new LinkedHashSet<>();
        drivers.values().forEach(driver -> bugs.addAll(driver.bugs()));
        kernel.withoutBugs().stream().filter(bugs::remove).forEach(this::cautionOfMissing);
        kernel.bugs().stream().filter(bugs::add).forEach(this::cautionOfAdded);
        kernel.dmaBuf().ifPresent(this::cautionOfProfile);
        kernel.umem().ifPresent(this::cautionOfProfile);
        return new Lifetimes(
                DmaBufCore.of(
                        kernel.dmaBuf().map(DriverAssembly::version).orElse(release),
                        kernel.moveNotify().orElse(true)),
                kernel.umem().map(DriverAssembly::version),
                ImmutableSet.copyOf(bugs),
                ImmutableSet.copyOf(kernel.bugs()),
                ImmutableMap.copyOf(drivers));
    }

    private void cautionOfAdded(Bug bug) {
        assumptions.caution(KERNEL, "the scenario adds a mistake: " + bug.effect(), bug.source());
    }

    private void cautionOfMissing(Bug bug) {
        assumptions.caution(KERNEL, "the scenario takes a mistake away: " + bug.effect(), bug.source());
    }

    private void cautionOfProfile(String profile) {
        String text = "the scenario has the rules of %s in a kernel %s".formatted(profile, release);
        assumptions.caution(KERNEL, text, "");
    }

    /** The release of {@code core-6.19}. */
    private static KernelRelease version(String profile) {
        return KernelRelease.parse(profile.substring(profile.indexOf('-') + 1));
    }

    private Optional<Driver> driver(String name, Device device, boolean exports) {
        if (device.driver().isEmpty()) {
            return byRelease(name, device, exports);
        }
        Optional<Driver> driver = Driver.named(device.driver().get(), release);
        if (driver.isEmpty() || !fits(driver.get(), device.type())) {
            String message = "\"%s\" is no driver of a device of type %s; %s"
                    .formatted(device.driver().get(), spelled(device.type()), allowed(device.type()));
            findings.add(Finding.at("/devices" + Finding.step(name) + "/driver", "driver", message));
            return Optional.empty();
        }
        return driver;
    }

    private static String spelled(DeviceType type) {
        return type.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static boolean fits(Driver driver, DeviceType type) {
        if (driver instanceof Driver.Habanalabs) {
            return type == DeviceType.HABANALABS;
        } else if (driver instanceof Driver.Gpu) {
            return type == DeviceType.GPU;
        } else if (driver instanceof Driver.Software) {
            return type == DeviceType.SOFTWARE_RDMA;
        } else if (driver instanceof Driver.Vfio || driver instanceof Driver.VendorVfio) {
            return type == DeviceType.VFIO_PCI || type == DeviceType.NVME;
        }
        return type != DeviceType.SOFTWARE_RDMA && type != DeviceType.VFIO_PCI;
    }

    private String allowed(DeviceType type) {
        List<String> names = Driver.BY_NAME.entrySet().stream()
                .filter(entry -> fits(entry.getValue().apply(release), type))
                .map(Map.Entry::getKey)
                .toList();
        return "it has " + String.join(", ", names);
    }

    private Optional<Driver> byRelease(String name, Device device, boolean exports) {
        return switch (device.type()) {
            case HABANALABS -> Optional.of(new Driver.Habanalabs(HabanalabsProfile.of(release)));
            case VFIO_PCI -> VfioProfile.of(release).map(Driver.Vfio::new);
            case GPU -> Optional.of(new Driver.Gpu(GpuProfile.of(gpu(name, device, exports), release)));
            case SOFTWARE_RDMA -> Optional.of(new Driver.Software(SoftwareRdma.Refusal.NO_OPERATION));
            case RDMA_NIC, NVME, OTHER -> Optional.empty();
        };
    }

    private GpuProfile.Driver gpu(String name, Device device, boolean exports) {
        GpuProfile.Driver driver = switch (device.id().map(id -> id.vendor()).orElse(0)) {
            case INTEL -> GpuProfile.Driver.XE;
            case NVIDIA -> GpuProfile.Driver.NOUVEAU;
            default -> GpuProfile.Driver.AMDGPU;
        };
        if (exports) {
            assumptions.assume(name, "driver " + driver.name().toLowerCase(Locale.ROOT));
        }
        return driver;
    }
}
