package org.p2psim.dmabuf;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * Something that a driver did wrong, or a defence that it does not have: a switch, so that a run can show what follows.
 * Each is looked at in the one place that it changes. A kernel has none unless it is given some.
 */
public enum Bug {
    REVOKED_INVERTED(
            "vfio-pci RFC of August 2022, R1",
            "revoked is initialised to \"memory enabled\", and mapping is refused when it is not set",
            "exports a BAR through vfio-pci"),
    BAR_INDEX_NOT_STORED(
            "vfio-pci RFC of August 2022, R2; found by Yan Zhao",
            "the index of the BAR stays 0, so that another BAR's slice maps BAR 0",
            "exports another BAR than 0 through vfio-pci as posted in 2022"),
    ORIG_NENTS_NOT_RESTORED(
            "vfio-pci RFC of August 2022, R3; found by Oded Gabbay",
            "a table is freed while its orig_nents is 0, so that its entries leak",
            "gives a table of vfio-pci as posted in 2022 back"),
    OFFSET_OF_32_BITS(
            "vfio-pci RFC of August 2022, R4",
            "the offset of a slice has 32 bits, so that none begins at 4 GiB or above",
            "exports a slice that begins at 4 GiB or above, as posted in 2022"),
    OFFSET_WITHOUT_LENGTH(
            "vfio-pci RFC of August 2022, R5",
            "an offset without a length is taken: a dma-buf of no bytes",
            "exports an offset without a length, as posted in 2022"),
    DEVICE_USED_AFTER_CLOSE(
            "vfio-pci RFC of August 2022, R6",
            "attach and map use the device pointer that close has cleared",
            "attaches to or maps what vfio-pci as posted in 2022 exported before its device was closed"),
    DESCRIPTOR_FAILURE_LEAKS(
            "vfio-pci RFC of August 2022, R7",
            "without a free descriptor the dma-buf and its device reference are leaked",
            "exports through vfio-pci as posted in 2022 without a free descriptor"),
    SEGMENT_SIZE_TAKEN_RAW(
            "vfio-pci RFC of August 2022, R8",
            "tables are cut at the importer's largest segment, whole pages or not",
            "maps a BAR of vfio-pci as posted in 2022"),
    DISABLED_BEFORE_REVOKED(
            "vfio-pci until 2026, R9",
            "close disables the function first and revokes its dma-bufs then",
            "closes a vfio-pci device"),
    DESCRIPTOR_FAILURE_PUTS_TWICE(
            "vfio-pci 6.19",
            "without a free descriptor the dma-buf is put, and its registration dropped a second time",
            "exports through vfio-pci without a free descriptor"),
    MAPPINGS_PUT_TWICE(
            "vfio-pci 7.1-rc",
            "close drops the count of mappings again if the dma-buf is revoked already, and waits for ever",
            "closes a vfio-pci device whose dma-buf is revoked already"),
    UNMAP_WAIT_TIMES_OUT(
            "vfio-pci as first posted for 7.1",
            "the wait for importers to unmap gives up after a second, and the reset comes whoever has a mapping",
            "revokes a dma-buf with a vfio-pci that waits for unmaps"),
    CUT_AT_UINT_MAX(
            "dma-buf of 6.19 to 7.2.7 (dma_buf_phys_vec_to_sgt())",
            "vfio-pci's tables are cut at 2^32 - 1 bytes and, behind an IOVA, counted in 32 bits: from 4 GiB on entries are"
                    + " not page aligned, or empty",
            "maps 4 GiB or more that vfio-pci exports"),
    PIN_OP_FORGOTTEN(
            "vfio-pci 6.19-rc",
            "there is no pin callback, so that importers that cannot be revoked pin successfully",
            "exports through a vfio-pci that refuses pins"),
    DESCRIPTOR_PUBLISHED_FIRST(
            "habanalabs v6 of September 2021 until 6.17",
            "the descriptor is installed before the context is referenced",
            "exports memory of a habanalabs device"),
    PAGE_CURSOR_STALE(
            "habanalabs since 6.7; found by running its builder of tables on vectors",
            "the builder stays on the page at whose end an entry ends, so that a table shows pages that are not exported",
            "maps a dma-buf of habanalabs 6.7 or later"),
    NO_CONTEXT_REFERENCE(
            "counterfactual",
            "an export does not keep the context of the user who made it",
            "exports memory of a habanalabs device"),
    NO_SCRUB(
            "counterfactual",
            "device memory is not cleared between its users though the option is on",
            "has a habanalabs device change hands that clears its memory"),
    NO_FENCE_WAIT(
            "counterfactual",
            "a dynamic importer does not wait for the fences of a move before it uses a table",
            "waits for fences before it uses a table"),
    NO_OWNER_REFERENCE(
            "counterfactual",
            "what cannot be revoked does not keep its owner (drm_master model)",
            "holds anything of a DRM master that cannot be revoked"),
    PINNED_UNPINNED_TWICE(
            "RDMA umem until early 2026",
            "a mapping that fails after a pin unpins twice on its way out",
            "fails to map after a pin"),
    KEY_FREED_BEFORE_NOTIFY(
            "mlx5 until 2025",
            "deregistration frees the key without the lock that notifications hold",
            "deregisters a memory region"),
    KEY_NOT_RESERVED(
            "counterfactual, the objection of 2021",
            "the key number of a revoked region is free at once",
            "revokes a memory region"),
    NEVER_UNMAPS(
            "counterfactual",
            "an importer with a callback keeps its mapping when it is notified",
            "notifies an importer whose driver unmaps by itself"),
    UNMAPS_WITH_DMA_IN_FLIGHT(
            "counterfactual",
            "an importer gives a mapping back while its DMA is on the way",
            "unmaps while DMA is on the way"),
    DYNAMIC_HANDED_PINNED_VRAM(
            "amdgpu since 6.15",
            "a dynamic importer without peer-to-peer is handed VRAM that another importer has pinned",
            "maps pinned VRAM for an importer without peer-to-peer"),
    UNPREDICTABLE_P2P_MAP(
            "counterfactual",
            "a p2p_map fails though it worked before and nothing has changed",
            "repeats a p2p_map that worked"),
    INVERTED_REGION_LOCK(
            "the lock inversion argued about in 2021",
            "a region has a lock of its own, which registration and faults take before dma_resv",
            "registers a memory region");

    private final String source;
    private final String effect;
    private final String reachedBy;

    Bug(String source, String effect, String reachedBy) {
        this.source = source;
        this.effect = effect;
        this.reachedBy = reachedBy;
    }

    /** As a scenario and a command line call it: {@code no-scrub}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The one that is called so. */
    public static Optional<Bug> named(String word) {
        return Arrays.stream(values()).filter(bug -> bug.word().equals(word)).findFirst();
    }

    /** Who had it, and who found it. */
    public String source() {
        return source;
    }

    /** What it does, in a sentence. */
    public String effect() {
        return effect;
    }

    /** What somebody must do for it to matter: "closes a vfio-pci device". */
    public String reachedBy() {
        return reachedBy;
    }
}
