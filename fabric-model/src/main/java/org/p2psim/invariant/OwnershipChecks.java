package org.p2psim.invariant;

import com.google.common.collect.ImmutableList;
import java.util.List;
import org.p2psim.address.AddressRange;
import org.p2psim.dmabuf.DmaBuf;
import org.p2psim.dmabuf.ownership.OwnedMemory;

/** What must hold of a device's memory when it changes hands. */
public final class OwnershipChecks {
    private OwnershipChecks() {}

    /**
     * I-23, when somebody has become the owner of a device.
     *
     * @param before the dma-bufs of those who owned it before
     * @param memory what he owns now, physical
     * @param scrubs whether the device claims to clear memory between its users
     */
    public static ImmutableList<Violation> opened(
            List<DmaBuf> before, OwnedMemory owned, AddressRange memory, boolean scrubs) {
        Violations violations = new Violations();
        before.forEach(dmaBuf -> requireGone(violations, dmaBuf));
        violations.require(
                Invariant.ONE_OWNER,
                !scrubs || owned.read(memory).isEmpty(),
                memory.toString(),
                () -> "it holds data of %s".formatted(owned.read(memory)));
        return violations.found();
    }

    /** I-23 of a dma-buf of somebody who owned its device before. */
    public static ImmutableList<Violation> left(DmaBuf dmaBuf) {
        Violations violations = new Violations();
        requireGone(violations, dmaBuf);
        return violations.found();
    }

    private static void requireGone(Violations violations, DmaBuf dmaBuf) {
        violations.require(
                Invariant.ONE_OWNER,
                dmaBuf.life() == DmaBuf.Life.GONE,
                dmaBuf.name(),
                () -> "it lives, and its device has another owner");
    }

    /**
     * I-22, after device memory was freed.
     *
     * @param exported how many dma-bufs showed it before
     */
    public static ImmutableList<Violation> freed(String handle, int exported) {
        Violations violations = new Violations();
        violations.require(
                Invariant.EXPORT_COUNT,
                exported == 0,
                handle,
                () -> "freed while %d dma-buf(s) show it".formatted(exported));
        return violations.found();
    }
}
