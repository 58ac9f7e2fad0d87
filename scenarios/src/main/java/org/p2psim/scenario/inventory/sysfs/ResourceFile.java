package org.p2psim.scenario.inventory.sysfs;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.p2psim.address.AddressRange;
import org.p2psim.scenario.inventory.FoundBar;
import org.p2psim.scenario.inventory.InventoryException;
import org.p2psim.topology.Window;

/**
 * A function's {@code resource} file: a line of first address, last address and flags for each resource. Lines 0 to 5
 * are the BARs; line 6 the ROM; then, in kernels with SR-IOV, six BARs of virtual functions; then a bridge's windows
 * (drivers/pci/pci-sysfs.c and linux/ioport.h, Linux 2.6.32 to 6.12).
 */
final class ResourceFile {
    private static final Pattern LINE = Pattern.compile("0x([0-9a-f]{1,16}) 0x([0-9a-f]{1,16}) 0x([0-9a-f]{1,16})");
    private static final int MOST_LINES = 32;
    private static final int BARS = 6;
    private static final int AFTER_ROM = 7;

    private static final long MEMORY = 0x200;
    /** 0x1000 up to Linux 2.6.36. */
    private static final long PREFETCHABLE = 0x3000;

    private static final long IS_64_BIT = 0x100000;
    private static final long DISABLED_OR_UNSET = 0x30000000;

    private record Resource(int index, long first, long last, long flags) {
        boolean isMemory() {
            return (flags & MEMORY) != 0;
        }

        boolean isAssigned() {
            return (flags & DISABLED_OR_UNSET) == 0 && first != 0 && isSized();
        }

        boolean isSized() {
            return Long.compareUnsigned(first, last) < 0;
        }

        boolean isPrefetchable() {
            return (flags & PREFETCHABLE) != 0;
        }

        AddressRange range() {
            return new AddressRange(first, last - first + 1);
        }
    }

    private final List<Resource> resources = new ArrayList<>();

    static ResourceFile of(SysfsFunction function) throws InventoryException {
        ResourceFile file = new ResourceFile();
        for (String line : (Iterable<String>) function.text("resource").lines()::iterator) {
            int index = file.resources.size();
            Matcher m = LINE.matcher(line.strip());
            if (!m.matches() || index == MOST_LINES) {
                throw function.problem(
                        "resource",
                        "line %d is \"%s\"; sysfs writes first address, last address and flags, for at most %d resources"
                                .formatted(index + 1, SysfsFunction.shortened(line), MOST_LINES));
            }
            file.resources.add(new Resource(index, number(m.group(1)), number(m.group(2)), number(m.group(3))));
        }
        return file;
    }

    private static long number(String hex) {
        return Long.parseUnsignedLong(hex, 16);
    }

    /** Memory BARs. What is in the file are CPU addresses, on most machines the same as in the BARs. */
    List<FoundBar> bars(boolean decoding) {
        return resources.stream()
                .filter(resource -> resource.index() < BARS && resource.isMemory())
                .map(resource -> bar(resource, decoding))
                .toList();
    }

    private static FoundBar bar(Resource resource, boolean decoding) {
        return new FoundBar(
                resource.index(),
                resource.isAssigned() ? resource.first() : 0,
                resource.isSized() ? OptionalLong.of(resource.range().size()) : OptionalLong.empty(),
                resource.isPrefetchable(),
                (resource.flags() & IS_64_BIT) != 0,
                decoding && resource.isAssigned());
    }

    /** The memory that a bridge forwards. */
    List<Window> windows() {
        return resources.stream()
                .filter(resource -> resource.index() >= AFTER_ROM && resource.isMemory() && resource.isAssigned())
                .map(resource -> new Window(resource.range(), resource.isPrefetchable()))
                .toList();
    }
}
