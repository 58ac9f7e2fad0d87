package org.p2psim.run.flow;

/** Writes that are alike and go together, one after the other in memory as on their way. By index from 0 on. */
final class Block {
    static final int MOST = 64;

    /** When each was issued, ticks. */
    final long[] issued = new long[MOST];

    /** When each has set out on the channel that it came to last, ticks. */
    final long[] starts = new long[MOST];

    private long address;
    private int bytes;

    /** From now on it is about others. */
    void begin(Tlp first) {
        address = first.address;
        bytes = first.bytes;
    }

    /** Of each. */
    int bytes() {
        return bytes;
    }

    long address(int index) {
        return address + (long) index * bytes;
    }
}
