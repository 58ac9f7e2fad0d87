package org.p2psim.run.pciebench;

import org.p2psim.scenario.evidence.TimingRow.BenchRun;
import org.p2psim.scenario.evidence.TimingRow.Operation;

/**
 * What the last-level cache has of a window: all that fits, and of what does not fit a part, since what is used at random
 * displaces itself. The device may fill a share of the ways only (DDIO). Which lines these are follows from their
 * addresses.
 *
 * @param share of the window that the cache has, 0 to 1
 */
record CacheState(double share) {
    /** Of the lines that would fit, those that are found when the window is larger than that. */
    private static final double LEFT = 0.3;

    /** What the device may fill: 1/6 and not 2 of 20 ways, as the measured windows show. */
    private static final int DEVICE_SHARE = 6;

    private static final int LINE_SHIFT = 6;
    private static final long GOLDEN_RATIO = 0x9e3779b97f4a7c15L;

    static CacheState of(HostParameters host, BenchRun run) {
        boolean writesFirst = run.operation() == Operation.WRITE_THEN_READ;
        long device = host.llc() / DEVICE_SHARE;
        return switch (run.cache()) {
            case HOST_WARM -> fitting(writesFirst ? device : host.llc(), run.window());
            case DEVICE_WARM -> fitting(device, run.window());
            case COLD, DEVICE_THRASHED -> writesFirst ? fitting(device, run.window()) : new CacheState(0);
        };
    }

    private static CacheState fitting(long bytes, long window) {
        return new CacheState(window <= bytes ? 1 : LEFT * bytes / window);
    }

    boolean has(long address) {
        return share >= 1 || ((address >>> LINE_SHIFT) * GOLDEN_RATIO >>> 1) < share * Long.MAX_VALUE;
    }
}
