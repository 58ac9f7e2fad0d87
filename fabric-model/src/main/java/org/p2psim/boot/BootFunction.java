package org.p2psim.boot;

import java.util.Optional;
import org.p2psim.address.Bdf;
import org.p2psim.address.DeviceId;
import org.p2psim.topology.Acs;

/**
 * A function as the kernel finds it at boot.
 *
 * @param subsystem subsystem vendor and device, 0000:0000 if there are none
 * @param upstreamBridge the function that owns the bus it sits on
 * @param externalFacing whether the firmware marks the port as reachable from outside of the machine
 * @param untrusted whether it is below such a port
 * @param firmware its ACS capability and the control word that the firmware left
 */
public record BootFunction(
        Bdf address,
        DeviceId id,
        DeviceId subsystem,
        Optional<BootFunction> upstreamBridge,
        boolean externalFacing,
        boolean untrusted,
        Optional<Acs> firmware) {}
