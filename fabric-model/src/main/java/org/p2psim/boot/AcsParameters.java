package org.p2psim.boot;

import org.p2psim.platform.KernelFeature;
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

    static AcsParameters of(KernelRelease release) {
        if (!KernelFeature.CONFIG_ACS_PARAMETER.isIn(release)) {
            return CLEARS_REDIRECT;
        }
        return KernelFeature.ACS_PARAMETERS_FROM_FIRMWARE.isIn(release) ? STARTS_FROM_FIRMWARE : SETS_OTHER_BITS;
    }

    boolean hasConfigAcs() {
        return this != CLEARS_REDIRECT;
    }
}
