package org.p2psim.invariant;

import com.google.common.collect.ImmutableList;
import org.p2psim.dmabuf.Attachment;
import org.p2psim.dmabuf.importer.Access;
import org.p2psim.dmabuf.importer.MemoryRegion;
import org.p2psim.dmabuf.importer.QueuePair;
import org.p2psim.dmabuf.importer.RdmaNic;
import org.p2psim.dmabuf.importer.WorkCompletion;

/** What must hold of memory regions and queue pairs. */
public final class RegionChecks {
    private RegionChecks() {}

    /** I-06, I-26 and I-32 of every region of a NIC that is registered. */
    public static ImmutableList<Violation> check(RdmaNic nic) {
        return nic.regions().stream()
                .filter(MemoryRegion::isRegistered)
                .flatMap(region -> check(region).stream())
                .collect(ImmutableList.toImmutableList());
    }

    /** The same of one that is registered. */
    public static ImmutableList<Violation> check(MemoryRegion region) {
        Violations violations = new Violations();
        translation(violations, region);
        violations.require(
                Invariant.KEY_RESERVED,
                region.nic()
                        .keys()
                        .holder(region.key())
                        .filter(holder -> !holder.equals(region))
                        .isEmpty(),
                region.name(),
                () -> "its key %d is another region's".formatted(region.key()));
        long size = region.attachment().dmaBuf().size();
        long offset = region.request().offset();
        violations.require(
                Invariant.INSIDE_BUFFER,
                Long.compareUnsigned(offset, size) <= 0
                        && Long.compareUnsigned(region.request().length(), size - offset) <= 0,
                region.name(),
                () -> "it reaches beyond the end of its dma-buf");
        return violations.found();
    }

    private static void translation(Violations violations, MemoryRegion region) {
        Attachment attachment = region.attachment();
        boolean valid = attachment.mappingState() == Attachment.MappingState.VALID
                && region.translation().equals(attachment.mapping().map(region.request()::trimmed));
        violations.require(
                Invariant.TRANSLATION_INSIDE_MAPPING,
                region.translation().isEmpty() || region.state() == MemoryRegion.State.ACTIVE && valid,
                region.name(),
                () -> "the NIC has addresses though the region is %s and its mapping %s"
                        .formatted(region.state(), attachment.mappingState()));
    }

    /** I-09, when a NIC issues DMA through a region. */
    public static ImmutableList<Violation> issue(MemoryRegion region) {
        Violations violations = new Violations();
        violations.require(
                Invariant.NEW_MAPPING_WAITS,
                !region.attachment().isBeingMovedTo(),
                region.name(),
                () -> "DMA is issued before the move is over");
        return violations.found();
    }

    /** I-17, of what a NIC answered to a work request whose region is revoked or whose fault was not resolved. */
    public static ImmutableList<Violation> refused(QueuePair queuePair, Access access) {
        Violations violations = new Violations();
        boolean visible = access instanceof Access.Refused refused
                && refused.completion().status() != WorkCompletion.Status.SUCCESS
                && queuePair.state() == QueuePair.State.ERROR;
        violations.require(
                Invariant.REFUSED_VISIBLY, visible, queuePair.name(), () -> "a revoked region was not refused visibly");
        return violations.found();
    }
}
