package org.p2psim.dmabuf.importer;

import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.p2psim.dmabuf.Bug;
import org.p2psim.dmabuf.Journal;
import org.p2psim.dmabuf.Kernel;

/** The memory keys of one NIC: which numbers are taken, and which of them the hardware still honours. */
public final class MemoryKeys {
    private record Entry(MemoryRegion region, boolean live) {}

    private final Kernel kernel;
    private final SortedMap<Integer, Entry> keys = new TreeMap<>();

    MemoryKeys(Kernel kernel) {
        this.kernel = kernel;
    }

    /** The lowest number that is free. */
    int allocate(MemoryRegion region) {
        int number = 1;
        while (keys.containsKey(number)) {
            number++;
        }
        keys.put(number, new Entry(region, true));
        return number;
    }

    /** The hardware honours the key no longer; its number stays the region's. */
    void invalidate(int key, MemoryRegion region) {
        kernel.note(Journal.Action.KEY_INVALIDATED, region.name(), "key " + key);
        if (kernel.has(Bug.KEY_NOT_RESERVED)) {
            free(key, region);
        } else {
            keys.put(key, new Entry(region, false));
            kernel.note(Journal.Action.KEY_RESERVED, region.name(), "key " + key);
        }
    }

    /** The number may be given to another region; unless it is already. */
    void free(int key, MemoryRegion region) {
        if (keys.containsKey(key) && keys.get(key).region().equals(region)) {
            keys.remove(key);
            kernel.note(Journal.Action.KEY_FREED, region.name(), "key " + key);
        }
    }

    /** The region that the hardware finds with a key. */
    public Optional<MemoryRegion> live(int key) {
        return Optional.ofNullable(keys.get(key)).filter(Entry::live).map(Entry::region);
    }

    /** The region that a number belongs to, whether the hardware honours it or not. */
    public Optional<MemoryRegion> holder(int key) {
        return Optional.ofNullable(keys.get(key)).map(Entry::region);
    }

    /** How many numbers are taken. */
    public int taken() {
        return keys.size();
    }
}
