package org.p2psim.invariant;

import com.google.common.collect.ImmutableList;
import java.util.List;
import org.p2psim.dmabuf.Attachment;
import org.p2psim.dmabuf.DmaBuf;
import org.p2psim.dmabuf.exporter.VfioPci;

/** What must hold of a vfio-pci device while no event of it is under way. */
public final class VfioChecks {
    private VfioChecks() {}

    /** I-07, I-08, I-27 and I-29. */
    public static ImmutableList<Violation> check(VfioPci device) {
        Violations violations = new Violations();
        for (DmaBuf dmaBuf : device.dmaBufs()) {
            boolean revoked = device.isRevoked(dmaBuf);
            violations.require(
                    Invariant.REVOKED_MEANS_DISABLED,
                    revoked != device.isMemoryEnabled(),
                    dmaBuf.name(),
                    () -> "memory is %s and mapping is %s"
                            .formatted(
                                    device.isMemoryEnabled() ? "enabled" : "disabled",
                                    revoked ? "refused" : "allowed"));
            violations.require(
                    Invariant.USABLE_WHEN_ENABLED,
                    !(revoked && device.isMemoryEnabled()),
                    dmaBuf.name(),
                    () -> "memory is enabled and nothing can be mapped");
            violations.require(
                    Invariant.NO_MAPPING_WHILE_REVOKED,
                    device.isMemoryEnabled()
                            || dmaBuf.attachments().stream()
                                    .allMatch(each -> each.mappingState() != Attachment.MappingState.VALID),
                    dmaBuf.name(),
                    () -> "mapped while memory is disabled");
        }
        int counted = device.dmaBufs().size() + (device.isHeld() ? 1 : 0);
        violations.require(
                Invariant.REGISTRATIONS_COUNTED,
                device.registrations() == counted,
                device.name(),
                () -> "%d reference(s) for %d holder(s)".formatted(device.registrations(), counted));
        return violations.found();
    }

    /** I-29 of a device that is being closed, when nothing can happen any more. */
    public static ImmutableList<Violation> stuck(VfioPci device) {
        Violations violations = new Violations();
        violations.require(
                Invariant.REGISTRATIONS_COUNTED,
                device.isOpen() || !device.isHeld(),
                device.name(),
                () -> "closed, and %d reference(s) are never dropped".formatted(device.registrations()));
        return violations.found();
    }

    /** I-28, at the moment when a reset of a set begins, and as long as it lasts; of buffers that have a reference. */
    public static ImmutableList<Violation> underReset(List<VfioPci> devices) {
        Violations violations = new Violations();
        for (VfioPci device : devices) {
            for (DmaBuf dmaBuf : device.dmaBufs()) {
                violations.require(
                        Invariant.SET_RESET_TOGETHER,
                        dmaBuf.isReleased() || device.isRevoked(dmaBuf),
                        dmaBuf.name(),
                        () -> "%s is being reset, and mapping is allowed".formatted(device.name()));
            }
        }
        return violations.found();
    }

    /** I-08 of a dma-buf whose device was closed. */
    public static ImmutableList<Violation> orphan(VfioPci device, DmaBuf dmaBuf) {
        Violations violations = new Violations();
        violations.require(
                Invariant.USABLE_WHEN_ENABLED,
                device.isOrphan(dmaBuf) && device.isRevoked(dmaBuf),
                dmaBuf.name(),
                () -> "usable though its device was closed");
        return violations.found();
    }
}
