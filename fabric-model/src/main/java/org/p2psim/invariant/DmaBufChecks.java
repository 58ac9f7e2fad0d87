package org.p2psim.invariant;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.Iterables;
import org.p2psim.dmabuf.Attachment;
import org.p2psim.dmabuf.Attachment.MappingState;
import org.p2psim.dmabuf.DmaBuf;
import org.p2psim.dmabuf.FenceUsage;

/** What must hold of a dma-buf and its attachments after every operation. */
public final class DmaBufChecks {
    private DmaBufChecks() {}

    /** I-04, I-05, I-16, I-33 and I-34. */
    public static ImmutableList<Violation> check(DmaBuf dmaBuf) {
        Violations violations = new Violations();
        boolean live = dmaBuf.life() == DmaBuf.Life.LIVE;
        int holders = dmaBuf.attachments().size() + (dmaBuf.hasDescriptor() ? 1 : 0);
        violations.require(
                Invariant.ATTACHED_MEANS_REFERENCED,
                dmaBuf.references() >= holders,
                dmaBuf.name(),
                () -> "%d reference(s), %d holder(s)".formatted(dmaBuf.references(), holders));
        violations.require(
                Invariant.CPU_BALANCED,
                live
                        || dmaBuf.cpuAccess().vmaps() == 0
                                && dmaBuf.cpuAccess().brackets() == 0
                                && !dmaBuf.poll().hasCallback(),
                dmaBuf.name(),
                () -> "released while the CPU uses it");
        for (Attachment attachment : dmaBuf.attachments()) {
            violations.require(
                    Invariant.RELEASED_UNMAPPED,
                    live || attachment.mappingState() == MappingState.NONE,
                    attachment.name(),
                    () -> "mapped while its dma-buf is " + dmaBuf.life());
            addReach(violations, attachment);
            addPins(violations, attachment);
        }
        for (Attachment attachment : dmaBuf.abandoned()) {
            violations.require(
                    Invariant.RELEASED_UNMAPPED, false, attachment.name(), () -> "mapped though it is detached");
        }
        return violations.found();
    }

    private static void addReach(Violations violations, Attachment attachment) {
        boolean fixed = !attachment.importer().dynamic();
        violations.require(
                Invariant.STATIC_WITHOUT_PEERS,
                !fixed || !attachment.peer2peer(),
                attachment.name(),
                () -> "a static importer has the peer-to-peer flag");
        violations.require(
                Invariant.STATIC_WITHOUT_PEERS,
                !fixed
                        || !attachment.isMappedAtExporter()
                        || !attachment.dmaBuf().exporter().showsPeerMemory(),
                attachment.name(),
                () -> "a static importer has a table of a peer's memory");
        violations.require(
                Invariant.STATIC_WITHOUT_PEERS,
                attachment.importer().doesDma(),
                attachment.name(),
                () -> "attached though its device does no DMA");
    }

    private static void addPins(Violations violations, Attachment attachment) {
        violations.require(
                Invariant.PINS_BALANCED,
                attachment.pins() >= 0,
                attachment.name(),
                () -> "unpinned more often than it was pinned");
    }

    /** I-04 and I-16 of an attachment that was detached. */
    public static ImmutableList<Violation> detached(Attachment attachment) {
        Violations violations = new Violations();
        violations.require(
                Invariant.PINS_BALANCED,
                attachment.pins() == 0,
                attachment.name(),
                () -> "detached with a pin count of %d".formatted(attachment.pins()));
        violations.require(
                Invariant.RELEASED_UNMAPPED,
                attachment.mappingState() == MappingState.NONE,
                attachment.name(),
                () -> "detached while it is mapped");
        return violations.found();
    }

    /** I-09, when an importer's device issues DMA through what it has mapped: a driver waits for a copy itself. */
    public static ImmutableList<Violation> issue(Attachment attachment) {
        Violations violations = new Violations();
        violations.require(
                Invariant.NEW_MAPPING_WAITS,
                !attachment.isBeingMovedTo(),
                attachment.name(),
                () -> "DMA is issued before the move is over");
        return violations.found();
    }

    /**
     * I-10, at the moment when the memory that a buffer showed is cleared, given to somebody else or re-used.
     *
     * @param revoked whether access was revoked, and not only the buffer moved: then importers must have unmapped
     */
    public static ImmutableList<Violation> reuse(DmaBuf dmaBuf, boolean revoked) {
        Violations violations = new Violations();
        violations.require(
                Invariant.REUSE_WAITS,
                dmaBuf.reservation().pending(FenceUsage.BOOKKEEP).isEmpty(),
                dmaBuf.name(),
                () -> "its memory is re-used before its fences are signalled");
        for (Attachment attachment : Iterables.concat(dmaBuf.attachments(), dmaBuf.abandoned())) {
            violations.require(
                    Invariant.REUSE_WAITS,
                    !revoked || attachment.mappingState() == MappingState.NONE,
                    attachment.name(),
                    () -> "the memory is re-used while it is mapped");
        }
        return violations.found();
    }
}
