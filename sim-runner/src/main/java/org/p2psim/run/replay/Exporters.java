package org.p2psim.run.replay;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.p2psim.address.AddressRange;
import org.p2psim.address.Bdf;
import org.p2psim.dmabuf.Attachment;
import org.p2psim.dmabuf.DmaBuf;
import org.p2psim.dmabuf.Kernel;
import org.p2psim.dmabuf.exporter.Gpu;
import org.p2psim.dmabuf.exporter.GpuBuffer;
import org.p2psim.dmabuf.exporter.Habanalabs;
import org.p2psim.dmabuf.exporter.VfioDeviceSet;
import org.p2psim.dmabuf.exporter.VfioPci;
import org.p2psim.dmabuf.ownership.OwnedMemory;
import org.p2psim.scenario.Device;
import org.p2psim.scenario.Driver;
import org.p2psim.topology.Bar;
import org.p2psim.topology.PciFunction;
import org.p2psim.unit.Bytes;

/** The exporting drivers of a machine, one for each device that has one and that the deciding kernel sees. */
public final class Exporters {
    private static final long SYSTEM_MEMORY_OF_GPU = 64 * Bytes.GIB;

    private final World world;
    private final MachineDmaMap dmaMap;
    private final Kernel kernel;
    private final OwnedMemory memory;
    private final HostBuffers buffers;
    private final Map<String, Habanalabs> habanalabs = new LinkedHashMap<>();
    private final Map<String, VfioPci> vfio = new LinkedHashMap<>();
    private final Map<String, VfioDeviceSet> sets = new LinkedHashMap<>();
    private final Map<String, Gpu> gpus = new LinkedHashMap<>();
    private final Map<DmaBuf, String> exported = new IdentityHashMap<>();
    private final Set<String> gone = new HashSet<>();

    Exporters(World world, MachineDmaMap dmaMap, Kernel kernel, OwnedMemory memory, HostBuffers buffers) {
        this.world = world;
        this.dmaMap = dmaMap;
        this.kernel = kernel;
        this.memory = memory;
        this.buffers = buffers;
        world.plan().lifetimes().drivers().forEach((name, driver) -> {
            if (world.plan().addresses().containsKey(name)) {
                world.seenAddress(name).ifPresent(address -> add(name, driver, address));
            }
        });
        addDeviceSets();
    }

    private void add(String name, Driver driver, Bdf address) {
        Device device = world.device(name);
        PciFunction function = world.seen().function(address);
        if (driver instanceof Driver.Habanalabs profile && device.dram().isPresent()) {
            habanalabs.put(
                    name, habanalabs(name, function, device, device.dram().get(), profile));
        } else if (driver instanceof Driver.Vfio profile) {
            vfio.put(name, vfio(name, function, device, profile));
        } else if (driver instanceof Driver.Gpu profile && device.vram().isPresent()) {
            window(function, device.vram().get())
                    .ifPresent(window -> gpus.put(
                            name,
                            new Gpu(
                                    address,
                                    window,
                                    Math.max(device.vram().get().size(), window.size()),
                                    new AddressRange(buffers.take(SYSTEM_MEMORY_OF_GPU), SYSTEM_MEMORY_OF_GPU),
                                    world.p2pdma(),
                                    dmaMap,
                                    profile.profile(),
                                    kernel)));
        }
    }

    private Habanalabs habanalabs(
            String name, PciFunction function, Device device, Device.Dram dram, Driver.Habanalabs driver) {
        return new Habanalabs(
                name,
                function.address(),
                function.bar(dram.bar().orElseThrow()).orElseThrow().range(),
                new Habanalabs.DeviceMemory(dram.base(), dram.user().orElseThrow(), dram.size()),
                world.p2pdma(),
                dmaMap,
                driver.profile(),
                kernel,
                memory,
                device.scrub());
    }

    private VfioPci vfio(String name, PciFunction function, Device device, Driver.Vfio driver) {
        VfioPci made = new VfioPci(
                name,
                function.address(),
                function.bars().stream().collect(ImmutableMap.toImmutableMap(Bar::index, Bar::range)),
                world.p2pdma(),
                dmaMap,
                driver.profile(),
                kernel);
        boolean open = device.open().orElse(true);
        made.startsAs(open, device.memoryEnabled().orElse(true));
        if (open) {
            made.bars().values().forEach(bar -> memory.assign(bar, DeviceUsers.FIRST));
        }
        return made;
    }

