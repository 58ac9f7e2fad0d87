package org.p2psim.dmabuf.exporter;

import org.p2psim.dmabuf.sgtable.HabanalabsSgTable;
import org.p2psim.platform.KernelFeature;
import org.p2psim.platform.KernelRelease;

/**
 * What the habanalabs exporter of a kernel release does differently.
 *
 * @param sizes what it accepts
 * @param sgTable how it builds tables
 */
public record HabanalabsProfile(Sizes sizes, HabanalabsSgTable sgTable) {
    /** Sizes that may be exported. */
    public enum Sizes {
        /** As posted in September 2021: any size from PAGE_SIZE on. */
        ANY,
        /** 6.7 and later: whole pages. */
        WHOLE_PAGES
    }

    public static HabanalabsProfile of(KernelRelease release) {
        return new HabanalabsProfile(
                KernelFeature.HABANALABS_WHOLE_PAGES.isIn(release) ? Sizes.WHOLE_PAGES : Sizes.ANY,
                HabanalabsSgTable.of(release));
    }
}
