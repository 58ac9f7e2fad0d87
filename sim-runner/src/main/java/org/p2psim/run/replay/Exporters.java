package org.p2psim.run.replay;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.p2psim.address.Bdf;
import org.p2psim.dmabuf.DmaBuf;
import org.p2psim.dmabuf.DmaBufCore;
import org.p2psim.dmabuf.DmaMap;
import org.p2psim.dmabuf.Kernel;
import org.p2psim.dmabuf.exporter.Habanalabs;
import org.p2psim.dmabuf.exporter.HabanalabsProfile;
import org.p2psim.scenario.Device;
import org.p2psim.topology.Bar;

/** The exporting drivers of a machine, one for each device that the deciding kernel sees. */
final class Exporters {
    private final Map<String, Habanalabs> drivers = new LinkedHashMap<>();

    Exporters(World world, DmaMap dmaMap) {
        Kernel kernel = new Kernel(DmaBufCore.of(world.kernel()));
        world.plan().devices().forEach((name, device) -> {
            Optional<Bdf> address = world.seenAddress(name);
            if (device.type() == Device.DeviceType.HABANALABS && device.dram().isPresent() && address.isPresent()) {
                drivers.put(name, driver(world, address.get(), device.dram().get(), dmaMap, kernel));
            }
        });
    }

    private static Habanalabs driver(World world, Bdf address, Device.Dram dram, DmaMap dmaMap, Kernel kernel) {
        Bar bar = world.seen().function(address).bar(dram.bar().orElseThrow()).orElseThrow();
        return new Habanalabs(
                address,
                bar.range(),
                new Habanalabs.DeviceMemory(dram.base(), dram.user().orElseThrow(), dram.size()),
                world.p2pdma(),
                dmaMap,
                HabanalabsProfile.of(world.kernel()),
                kernel);
    }

    /** The driver of a device; empty if the deciding kernel has no such device. */
    Optional<Habanalabs> find(String device) {
        return Optional.ofNullable(drivers.get(device));
    }

    /** The driver that gave out a handle. */
    Optional<Habanalabs> owner(String handle) {
        return drivers.values().stream().filter(driver -> driver.knows(handle)).findFirst();
    }

    /** The driver that exported a dma-buf. */
    Habanalabs of(DmaBuf dmaBuf) {
        return drivers.values().stream()
                .filter(driver -> driver.equals(dmaBuf.exporter()))
                .findFirst()
                .orElseThrow();
    }

    /** The name of the device that exported a dma-buf. */
    String device(DmaBuf dmaBuf) {
        return drivers.entrySet().stream()
                .filter(entry -> entry.getValue().equals(dmaBuf.exporter()))
                .findFirst()
                .orElseThrow()
                .getKey();
    }
}
