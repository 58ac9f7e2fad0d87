package org.p2psim.invariant;

import static org.p2psim.invariant.Invariant.Needs.NETWORK;
import static org.p2psim.invariant.Invariant.Needs.STATE;
import static org.p2psim.invariant.Invariant.Needs.TIME;
import static org.p2psim.invariant.Invariant.Severity.CORRECTNESS;
import static org.p2psim.invariant.Invariant.Severity.DISCIPLINE;
import static org.p2psim.invariant.Invariant.Severity.LIVENESS;
import static org.p2psim.invariant.Invariant.Severity.SECURITY;

/** The catalogue of invariants, with the numbers that reports and scenarios use. */
public enum Invariant {
    NO_WRITE_AFTER_REVOKE(
            "I-01", SECURITY, NETWORK, "No write lands in a dma-buf after its revocation returned", "LandingChecks"),
    NO_LANDING_AFTER_UNMAP(
            "I-02", SECURITY, NETWORK, "No DMA lands through a mapping after it was unmapped", "LandingChecks"),
    OWNER_AS_MAPPED(
            "I-03",
            SECURITY,
            NETWORK,
            "Every byte that a DMA lands in belongs to whom it belonged to when it was mapped",
            "LandingChecks"),
    RELEASED_UNMAPPED(
            "I-04",
            SECURITY,
            STATE,
            "No importer has a mapping of a dma-buf that is released, or that it is detached from",
            "DmaBufChecks"),
    ATTACHED_MEANS_REFERENCED(
            "I-05",
            CORRECTNESS,
            STATE,
            "An attached dma-buf has a reference; its references are at least its holders",
            "DmaBufChecks"),
    TRANSLATION_INSIDE_MAPPING(
            "I-06",
            SECURITY,
            STATE,
            "A NIC has addresses of a region's valid mapping only, and none while it is zapped or revoked",
            "RegionChecks"),
    NO_MAPPING_WHILE_REVOKED(
            "I-07", CORRECTNESS, STATE, "Nothing is mapped between a revocation and its end", "VfioChecks"),
    USABLE_WHEN_ENABLED(
            "I-08",
            CORRECTNESS,
            STATE,
            "A restored dma-buf is usable if memory is enabled, and one revoked for ever never is",
            "VfioChecks"),
    NEW_MAPPING_WAITS(
            "I-09",
            CORRECTNESS,
            STATE,
            "A mapping that was made after a move is used only when the copy is over",
            "RegionChecks, DmaBufChecks"),
    REUSE_WAITS(
            "I-10",
            SECURITY,
            TIME,
            "Old memory is used for something else only when its fences are signalled, and after a revocation when it"
                    + " is unmapped, too",
            "DmaBufChecks, GpuChecks"),
    TABLE_COVERS_EXPORT(
            "I-11",
            CORRECTNESS,
            STATE,
            "A scatter/gather table covers the exported range exactly, no byte twice",
            "the run's table checks"),
    TABLE_INSIDE_EXPORT(
            "I-12",
            SECURITY,
            STATE,
            "Every entry of a scatter/gather table lies inside the exported range and the exporter's BAR",
            "the run's table checks"),
    ENTRIES_FIT_IMPORTER(
            "I-13",
            CORRECTNESS,
            STATE,
            "Every table entry is page aligned, not empty, and not longer than the importer takes",
            "the run's table checks"),
    TABLES_FREED("I-14", CORRECTNESS, STATE, "Every table is freed with all of its entries", "KernelChecks"),
    PEER_TO_PEER_ALLOWED(
            "I-15",
            SECURITY,
            NETWORK,
            "Only an attachment with the peer-to-peer flag set is handed peer addresses, and used for peer-to-peer DMA",
            "LandingChecks"),
    PINS_BALANCED("I-16", CORRECTNESS, STATE, "Each pin is undone exactly once", "DmaBufChecks"),
    REFUSED_VISIBLY(
            "I-17",
            CORRECTNESS,
            TIME,
            "Every work request that uses a revoked region completes with an error, and its queue pair is in error",
            "RegionChecks"),
    PINNED_STAYS("I-18", SECURITY, STATE, "Pinned memory does not move", "GpuChecks"),
    NOTIFIED_ONCE(
            "I-19",
            CORRECTNESS,
            STATE,
            "Every revocation, restoration and move notifies each attachment with a callback exactly once, by the time it"
                    + " is over, and none that is detached or released",
            "NotificationChecks"),
    LOCKED_WHERE_NEEDED(
            "I-20", DISCIPLINE, STATE, "The reservation is held to pin, map, vmap and notify", "KernelChecks"),
    UNLOCKED_WHERE_NEEDED(
            "I-21",
            DISCIPLINE,
            STATE,
            "The reservation is not held to attach, detach, get, put and access",
            "KernelChecks"),
    EXPORT_COUNT("I-22", CORRECTNESS, STATE, "Exported device memory is not freed", "OwnershipChecks"),
    ONE_OWNER(
            "I-23",
            SECURITY,
            STATE,
            "A device has no new owner while a dma-buf of the last one lives, and its memory is cleared if that was"
                    + " asked for",
            "OwnershipChecks"),
    REVOKE_ENDS("I-24", LIVENESS, TIME, "A revocation ends if every importer can follow it", "KernelChecks"),
    LIVE_KEYS_ONLY("I-25", CORRECTNESS, STATE, "A NIC is told to zap keys that are live only", "KernelChecks"),
    KEY_RESERVED("I-26", SECURITY, STATE, "The key of a revoked region is not given to another", "RegionChecks"),
    REVOKED_MEANS_DISABLED(
            "I-27",
            CORRECTNESS,
            STATE,
            "Outside of memory_lock, a dma-buf of an open vfio device is revoked exactly while memory is disabled",
            "VfioChecks"),
    SET_RESET_TOGETHER(
            "I-28",
            CORRECTNESS,
            STATE,
            "Every dma-buf of a device set is revoked before a hot reset begins, and none restored before it ends",
            "VfioChecks"),
    REGISTRATIONS_COUNTED(
            "I-29", CORRECTNESS, STATE, "A vfio device has a reference for each of its dma-bufs", "VfioChecks"),
    LOCK_ORDER("I-30", DISCIPLINE, STATE, "Locks are taken in one order", "KernelChecks"),
    PUBLISHED_LAST(
            "I-31", CORRECTNESS, STATE, "An export touches nothing after its descriptor is installed", "KernelChecks"),
    INSIDE_BUFFER("I-32", CORRECTNESS, STATE, "A region lies inside of its dma-buf", "RegionChecks"),
    CPU_BALANCED(
            "I-33",
            CORRECTNESS,
            STATE,
            "Mappings into kernel memory, CPU accesses and callbacks of poll have ended at release",
            "DmaBufChecks"),
    STATIC_WITHOUT_PEERS(
            "I-34",
            CORRECTNESS,
            STATE,
            "Static importers never get a table of a peer's memory, and what does no DMA is never attached",
            "DmaBufChecks"),
    PREDICTABLE(
            "I-35",
            CORRECTNESS,
            NETWORK,
            "A p2p_map that worked works again, and what was invalidated is used no more",
            "GpuChecks"),
    PINNED_CHARGED(
            "I-36",
            CORRECTNESS,
            STATE,
            "A GPU driver counts the bytes of a buffer as pinned once, for as long as anybody pins it",
            "GpuChecks"),
    GPU_PLACED(
            "I-37",
            CORRECTNESS,
            STATE,
            "A GPU's buffer is in system memory or in the visible VRAM, as its importers need it",
            "GpuChecks"),
    NOTHING_LEAKED("I-38", LIVENESS, TIME, "When every user handle is closed, every count is 0", "KernelChecks");

    /** What a violation is. */
    public enum Severity {
        SECURITY,
        CORRECTNESS,
        LIVENESS,
        DISCIPLINE
    }

    /** What a check needs beside the objects of the model. */
    public enum Needs {
        /** Nothing: it can be made after every operation. */
        STATE,
        /** When something happens, or that nothing happens any more: whoever runs the model asks at that moment. */
        TIME,
        /** DMA that lands: whoever runs the model tells of each. */
        NETWORK
    }

    private final String id;
    private final Severity severity;
    private final Needs needs;
    private final String statement;
    private final String checkedBy;

    Invariant(String id, Severity severity, Needs needs, String statement, String checkedBy) {
        this.id = id;
        this.severity = severity;
        this.needs = needs;
        this.statement = statement;
        this.checkedBy = checkedBy;
    }

    public String id() {
        return id;
    }

    public Severity severity() {
        return severity;
    }

    public Needs needs() {
        return needs;
    }

    public String statement() {
        return statement;
    }

    /** The class that has the check. */
    public String checkedBy() {
        return checkedBy;
    }
}
