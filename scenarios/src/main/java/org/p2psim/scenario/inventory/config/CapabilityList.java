package org.p2psim.scenario.inventory.config;

import com.google.common.collect.ImmutableList;
import java.util.BitSet;
import java.util.List;

/**
 * One of the two linked lists of a configuration space.
 *
 * @param complete false if the list leads to bytes that were not captured
 */
record CapabilityList(List<Entry> entries, boolean complete) {
    private static final int STATUS = 0x06;
    private static final int STATUS_HAS_LIST = 0x10;
    private static final int ALL_ONES = 0xff;
    private static final long NOTHING_THERE = 0xffffffffL;
    private static final CapabilityList EMPTY = new CapabilityList(List.of(), true);

    CapabilityList {
        entries = ImmutableList.copyOf(entries);
    }

    /** @param offset of its first byte in configuration space */
    record Entry(int id, int offset) {}

    static boolean exists(ConfigSpace config) {
        return (config.wordAt(STATUS) & STATUS_HAS_LIST) != 0;
    }

    /**
     * Walks the list in the first 256 bytes (PCI local bus specification 3.0, 6.7).
     *
     * @param pointer where the header of this type keeps the first offset
     */
    static CapabilityList conventional(ConfigSpace config, int pointer) {
        if (!exists(config)) {
            return EMPTY;
        }
        ImmutableList.Builder<Entry> entries = ImmutableList.builder();
        BitSet seen = new BitSet(ConfigSpace.CONVENTIONAL);
        int offset = config.byteAt(pointer) & ~3;
        while (offset >= ConfigSpace.HEADER && !seen.get(offset)) {
            if (!config.covers(offset, 2)) {
                return new CapabilityList(entries.build(), false);
            }
            int id = config.byteAt(offset);
            if (id == ALL_ONES) {
                break;
            }
            seen.set(offset);
            entries.add(new Entry(id, offset));
            offset = config.byteAt(offset + 1) & ~3;
        }
        return new CapabilityList(entries.build(), true);
    }

    /** Walks the list that begins at 0x100 (PCIe base specification 7.6). */
    static CapabilityList extended(ConfigSpace config) {
        ImmutableList.Builder<Entry> entries = ImmutableList.builder();
        BitSet seen = new BitSet(ConfigSpace.SIZE);
        int offset = ConfigSpace.CONVENTIONAL;
        while (offset >= ConfigSpace.CONVENTIONAL && !seen.get(offset)) {
            if (!config.covers(offset, 4)) {
                return new CapabilityList(entries.build(), false);
            }
            long header = config.longAt(offset);
            if (header == 0 || header == NOTHING_THERE) {
                break;
            }
            seen.set(offset);
            entries.add(new Entry((int) (header & 0xffff), offset));
            offset = (int) (header >> 20) & ~3;
        }
        return new CapabilityList(entries.build(), true);
    }
}