    private static Optional<AddressRange> window(PciFunction function, Device.Vram vram) {
        return vram.bar().flatMap(function::bar).map(bar -> {
            long shown = Math.min(bar.range().size(), vram.size());
            return new AddressRange(
                    bar.range().base(), Math.min(shown, vram.visible().orElse(shown)));
        });
    }

    private void addDeviceSets() {
        Map<String, List<VfioPci>> named = new LinkedHashMap<>();
        vfio.forEach((name, device) -> named.computeIfAbsent(
                        world.device(name).deviceSet().orElse(name), set -> new ArrayList<>())
                .add(device));
        named.values().forEach(devices -> {
            VfioDeviceSet set = new VfioDeviceSet(kernel, devices);
            devices.forEach(device -> sets.put(device.name(), set));
        });
    }

    /** The habanalabs driver of a device, if that is what it has. */
    Optional<Habanalabs> habanalabs(String device) {
        return Optional.ofNullable(habanalabs.get(device));
    }

    public Optional<VfioPci> vfio(String device) {
        return Optional.ofNullable(vfio.get(device));
    }

    Optional<VfioDeviceSet> deviceSet(String device) {
        return Optional.ofNullable(sets.get(device));
    }

    Optional<Gpu> gpu(String device) {
        return Optional.ofNullable(gpus.get(device));
    }

    ImmutableMap<String, Habanalabs> habanalabs() {
        return ImmutableMap.copyOf(habanalabs);
    }

    ImmutableMap<String, VfioPci> vfio() {
        return ImmutableMap.copyOf(vfio);
    }

    ImmutableMap<String, Gpu> gpus() {
        return ImmutableMap.copyOf(gpus);
    }

    /** A device has exported a dma-buf. */
    void exported(DmaBuf dmaBuf, String device) {
        exported.put(dmaBuf, device);
    }

    /** The name of the device that exported a dma-buf. */
    String device(DmaBuf dmaBuf) {
        return Optional.ofNullable(exported.get(dmaBuf)).orElseThrow();
    }

    /** The dma-bufs that a device has exported and that are not gone. */
    ImmutableList<DmaBuf> live(String device) {
        return exported.entrySet().stream()
                .filter(entry ->
                        entry.getValue().equals(device) && entry.getKey().life() != DmaBuf.Life.GONE)
                .map(Map.Entry::getKey)
                .sorted(Comparator.comparing(DmaBuf::name))
                .collect(ImmutableList.toImmutableList());
    }

    /** Where the newest table of an attachment may point to: the BARs of its device, or memory of the host. */
    List<AddressRange> mayShow(Attachment attachment) {
        if (attachment.dmaBuf().exporter() instanceof GpuBuffer) {
            return attachment.shownWhenMapped();
        }
        String device = device(attachment.dmaBuf());
        return habanalabs(device)
                .map(driver -> List.of(driver.bar()))
                .orElseGet(() -> vfio(device)
                        .map(driver -> List.copyOf(driver.bars().values()))
                        .orElse(List.of()));
    }

    /** Whether a dma-buf refuses to be mapped because access to it has ended. */
    public boolean isRevoked(DmaBuf dmaBuf) {
        return vfio(device(dmaBuf)).map(driver -> driver.isRevoked(dmaBuf)).orElse(false);
    }

    /** The device is not there any more. */
    void gone(String device) {
        gone.add(device);
    }

    public boolean isGone(String device) {
        return gone.contains(device);
    }

    /** Whether a device is in a reset of its own driver's; empty if its driver has none. */
    public Optional<Boolean> resets(String device) {
        return habanalabs(device).map(driver -> driver.file().isResetting());
    }

    /** Whether requests to the BARs of a device are answered now. */
    boolean decodes(String device) {
        return !gone.contains(device)
                && !resets(device).orElse(false)
                && vfio(device).map(VfioPci::decodes).orElse(true);
    }

    /** Whether a device can issue requests now. */
    boolean issues(String device) {
        return !gone.contains(device)
                && !resets(device).orElse(false)
                && vfio(device).map(VfioPci::issues).orElse(true);
    }
}
