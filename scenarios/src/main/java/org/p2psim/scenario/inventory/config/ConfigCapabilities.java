package org.p2psim.scenario.inventory.config;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.p2psim.address.DeviceId;
import org.p2psim.scenario.inventory.SysfsLink;
import org.p2psim.topology.Acs;
import org.p2psim.topology.PortType;

/** Decodes both capability lists of a configuration space (PCIe base specification 7.5.3, 7.7 and 7.8). */
final class ConfigCapabilities {
    private static final int POINTER = 0x34;
    private static final int CARDBUS_POINTER = 0x14;
    private static final int ACS_BITS = 0x7f;
    private static final int SR_IOV_ENABLE = 1;
    private static final int SMALLEST_RESIZABLE = 20;
    private static final int LARGEST_RESIZABLE = 62;
    private static final int MOST_BARS = 6;
    private static final int LARGEST_PAYLOAD_CODE = 5;

    private final ConfigSpace config;
    private final CapabilityList conventional;
    private final CapabilityList extended;

    ConfigCapabilities(ConfigSpace config, Header header) {
        this.config = config;
        this.conventional = CapabilityList.conventional(config, header == Header.CARDBUS ? CARDBUS_POINTER : POINTER);
        this.extended = config.isExtended() ? CapabilityList.extended(config) : new CapabilityList(List.of(), false);
    }

    Capabilities read() {
        return new Capabilities(
                extent(), express(), acs(), offset(CapabilityName.ATS).isPresent(), names(), virtualFunctions());
    }

    private Extent extent() {
        if (!CapabilityList.exists(config)) {
            return Extent.NO_LIST;
        }
        if (!conventional.complete() || !config.covers(0, ConfigSpace.CONVENTIONAL)) {
            return Extent.HIDDEN;
        }
        if (!config.isExtended()) {
            return Extent.CONVENTIONAL;
        }
        return extended.complete() ? Extent.EXTENDED : Extent.HIDDEN;
    }

    private OptionalInt offset(CapabilityName name) {
        return (name.isExtended() ? extended : conventional)
                .entries().stream()
                        .filter(entry -> entry.id() == name.number())
                        .mapToInt(CapabilityList.Entry::offset)
                        .findFirst();
    }

    private ImmutableSet<String> names() {
        return Stream.concat(
                        conventional.entries().stream().map(entry -> CapabilityName.ofId(entry.id(), false)),
                        extended.entries().stream().map(entry -> CapabilityName.ofId(entry.id(), true)))
                .flatMap(Optional::stream)
                .flatMap(name -> name.label().stream())
                .collect(ImmutableSet.toImmutableSet());
    }

    /** Bridges keep it in a capability (PCI-to-PCI bridge specification 1.2, 3.2.5.13). */
    Optional<DeviceId> subsystem() {
        OptionalInt at = offset(CapabilityName.SUBSYSTEM);
        return at.isPresent() && config.covers(at.getAsInt() + 4, 4)
                ? ConfigReading.id(config, at.getAsInt() + 4)
                : Optional.empty();
    }

    private Optional<Express> express() {
        OptionalInt offset = offset(CapabilityName.EXPRESS);
        if (offset.isEmpty() || !config.covers(offset.getAsInt(), 0x0c)) {
            return Optional.empty();
        }
        int at = offset.getAsInt();
        int number = config.wordAt(at + 2) >> 4 & 0xf;
        int control = config.wordAt(at + 8);
        boolean link = hasLink(number) && config.covers(at + 0x0c, 8);
        int status = link ? config.wordAt(at + 0x12) : 0;
        int capability = link ? config.wordAt(at + 0x0c) : 0;
        return Optional.of(new Express(
                portType(number),
                SysfsLink.of(capability & 0xf, capability >> 4 & 0x3f),
                SysfsLink.of(status & 0xf, status >> 4 & 0x3f),
                payload(control >> 5 & 7),
                payload(control >> 12 & 7)));
    }

    /** The numbers of the Device/Port Type field. */
    private static Optional<PortType> portType(int number) {
        return switch (number) {
            case 0 -> Optional.of(PortType.ENDPOINT);
            case 1 -> Optional.of(PortType.LEGACY_ENDPOINT);
            case 4 -> Optional.of(PortType.ROOT_PORT);
            case 5 -> Optional.of(PortType.UPSTREAM_PORT);
            case 6 -> Optional.of(PortType.DOWNSTREAM_PORT);
            case 7, 8 -> Optional.of(PortType.PCIE_TO_PCI_BRIDGE);
            case 9, 10 -> Optional.of(PortType.RC_INTEGRATED_ENDPOINT);
            default -> Optional.empty();
        };
    }

    private static boolean hasLink(int number) {
        return number != 9 && number != 10;
    }

    private static OptionalInt payload(int code) {
        return code <= LARGEST_PAYLOAD_CODE ? OptionalInt.of(128 << code) : OptionalInt.empty();
    }

    private Optional<Acs> acs() {
        OptionalInt at = offset(CapabilityName.ACS);
        return at.isPresent() && config.covers(at.getAsInt() + 4, 4)
                ? Optional.of(new Acs(
                        config.wordAt(at.getAsInt() + 4) & ACS_BITS, config.wordAt(at.getAsInt() + 6) & ACS_BITS))
                : Optional.empty();
    }

    private Optional<VirtualFunctions> virtualFunctions() {
        OptionalInt offset = offset(CapabilityName.SR_IOV);
        if (offset.isEmpty() || !config.covers(offset.getAsInt(), 0x1c)) {
            return Optional.empty();
        }
        int at = offset.getAsInt();
        boolean enabled = (config.wordAt(at + 0x08) & SR_IOV_ENABLE) != 0;
        return Optional.of(new VirtualFunctions(
                enabled ? config.wordAt(at + 0x10) : 0,
                config.wordAt(at + 0x14),
                config.wordAt(at + 0x16),
                config.wordAt(at + 0x1a)));
    }

    /** Sizes in bytes, by BAR index, from the Resizable BAR control registers. */
    ImmutableMap<Integer, Long> barSizes() {
        Map<Integer, Long> sizes = new HashMap<>();
        OptionalInt offset = offset(CapabilityName.RESIZABLE_BAR);
        int count = 1;
        for (int i = 0; offset.isPresent() && i < count; i++) {
            int at = offset.getAsInt() + 8 + 8 * i;
            if (!config.covers(at, 4)) {
                break;
            }
            int control = config.wordAt(at);
            if (i == 0) {
                count = Math.min(control >> 5 & 7, MOST_BARS);
            }
            resized(control).ifPresent(size -> sizes.putIfAbsent(control & 7, size));
        }
        return ImmutableMap.copyOf(sizes);
    }

    private static OptionalLong resized(int control) {
        int power = SMALLEST_RESIZABLE + (control >> 8 & 0x3f);
        return power <= LARGEST_RESIZABLE ? OptionalLong.of(1L << power) : OptionalLong.empty();
    }
}
