package org.p2psim.transaction;

/** The TLPs of a DMA, and how long each is on the wire (PCIe base specification 2.2). */
public enum TlpKind {
    MEM_WRITE,
    MEM_READ,
    COMPLETION_WITH_DATA,
    /** Without data: how a memory read is refused. */
    COMPLETION;

    /** STP token with sequence number, and LCRC, in 8b/10b and 128b/130b links alike. FLITs carry TLPs without. */
    private static final int FRAMING = 8;

    private static final int THREE_DW = 12;
    private static final int FOUR_DW = 16;

    /**
     * Bytes of header and framing: 24 for a request with a 64-bit address, 20 for one below 4 GiB and for a
     * completion; 8 less in FLIT mode.
     */
    public int overhead(boolean above4GiB, boolean flitMode) {
        int header = switch (this) {
            case MEM_WRITE, MEM_READ -> above4GiB ? FOUR_DW : THREE_DW;
            case COMPLETION_WITH_DATA, COMPLETION -> THREE_DW;
        };
        return flitMode ? header : header + FRAMING;
    }

    /**
     * Bytes on the wire of a TLP for {@code length} bytes from {@code address} on. Data travels in whole DWs; byte
     * enables say which bytes of the first and the last one count.
     */
    public int wireBytes(long address, int length, boolean above4GiB, boolean flitMode) {
        return overhead(above4GiB, flitMode) + dataBytes(address, length);
    }

    private int dataBytes(long address, int length) {
        return switch (this) {
            case MEM_WRITE, COMPLETION_WITH_DATA -> (int) (((address & 3) + length + 3) & ~3L);
            case MEM_READ, COMPLETION -> 0;
        };
    }
}
