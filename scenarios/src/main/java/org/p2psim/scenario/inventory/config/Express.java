package org.p2psim.scenario.inventory.config;

import java.util.Optional;
import java.util.OptionalInt;
import org.p2psim.topology.Link;
import org.p2psim.topology.PortType;

/**
 * The PCI Express capability.
 *
 * @param type empty if the number is none that the specification gives
 * @param mps Max_Payload_Size in force, bytes
 * @param mrrs Max_Read_Request_Size in force, bytes
 */
public record Express(
        Optional<PortType> type,
        Optional<Link> linkCapability,
        Optional<Link> linkStatus,
        OptionalInt mps,
        OptionalInt mrrs) {
    /** This capability, and another reading of it for what is missing here. */
    public Express or(Express other) {
        return new Express(
                type.or(() -> other.type),
                linkCapability.or(() -> other.linkCapability),
                linkStatus.or(() -> other.linkStatus),
                mps.isPresent() ? mps : other.mps,
                mrrs.isPresent() ? mrrs : other.mrrs);
    }
}
