package org.p2psim.scenario.inventory.config;

import java.util.BitSet;

/** The configuration space of one function as far as it was captured: 64, 256 or 4096 bytes, or parts of them. */
public final class ConfigSpace {
    /** What everybody may read. */
    public static final int HEADER = 64;
    /** What a function has that no PCI Express request reaches. */
    public static final int CONVENTIONAL = 256;
    /** All of a PCI Express function's. */
    public static final int SIZE = 4096;

    private static final long ALL_ONES = 0xffffffffL;

    private final byte[] bytes = new byte[SIZE];
    private final BitSet captured = new BitSet(SIZE);

    /** A space of which the first bytes were captured. */
    public static ConfigSpace of(byte[] content) {
        ConfigSpace config = new ConfigSpace();
        config.put(0, content);
        return config;
    }

    /** Takes a piece of it; what lies beyond the space is left out. */
    public void put(int offset, byte[] piece) {
        int length = Math.min(piece.length, SIZE - offset);
        System.arraycopy(piece, 0, bytes, offset, length);
        captured.set(offset, offset + length);
    }

    boolean covers(int offset, int length) {
        return offset >= 0 && offset + length <= SIZE && captured.nextClearBit(offset) >= offset + length;
    }

    public boolean hasHeader() {
        return covers(0, HEADER);
    }

    /**
     * True if something beyond the first 256 bytes was captured. Where nothing answers there, the kernel takes the
     * function for one without (drivers/pci/probe.c, pci_cfg_space_size_ext()).
     */
    boolean isExtended() {
        boolean silent = covers(CONVENTIONAL, 4) && longAt(CONVENTIONAL) == ALL_ONES;
        return captured.length() > CONVENTIONAL && !silent;
    }

    int byteAt(int offset) {
        return bytes[offset] & 0xff;
    }

    int wordAt(int offset) {
        return byteAt(offset) | (byteAt(offset + 1) << 8);
    }

    /** 32 bits, unsigned. */
    long longAt(int offset) {
        return wordAt(offset) | ((long) wordAt(offset + 2) << 16);
    }
}
