package org.p2psim.practice;

import java.util.Optional;
import java.util.OptionalInt;
import org.p2psim.address.Bdf;
import org.p2psim.address.DeviceId;
import org.p2psim.topology.Acs;

/**
 * What the check looks at in one PCI function.
 *
 * @param id {@link DeviceId#NOT_KNOWN} if it was not captured
 * @param classCode base class, subclass and programming interface: 0 to 0xffffff
 * @param bridge whether it is a PCI-to-PCI bridge; counts only without a class code
 * @param upstreamBridge the bridge above, even if the machine does not list it; empty on a root bus
 * @param acs empty if it is known to have no ACS capability; {@link Acs#NOT_KNOWN} if that was not captured
 * @param ats whether it has an ATS capability, on or off; empty if that was not captured
 * @param iommuGroup the number of its IOMMU group; see {@link RdmaMachine#captured()} for what empty means
 * @param numaNode 0 or more
 * @param cardId the V3 field of its vital product data: the same for all functions of a ConnectX
 */
public record RdmaFunction(
        Bdf address,
        DeviceId id,
        OptionalInt classCode,
        boolean bridge,
        Optional<Bdf> upstreamBridge,
        Optional<Acs> acs,
        Optional<Boolean> ats,
        OptionalInt iommuGroup,
        OptionalInt numaNode,
        Optional<String> cardId) {}
