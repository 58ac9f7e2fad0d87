package org.p2psim.dmabuf.exporter;

import com.google.common.collect.ImmutableSet;
import org.p2psim.dmabuf.Bug;
import org.p2psim.dmabuf.sgtable.HabanalabsSgTable;
import org.p2psim.platform.KernelFeature;
import org.p2psim.platform.KernelRelease;

/**
 * What the habanalabs exporter of a kernel release does differently.
 *
 * @param sizes what it accepts
 * @param sgTable how it builds tables
 * @param deviceLife what a dma-buf keeps
 * @param bugs those of the release
 */
public record HabanalabsProfile(Sizes sizes, HabanalabsSgTable sgTable, DeviceLife deviceLife, ImmutableSet<Bug> bugs) {
    /** Sizes that may be exported. */
    public enum Sizes {
        /** As posted in September 2021: any size from PAGE_SIZE on. */
        ANY,
        /** 6.7 and later: whole pages. */
        WHOLE_PAGES
    }

    /** What happens when the user closes the device while a dma-buf of his lives. */
    public enum DeviceLife {
        /** As posted: the device's file is released, the context stays, and with it the device. */
        HOLDS_CONTEXT,
        /** 6.2 to 6.4: the same, and the device is reset though its memory is mapped. */
        HOLDS_CONTEXT_AND_RESETS,
        /** 6.5 and later: the dma-buf holds the device's file, which is not released. */
        HOLDS_FILE
    }

    /**
     * Whether it looks at the lower 32 bits of a handle only, and says nothing about the others. From 6.2 on what the
     * user names is a mapped device address, all of whose bits count.
     */
    boolean cutsHandles() {
        return deviceLife == DeviceLife.HOLDS_CONTEXT;
    }

    public static HabanalabsProfile of(KernelRelease release) {
        DeviceLife life = KernelFeature.HABANALABS_RESET_IN_USE.isIn(release)
                ? DeviceLife.HOLDS_CONTEXT_AND_RESETS
                : DeviceLife.HOLDS_CONTEXT;
        return new HabanalabsProfile(
                KernelFeature.HABANALABS_WHOLE_PAGES.isIn(release) ? Sizes.WHOLE_PAGES : Sizes.ANY,
                HabanalabsSgTable.of(release),
                KernelFeature.HABANALABS_HOLDS_FILE.isIn(release) ? DeviceLife.HOLDS_FILE : life,
                bugs(release));
    }

    private static ImmutableSet<Bug> bugs(KernelRelease release) {
        ImmutableSet.Builder<Bug> bugs = ImmutableSet.builder();
        if (!KernelFeature.HABANALABS_PUBLISHES_LAST.isIn(release)) {
            bugs.add(Bug.DESCRIPTOR_PUBLISHED_FIRST);
        }
        if (HabanalabsSgTable.of(release) == HabanalabsSgTable.R2) {
            bugs.add(Bug.PAGE_CURSOR_STALE);
        }
        return bugs.build();
    }
}
