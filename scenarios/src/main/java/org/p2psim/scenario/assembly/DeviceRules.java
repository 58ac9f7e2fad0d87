package org.p2psim.scenario.assembly;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.p2psim.scenario.AcsSpec;
import org.p2psim.scenario.Device;
import org.p2psim.scenario.Device.BarSpec;
import org.p2psim.scenario.Device.DeviceType;
import org.p2psim.scenario.Device.Dram;
import org.p2psim.scenario.Device.Importer;
import org.p2psim.scenario.Device.Vram;
import org.p2psim.scenario.Driver;
import org.p2psim.scenario.Finding;
import org.p2psim.unit.Bytes;

/** What must hold of one function, wherever it is. */
final class DeviceRules {
    /** What is wrong with RDMA in software below a port. */
    static final String NO_PLACE = "\"%s\" is software-rdma: no PCI function, and nowhere in the fabric";

    private static final long SMALLEST_SEGMENT = 1;
    private static final long LARGEST_SEGMENT = 4 * Bytes.GIB - 1;

    private DeviceRules() {}

    /** True if the BAR can exist (PCI local bus specification 3.0, 6.2.5.1); otherwise says why not. */
    static boolean checkBar(
            String pointerToBars, Map<Integer, BarSpec> bars, int index, BarSpec bar, List<Finding> findings) {
        String pointer = pointerToBars + "/" + index;
        int before = findings.size();
        if (Long.bitCount(bar.size()) != 1 || Long.compareUnsigned(bar.size(), 16) < 0) {
            findings.add(Finding.at(pointer + "/size", "bar", "a BAR is a power of two, 16 bytes at least"));
        } else if ((bar.base().orElse(0) & (bar.size() - 1)) != 0) {
            String message = "the base of a BAR is a multiple of its size, %s".formatted(Bytes.format(bar.size()));
            findings.add(Finding.at(pointer + "/base", "bar", message));
        }
        if (bar.prefetchable() && bars.containsKey(index + 1)) {
            String message = "BAR %d is a 64-bit one and takes index %d too".formatted(index, index + 1);
            findings.add(Finding.at(pointerToBars + "/" + (index + 1), "bar", message));
        } else if (bar.prefetchable() && index == 5) {
            findings.add(Finding.at(pointer, "bar", "a prefetchable BAR is a 64-bit one and takes two; 5 is the last"));
        }
        return findings.size() == before;
    }

    /** The kernel makes the word in force from the firmware's: a file says one of the two. */
    static void checkAcs(AcsSpec acs, String pointer, List<Finding> findings) {
        if (acs.ctl().isPresent() && acs.firmware().isPresent()) {
            String message = "firmware and ctl: say what firmware leaves or what is in force, not both";
            findings.add(Finding.at(pointer, "acs", message));
        }
    }

    /** The kernel keeps the limit in an unsigned int; exporters refuse to build tables for less than a page. */
    static void checkMaxSegmentSize(String name, Device device, List<Finding> findings) {
        long size = device.maxSegmentSize().orElse(SMALLEST_SEGMENT);
        if (Long.compareUnsigned(size, SMALLEST_SEGMENT) < 0 || Long.compareUnsigned(size, LARGEST_SEGMENT) > 0) {
            String pointer = "/devices" + Finding.step(name) + "/max-segment-size";
            findings.add(Finding.at(pointer, "segment-size", "a largest segment is 1 byte at least and below 4 GiB"));
        }
    }

    /** Device memory must be seen through its BAR, from its start on as far as that goes. */
    static void checkDram(String name, Device device, Dram dram, List<Finding> findings) {
        String pointer = "/devices" + Finding.step(name) + "/dram";
        int index = dram.bar().orElseThrow();
        BarSpec bar = device.bars().get(index);
        if (bar == null) {
            findings.add(
                    Finding.at(pointer, "dram", "no BAR %d to show it; add it to bars, or say bar".formatted(index)));
        }
        long user = dram.user().orElseThrow();
        if (Long.compareUnsigned(user, dram.base()) < 0 || Long.compareUnsigned(user - dram.base(), dram.size()) >= 0) {
            findings.add(Finding.at(pointer, "dram", "user memory begins at 0x%x, outside of dram".formatted(user)));
        }
    }

    /** What it says of its lifetimes must fit its type and its driver, and be possible. */
    static void checkLifetimes(String name, Device device, Optional<Driver> driver, List<Finding> findings) {
        String pointer = "/devices" + Finding.step(name);
        boolean vfio = device.type() == DeviceType.VFIO_PCI
                || driver.filter(Driver.Vfio.class::isInstance).isPresent();
        boolean saysVfio = device.memoryEnabled().isPresent()
                || device.deviceSet().isPresent()
                || device.open().isPresent();
        if (saysVfio && !vfio) {
            String message = "memory-enabled, device-set and open are for functions that a user has through vfio; add"
                    + " driver: vfio-6.19";
            findings.add(Finding.at(pointer, "vfio", message));
        }
        boolean revoked = device.importer()
                .filter(how -> how == Importer.PINNED_WITH_REVOKE || how == Importer.PINNED_REVOCABLE)
                .isPresent();
        if (revoked && device.type() != DeviceType.RDMA_NIC) {
            findings.add(Finding.at(pointer + "/importer", "importer", "only an rdma-nic has regions to revoke"));
        }
        if (device.importer().filter(how -> how == Importer.STATIC).isPresent()
                && device.unmapTime().isPresent()) {
            String message = "a static importer is never notified and has no unmap-time";
            findings.add(Finding.at(pointer + "/unmap-time", "unmap-time", message));
        }
        if (device.copyRate().isPresent() && device.copyTime().isPresent()) {
            findings.add(Finding.at(pointer + "/copy-time", "copy", "say either copy-rate or copy-time"));
        }
        device.vram().ifPresent(vram -> checkVram(pointer + "/vram", device, vram, findings));
    }

    private static void checkVram(String pointer, Device device, Vram vram, List<Finding> findings) {
        if (vram.size() <= 0) {
            findings.add(Finding.at(pointer + "/size", "vram", "VRAM has 1 byte at least, and fewer than 8 EiB"));
        }
        if (vram.visible().isPresent()
                && (vram.visible().getAsLong() == 0
                        || Long.compareUnsigned(vram.visible().getAsLong(), vram.size()) > 0)) {
            findings.add(
                    Finding.at(pointer + "/visible", "vram", "visible is 1 byte at least, and all of size at most"));
        }
        vram.bar().ifPresent(index -> {
            BarSpec bar = device.bars().get(index);
            if (bar == null) {
                String message = "no BAR %d to show it; add it to bars".formatted(index);
                findings.add(Finding.at(pointer + "/bar", "vram", message));
            } else if (Long.compareUnsigned(bar.size(), vram.visible().orElse(0)) < 0) {
                String message = "BAR %d shows %s, less than is visible".formatted(index, Bytes.format(bar.size()));
                findings.add(Finding.at(pointer + "/visible", "vram", message));
            }
        });
    }
}
