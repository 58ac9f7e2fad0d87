package org.p2psim.scenario.inventory.lspci;

import java.util.BitSet;

/** The configuration space of one function as far as it was printed: 64, 256 or 4096 bytes, or parts of them. */
final class ConfigSpace {
    static final int HEADER = 64;
    static final int CONVENTIONAL = 256;
    static final int SIZE = 4096;

    private final byte[] bytes = new byte[SIZE];
    private final BitSet printed = new BitSet(SIZE);

    /** Takes a line of a dump; what lies beyond the space is left out. */
    void put(int offset, byte[] line) {
        int length = Math.min(line.length, SIZE - offset);
        System.arraycopy(line, 0, bytes, offset, length);
        printed.set(offset, offset + length);
    }

    boolean covers(int offset, int length) {
        return offset >= 0 && offset + length <= SIZE && printed.nextClearBit(offset) >= offset + length;
    }

    /** True if something beyond the first 256 bytes was printed. */
    boolean isExtended() {
        return printed.length() > CONVENTIONAL;
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
