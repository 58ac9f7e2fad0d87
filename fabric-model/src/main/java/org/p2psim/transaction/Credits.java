package org.p2psim.transaction;

/**
 * What the receiver of a link advertises at flow control initialisation, for one virtual channel: headers, and data in
 * units of 16 bytes, of each class of TLP (PCIe base specification 5.0, 2.6.1). A TLP takes one header unit and
 * {@link #dataUnits} of data. Each pool is positive or {@link #INFINITE}.
 *
 * <p>Completion credits are infinite by the standard at endpoints, and at root complexes that do not support
 * peer-to-peer traffic between all root ports: they must have room for the completions of whatever they request.
 * Switches and other root complexes advertise what they have. On the wire infinite is a zero.
 *
 * @param ph posted headers
 * @param pd posted data
 * @param nph non-posted headers
 * @param npd non-posted data
 * @param cplh completion headers
 * @param cpld completion data
 */
public record Credits(int ph, int pd, int nph, int npd, int cplh, int cpld) {
    /** A pool that never holds the transmitter up. */
    public static final int INFINITE = -1;

    /** Bytes of a data unit: four DWs. */
    public static final int DATA_UNIT = 16;

    /** Ports of switches, and root ports, of the simulated fabric of cocotbext-pcie (core/bridge.py). */
    public static final Credits SWITCH_PORT = new Credits(64, 1024, 64, 64, 64, 1024);

    /** Devices of cocotbext-pcie (core/device.py). */
    public static final Credits ENDPOINT = new Credits(64, 1024, 64, 64, INFINITE, INFINITE);

    /**
     * The x16 port of Intel's R-Tile (Gen5) as an endpoint or root port: R-Tile Avalon Streaming FPGA IP for PCI
     * Express user guide, 683501, "RX Flow Control Interface".
     */
    public static final Credits R_TILE_ENDPOINT = new Credits(784, 1456, 784, 392, INFINITE, INFINITE);

    /** The same port as the upstream or downstream port of a switch; same table. */
    public static final Credits R_TILE_SWITCH_PORT = new Credits(784, 1456, 784, 392, 1024, 2816);

    /**
     * @throws IllegalArgumentException if a pool has no unit: such a receiver could never take a TLP of the class
     */
    public Credits {
        atLeast("posted header", ph, 1);
        atLeast("posted data", pd, 1);
        atLeast("non-posted header", nph, 1);
        atLeast("non-posted data", npd, 1);
        atLeast("completion header", cplh, 1);
        atLeast("completion data", cpld, 1);
    }

    /**
     * Data units that so many bytes take.
     *
     * @param payloadBytes data of one TLP on the wire ({@link TlpKind#dataBytes}), not negative
     */
    public static int dataUnits(int payloadBytes) {
        if (payloadBytes < 0) {
            throw new IllegalArgumentException("a TLP with %d bytes of data".formatted(payloadBytes));
        }
        return payloadBytes / DATA_UNIT + (payloadBytes % DATA_UNIT == 0 ? 0 : 1);
    }

    /** Header units for a class. */
    public int headers(TlpClass tlpClass) {
        return switch (tlpClass) {
            case POSTED -> ph;
            case NON_POSTED -> nph;
            case COMPLETION -> cplh;
        };
    }

    /** Data units for a class. */
    public int data(TlpClass tlpClass) {
        return switch (tlpClass) {
            case POSTED -> pd;
            case NON_POSTED -> npd;
            case COMPLETION -> cpld;
        };
    }

    /**
     * Checks that a TLP of the largest size fits: the minimum advertisement is one unit of every pool, and a payload
     * of posted data and of completion data (table 2-44 of the specification 5.0). Receivers of AtomicOps need two
     * units of non-posted data, for a CAS of 128 bits; that is not asked of all here.
     *
     * @param mps Max_Payload_Size of the receiver, bytes
     * @throws IllegalArgumentException naming the pool that is too small, and what it takes
     */
    public void requireMinimum(int mps) {
        atLeast("posted data", pd, dataUnits(mps));
        atLeast("completion data", cpld, dataUnits(mps));
    }

    private static void atLeast(String pool, int units, int minimum) {
        if (units != INFINITE && units < minimum) {
            throw new IllegalArgumentException(
                    "%s credits must be %d or more, or infinite, not %d".formatted(pool, minimum, units));
        }
    }
}
