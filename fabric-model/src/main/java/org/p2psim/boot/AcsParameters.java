package org.p2psim.boot;

import org.p2psim.platform.KernelRelease;

/** How a kernel release takes {@code pci=disable_acs_redir=} and {@code pci=config_acs=} (drivers/pci/pci.c). */
enum AcsParameters {
    /** 4.19 to 6.10: the redirect bits are cleared from the word so far; there is no {@code config_acs}. */
    CLEARS_REDIRECT,
    /**
     * 6.11 until the fix: the redirect bits fall back to the firmware's and every other bit is set; of {@code
     * config_acs} only the first entry is read.
     */
    SETS_OTHER_BITS,
    /** 6.15 and stable series that took the fix: the firmware's word without its redirect bits. */
    STARTS_FROM_FIRMWARE;

    private static final KernelRelease CONFIG_ACS = KernelRelease.parse("6.11");
    private static final KernelRelease FIX = KernelRelease.parse("6.15");
    /** Seen in 6.12.107; the patch level that brought it is not known. */
    private static final KernelRelease FIXED_SERIES = KernelRelease.parse("6.12");

    static AcsParameters of(KernelRelease release) {
        if (!release.atLeast(CONFIG_ACS)) {
            return CLEARS_REDIRECT;
        }
        boolean fixedInStable = release.sameSeries(FIXED_SERIES) && release.subLevel() > 0;
        return release.atLeast(FIX) || fixedInStable ? STARTS_FROM_FIRMWARE : SETS_OTHER_BITS;
    }

    boolean hasConfigAcs() {
        return this != CLEARS_REDIRECT;
    }
}
