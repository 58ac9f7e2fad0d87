package org.p2psim.transaction;

/**
 * The TLPs of a DMA and of what goes with it, and how long each is on the wire (PCIe base specification 2.2). An
 * MSI-X interrupt is a {@link #MEM_WRITE} of 4 bytes.
 */
public enum TlpKind {
    MEM_WRITE(TlpClass.POSTED),
    MEM_READ(TlpClass.NON_POSTED),
    /** FetchAdd, Swap or CAS. Carries its operands, one DW to eight; a {@link #COMPLETION_WITH_DATA} answers. */
    ATOMIC(TlpClass.NON_POSTED),
    /** With or without data: error signalling, ATS invalidation, page requests. */
    MESSAGE(TlpClass.POSTED),
    COMPLETION_WITH_DATA(TlpClass.COMPLETION),
    /** Without data: how a memory read is refused. */
    COMPLETION(TlpClass.COMPLETION);

    /** STP token with sequence number, and LCRC, in 8b/10b and 128b/130b links alike. FLITs carry TLPs without. */
    public static final int FRAMING = 8;

    private static final int THREE_DW = 12;
    private static final int FOUR_DW = 16;

    /** The ECRC: TLP digest, or in FLIT mode a trailer, of one DW (base specification 2.7.1). */
    private static final int DIGEST = 4;

    private final TlpClass tlpClass;

    TlpKind(TlpClass tlpClass) {
        this.tlpClass = tlpClass;
    }

    public TlpClass tlpClass() {
        return tlpClass;
    }

    /** True if it may carry data; of a message the length says whether it does. */
    public boolean withData() {
        return switch (this) {
            case MEM_WRITE, ATOMIC, MESSAGE, COMPLETION_WITH_DATA -> true;
            case MEM_READ, COMPLETION -> false;
        };
    }

    /**
     * Bytes of header and framing without ECRC: 24 for a request with a 64-bit address and for a message, 20 for a
     * request below 4 GiB and for a completion; 8 less in FLIT mode.
     */
    public int overhead(boolean above4GiB, boolean flitMode) {
        return overhead(above4GiB, flitMode, false);
    }

    /** Bytes of header and framing, 4 more with {@code ecrc}. */
    public int overhead(boolean above4GiB, boolean flitMode, boolean ecrc) {
        int header = switch (this) {
            case MEM_WRITE, MEM_READ, ATOMIC -> above4GiB ? FOUR_DW : THREE_DW;
            case MESSAGE -> FOUR_DW;
            case COMPLETION_WITH_DATA, COMPLETION -> THREE_DW;
        };
        return header + (flitMode ? 0 : FRAMING) + (ecrc ? DIGEST : 0);
    }

    /** Bytes on the wire, without ECRC, of a TLP for {@code length} bytes from {@code address} on. */
    public int wireBytes(long address, int length, boolean above4GiB, boolean flitMode) {
        return wireBytes(address, length, above4GiB, flitMode, false);
    }

    /** Bytes on the wire of a TLP for {@code length} bytes from {@code address} on: overhead and data. */
    public int wireBytes(long address, int length, boolean above4GiB, boolean flitMode, boolean ecrc) {
        return overhead(above4GiB, flitMode, ecrc) + dataBytes(address, length);
    }

    /**
     * Bytes of data on the wire, which take flow control credits. Data travels in whole DWs; byte enables say which
     * bytes of the first and the last one count.
     */
    public int dataBytes(long address, int length) {
        return withData() && length > 0 ? (int) (((address & 3) + length + 3) & ~3L) : 0;
    }
}
