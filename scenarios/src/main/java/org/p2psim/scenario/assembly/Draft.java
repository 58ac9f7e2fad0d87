package org.p2psim.scenario.assembly;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.p2psim.address.DeviceId;
import org.p2psim.scenario.AcsSpec;
import org.p2psim.topology.Link;
import org.p2psim.topology.PortType;

/**
 * A function before it has an address.
 *
 * @param pointer where the file says it
 * @param slot device and function number on its bus, if the file or its place in the file says it
 * @param bus secondary bus, if the file says it
 * @param latency as in {@code PciFunction}
 * @param below what is on its secondary bus
 */
record Draft(
        String name,
        String pointer,
        DeviceId id,
        PortType type,
        OptionalInt slot,
        OptionalInt bus,
        Optional<AcsSpec> acs,
        Optional<Link> linkBelow,
        long latency,
        List<Draft> below) {
    Draft {
        below = ImmutableList.copyOf(below);
    }
}
