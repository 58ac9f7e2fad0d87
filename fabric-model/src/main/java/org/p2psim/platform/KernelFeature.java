package org.p2psim.platform;

import java.util.List;

/** Something that came with some mainline release and changes an answer; {@code kernel-features.tsv} says which. */
public enum KernelFeature {
    PEER2PEER_ATTACH,
    NOATS_BLOCKS_TRANSLATED,
    DYNAMIC_DMABUF_MR,
    PINNED_DMABUF_MR,
    HABANALABS_DMABUF,
    HABANALABS_SG_EXPORTED_SIZE,
    HABANALABS_SG_OFFSET,
    HABANALABS_WHOLE_PAGES,
    CONFIG_ACS_PARAMETER,
    ACS_PARAMETERS_FROM_FIRMWARE,
    ACS_WRITTEN_AT_DMA_SETUP,
    DMABUF_POLL_HOLDS_FILE,
    DMABUF_FENCE_USAGE,
    DMABUF_ONE_LOCKING_CONVENTION,
    DMABUF_MAPS_AT_MAP,
    DMABUF_INVALIDATE_MAPPINGS,
    HABANALABS_RESET_IN_USE,
    HABANALABS_HOLDS_FILE,
    HABANALABS_PUBLISHES_LAST,
    VFIO_PCI_DMABUF,
    VFIO_PCI_DMABUF_WAITS,
    DATA_DIRECT_MR,
    REVOCABLE_DMABUF_MR,
    AMDGPU_PINS_VRAM,
    XE_PINS_VRAM,
    PHYS_VEC_WHOLE_PAGES;

    /** The release that brought it. */
    public KernelRelease since() {
        return KernelRelease.parse(row().get(1));
    }

    /** What it is, in words. */
    public String what() {
        return row().get(3);
    }

    public String source() {
        return row().get(4);
    }

    private List<String> row() {
        return RuleTable.rows("kernel-features.tsv").stream()
                .filter(row -> row.get(0).equals(name()))
                .findFirst()
                .orElseThrow();
    }

    /** True if a release has it: mainline, or a stable series that took it. */
    public boolean isIn(KernelRelease release) {
        return era().contains(release);
    }

    /** True if a release is taken to have it only because its stable series took it, at a level that nobody noted. */
    public boolean isTakenIn(KernelRelease release) {
        return isIn(release) && era().levelNotKnown(release);
    }

    private Era era() {
        return Era.parse(row().get(1), "-", row().get(2));
    }
}
