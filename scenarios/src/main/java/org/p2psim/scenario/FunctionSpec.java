package org.p2psim.scenario;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.p2psim.address.Bdf;
import org.p2psim.address.DeviceId;
import org.p2psim.scenario.Device.BarSpec;
import org.p2psim.scenario.FabricSpec.WindowSpec;
import org.p2psim.scenario.quantity.BusNumber;
import org.p2psim.scenario.quantity.Time;
import org.p2psim.topology.PortType;
import org.p2psim.transaction.Credits;

/**
 * A function by its address, as found on a machine.
 *
 * @param name its address if absent
 * @param classCode {@code 0x} and six digits
 * @param bus bridges: the secondary bus
 * @param below address of the bridge above, or id of the root complex; follows from the bus number if absent
 * @param link root and downstream ports: the trained link below; others: how well it transmits
 * @param profile upstream ports: name of a profile whose values go for what is not stated
 * @param credits what its receiver advertises
 * @param arbitrationWeight TLPs of its receiver that an egress port takes before it turns to the next port
 * @param cutThrough upstream ports: time of a TLP through the switch, head in to head out
 * @param storeAndForward upstream ports, instead: time from its last byte in to its first byte out
 * @param bars by index, each with its base
 * @param windows bridges: what they forward; what the BARs below need if absent
 * @param device name of the declared device that it is
 */
public record FunctionSpec(
        Bdf at,
        Optional<String> name,
        PortType type,
        DeviceId id,
        Optional<DeviceId> subsystem,
        @JsonProperty("class") Optional<String> classCode,
        @BusNumber OptionalInt bus,
        Optional<String> below,
        Optional<AcsSpec> acs,
        boolean externalFacing,
        boolean untrusted,
        Optional<LinkSpec> link,
        Optional<String> profile,
        Optional<Credits> credits,
        OptionalInt arbitrationWeight,
        @Time OptionalLong cutThrough,
        @Time OptionalLong storeAndForward,
        Map<Integer, BarSpec> bars,
        List<WindowSpec> windows,
        Optional<String> device) {
    public FunctionSpec {
        bars = ImmutableMap.copyOf(bars);
        windows = ImmutableList.copyOf(windows);
    }

    /** What the fabric calls it. */
    public String label() {
        return device.or(() -> name).orElse(at.toString());
    }
}
