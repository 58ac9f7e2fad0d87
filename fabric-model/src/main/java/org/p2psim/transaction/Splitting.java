package org.p2psim.transaction;

/**
 * How a DMA is cut into TLPs: how many bytes the next TLP takes, given what is left. A transfer is walked with it, TLP
 * by TLP; nothing of it is ever listed. Addresses are unsigned.
 */
public final class Splitting {
    /** No memory request crosses a multiple of this (PCIe base specification 2.2.7). */
    public static final int REQUEST_BOUNDARY = 4096;

    private Splitting() {}

    /**
     * Bytes of the next memory request: as much as its limit and the next 4 KiB boundary allow. The limit is one of the
     * Length field, which counts whole DWs (2.2.2).
     *
     * @param max Max_Payload_Size of a write, Max_Read_Request_Size of a read
     */
    public static int nextRequest(long address, long remaining, int max) {
        long toBoundary = REQUEST_BOUNDARY - (address & (REQUEST_BOUNDARY - 1));
        return (int) Math.min(Math.min(remaining, max - withinDw(address)), toBoundary);
    }

    /**
     * Bytes of the next memory request of a function that lets them end at the multiples of their limit.
     *
     * @param max Max_Payload_Size of a write, Max_Read_Request_Size of a read: a power of two up to 4096
     */
    public static int nextAlignedRequest(long address, long remaining, int max) {
        return (int) Math.min(remaining, max - (address & (max - 1)));
    }

    /**
     * Bytes of the next completion of a read, the largest allowed: it takes all that remains if that is no more than
     * {@code mps}, and otherwise ends on the last multiple of the Read Completion Boundary within it (PCIe base
     * specification 2.3.1.1).
     *
     * @param rcb a power of two, at most {@code mps}
     */
    public static int nextCompletion(long address, long remaining, int rcb, int mps) {
        if (withinDw(address) + remaining <= mps) {
            return (int) remaining;
        }
        return mps - (int) ((address + mps) & (rcb - 1));
    }

    /** Bytes of its first DW that a TLP leaves out. */
    private static int withinDw(long address) {
        return (int) (address & 3);
    }

    /**
     * Bytes of the next part of a TLP that a root complex forwards in smaller ones: a TLP that fits stays whole, any
     * other is cut at the multiples of {@code max}.
     *
     * @param max a power of two
     */
    public static int nextPart(long address, long remaining, int max) {
        return nextCompletion(address, remaining, max, max);
    }
}
