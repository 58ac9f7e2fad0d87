package org.p2psim.dmabuf.exporter;

import org.p2psim.platform.KernelRelease;

/** What the habanalabs exporter of a kernel release checks differently. */
public enum HabanalabsProfile {
    /** As posted in September 2021: any size from PAGE_SIZE on. */
    ANY_SIZE,
    /** About 6.5 and later (by date of the commit): sizes are whole pages. */
    SIZE_IN_PAGES;

    private static final KernelRelease PAGES_ONLY = KernelRelease.parse("6.5");

    public static HabanalabsProfile of(KernelRelease release) {
        return release.atLeast(PAGES_ONLY) ? SIZE_IN_PAGES : ANY_SIZE;
    }
}
