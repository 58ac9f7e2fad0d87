package org.p2psim.invariant;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.Optional;
import org.p2psim.address.AddressRange;
import org.p2psim.dmabuf.Attachment;
import org.p2psim.dmabuf.ownership.OwnedMemory;
import org.p2psim.dmabuf.ownership.Owner;

/** What must hold of every DMA that lands. */
public final class LandingChecks {
    private LandingChecks() {}

    /**
     * A DMA that landed at a device that answers.
     *
     * @param mapping {@link Attachment#newestMapping} when its address was taken from the table
     * @param memory where it landed, physical
     * @param peer whether it is memory of another device, and not of the host
     * @param owners {@link OwnedMemory#snapshot} when the table was made; empty if what it landed in was not exported
     */
    public record Landing(
            Attachment attachment,
            long mapping,
            AddressRange memory,
            boolean write,
            boolean peer,
            Optional<OwnedMemory> owners) {
        /** A DMA to a device that is issued now. */
        public static Landing of(Attachment attachment, AddressRange memory, boolean write, OwnedMemory owners) {
            return new Landing(attachment, attachment.newestMapping(), memory, write, true, Optional.of(owners));
        }
    }

    /**
     * I-01, I-02, I-03 and I-15.
     *
     * @param revoked whether a revocation of the buffer has returned and access has not come back
     * @param owned the memory's owners now
     */
    public static ImmutableList<Violation> check(Landing landing, boolean revoked, OwnedMemory owned) {
        Violations violations = new Violations();
        String name = landing.attachment().name();
        violations.require(
                Invariant.NO_WRITE_AFTER_REVOKE,
                !(landing.write() && revoked),
                name,
                () -> "a write after the revocation");
        violations.require(
                Invariant.NO_LANDING_AFTER_UNMAP,
                landing.attachment().holds(landing.mapping()),
                name,
                () -> "a %s through a mapping that was given back".formatted(landing.write() ? "write" : "read"));
        violations.require(
                Invariant.OWNER_AS_MAPPED,
                landing.owners()
                        .filter(then -> owned.ownedAsIn(then, landing.memory()))
                        .isPresent(),
                name,
                () -> "%s %s that %s"
                        .formatted(
                                landing.write() ? "corrupts" : "leaks",
                                landing.memory(),
                                landing.owners().isPresent()
                                        ? "belongs to %s now".formatted(whose(owned.owners(landing.memory())))
                                        : "was not exported"));
        violations.require(
                Invariant.PEER_TO_PEER_ALLOWED,
                landing.attachment().peer2peer() || !landing.peer(),
                name,
                () -> "peer-to-peer DMA without the peer-to-peer flag");
        return violations.found();
    }

    private static String whose(ImmutableSet<Owner> owners) {
        return owners.isEmpty() ? "nobody" : owners.toString();
    }
}
