package org.p2psim.dmabuf.exporter;

import org.p2psim.platform.KernelFeature;
import org.p2psim.platform.KernelRelease;

/** What the habanalabs exporter of a kernel release checks differently. */
public enum HabanalabsProfile {
    /** As posted in September 2021: any size from PAGE_SIZE on. */
    ANY_SIZE,
    /** About 6.5 and later (by date of the commit): sizes are whole pages. */
    SIZE_IN_PAGES;

    public static HabanalabsProfile of(KernelRelease release) {
        return KernelFeature.HABANALABS_WHOLE_PAGES.isIn(release) ? SIZE_IN_PAGES : ANY_SIZE;
    }
}
