package org.p2psim.platform;

import java.util.List;

/** Something that a timeline may use and that came with some mainline release; {@code kernel-features.tsv} says which. */
public enum KernelFeature {
    PEER2PEER_ATTACH,
    DYNAMIC_DMABUF_MR,
    PINNED_DMABUF_MR,
    HABANALABS_DMABUF;

    /** The release that brought it. */
    public KernelRelease since() {
        return KernelRelease.parse(row().get(1));
    }

    /** What it is, in words. */
    public String what() {
        return row().get(2);
    }

    public String source() {
        return row().get(3);
    }

    private List<String> row() {
        return RuleTable.rows("kernel-features.tsv").stream()
                .filter(row -> row.get(0).equals(name()))
                .findFirst()
                .orElseThrow();
    }

    /** True if mainline has it in a release. */
    public boolean isIn(KernelRelease release) {
        return release.atLeast(since());
    }
}
