package org.p2psim.scenario.assembly;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Predicate;
import org.p2psim.scenario.Device;
import org.p2psim.scenario.Device.DeviceType;
import org.p2psim.scenario.Driver;
import org.p2psim.scenario.Finding;

/** What the devices that the timeline names can be used for. */
final class DeviceRoles {
    private final Map<String, Device> devices;
    private final Map<String, Driver> drivers;
    private final Optional<List<String>> passthrough;
    private final List<Finding> findings;

    /** @param passthrough the devices that the guest has, if the timeline runs in one */
    DeviceRoles(
            Map<String, Device> devices,
            Map<String, Driver> drivers,
            Optional<List<String>> passthrough,
            List<Finding> findings) {
        this.devices = devices;
        this.drivers = drivers;
        this.passthrough = passthrough;
        this.findings = findings;
    }

    Optional<Device> known(String name, String pointer) {
        Device device = devices.get(name);
        if (device == null) {
            String message = "no device \"%s\" is declared%s".formatted(name, Finding.nearest(name, devices.keySet()));
            findings.add(Finding.at(pointer, "unknown-device", message));
        }
        return Optional.ofNullable(device);
    }

    /** A device that the machine has in which the timeline runs. */
    Optional<Device> usable(String name, String pointer) {
        Optional<Device> device = known(name, pointer);
        if (device.filter(Device::isFunction).isPresent()
                && passthrough.isPresent()
                && !passthrough.get().contains(name)) {
            String message = "the timeline runs in the virtual machine, which doesn't have \"%s\"; pass it through"
                    .formatted(name);
            findings.add(Finding.at(pointer, "not-passed-through", message));
        }
        return device;
    }

    /** A device that does DMA. */
    void initiator(String name, String pointer) {
        require(name, pointer, Device::isFunction, "no-function", "\"%s\" is no PCI function and does no DMA");
    }

    Optional<Driver> driver(String name) {
        return Optional.ofNullable(drivers.get(name));
    }

    boolean is(String name, DeviceType type) {
        Device device = devices.get(name);
        return device != null && device.type() == type;
    }

    /** A function that a user has through vfio; whether its kernel exports dma-bufs of it or not. */
    boolean isVfio(String name) {
        return is(name, DeviceType.VFIO_PCI)
                || driver(name).filter(Driver.Vfio.class::isInstance).isPresent()
                || driver(name).filter(Driver.VendorVfio.class::isInstance).isPresent();
    }

    boolean hasBar(String name, int index) {
        Device device = devices.get(name);
        return device != null && device.bars().containsKey(index);
    }

    /** Bytes of a BAR that the device has. */
    long barSize(String name, int index) {
        return Optional.ofNullable(devices.get(name))
                .flatMap(device -> Optional.ofNullable(device.bars().get(index)))
                .orElseThrow()
                .size();
    }

    /** Bytes of its largest BAR; empty if it has none. */
    OptionalLong largestBar(String name) {
        return Optional.ofNullable(devices.get(name)).stream()
                .flatMap(device -> device.bars().values().stream())
                .mapToLong(Device.BarSpec::size)
                .max();
    }

    /** A PCI function that peers can read and write. */
    void hasMemory(String name, String pointer) {
        Optional<Device> device = Optional.ofNullable(devices.get(name)).filter(Device::isFunction);
        if (device.isPresent() && largestBar(name).isEmpty()) {
            String message = "\"%s\" has no BAR that could be read or written; declare one in its bars".formatted(name);
            findings.add(Finding.at(pointer, "no-bar", message));
        }
    }

    private void require(String name, String pointer, Predicate<Device> what, String rule, String message) {
        usable(name, pointer)
                .filter(what.negate())
                .ifPresent(device -> findings.add(Finding.at(pointer, rule, message.formatted(name))));
    }

    void exporter(String name, String pointer) {
        require(
                name,
                pointer,
                device -> device.type() == DeviceType.HABANALABS || device.type() == DeviceType.GPU || isVfio(name),
                "no-exporter",
                "\"%s\" cannot export; a habanalabs device, a gpu, or a device that a user has through vfio can");
    }

    void allocator(String name, String pointer) {
        require(
                name,
                pointer,
                device -> device.type() == DeviceType.HABANALABS || device.type() == DeviceType.GPU,
                "no-allocator",
                "\"%s\" gives out no memory; a habanalabs device and a gpu do");
    }

    void importer(String name, String pointer) {
        require(
                name,
                pointer,
                device -> device.importer().isPresent() || device.type() == DeviceType.SOFTWARE_RDMA,
                "no-importer",
                "\"%s\" exports only and cannot import");
    }

    void nic(String name, String pointer) {
        require(name, pointer, device -> device.type() == DeviceType.RDMA_NIC, "no-nic", "\"%s\" is no rdma-nic");
    }

    /** What registers MRs, or tries. */
    void rdma(String name, String pointer) {
        require(
                name,
                pointer,
                device -> device.type() == DeviceType.RDMA_NIC || device.type() == DeviceType.SOFTWARE_RDMA,
                "no-importer",
                "\"%s\" is no rdma-nic and registers no MRs");
    }

    void nvme(String name, String pointer) {
        require(name, pointer, device -> device.type() == DeviceType.NVME, "no-nvme", "\"%s\" is no nvme device");
    }

    void vfio(String name, String pointer) {
        require(
                name,
                pointer,
                device -> isVfio(name),
                "no-vfio",
                "no user has \"%s\" through vfio: it is no vfio-pci device, and no nvme device with a driver vfio-...");
    }

    /** What a user opens: a driver's device, or a function through vfio. */
    void opened(String name, String pointer) {
        require(
                name,
                pointer,
                device -> device.type() == DeviceType.HABANALABS || isVfio(name),
                "no-device-file",
                "opening \"%s\" means nothing here; it does for habanalabs devices and through vfio");
    }

    void drm(String name, String pointer) {
        require(
                name,
                pointer,
                device -> device.type() == DeviceType.GPU || device.type() == DeviceType.HABANALABS,
                "no-drm",
                "\"%s\" has no owner in the sense of DRM; a gpu or a habanalabs device has");
    }

    /** A device whose mappings peers may map. */
    void vmaExporter(String name, String pointer) {
        require(
                name,
                pointer,
                device -> driver(name).filter(Driver.VmaP2p.class::isInstance).isPresent(),
                "no-vma-p2p",
                "\"%s\" does not share mappings; say driver: vma-p2p-2019");
    }

    /** A device that its users, or its administrator, can reset. */
    void reset(String name, String pointer) {
        if (Optional.ofNullable(devices.get(name))
                .filter(device -> device.type() == DeviceType.HABANALABS)
                .isEmpty()) {
            vfio(name, pointer);
        } else {
            usable(name, pointer);
        }
    }

    void unplugged(String name, String pointer) {
        require(
                name,
                pointer,
                device -> isVfio(name)
                        || device.type() == DeviceType.HABANALABS
                        || driver(name).filter(Driver.VmaP2p.class::isInstance).isPresent(),
                "no-unplug",
                "unplugging \"%%s\" is not modelled: %s; it is of devices through vfio, habanalabs devices, and those with"
                                .formatted(
                                        is(name, DeviceType.GPU)
                                                ? "what becomes of a gpu's buffers in dma-bufs when the card goes away hangs"
                                                        + " on its driver's teardown, which is in none of the profiles"
                                                : "how its driver lets go of what it has imported then is in none of the"
                                                        + " profiles")
                        + " driver vma-p2p-2019");
    }
}
