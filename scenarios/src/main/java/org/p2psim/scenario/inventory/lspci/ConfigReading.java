package org.p2psim.scenario.inventory.lspci;

import java.util.Optional;
import java.util.OptionalInt;
import org.p2psim.address.AddressRange;
import org.p2psim.address.DeviceId;
import org.p2psim.scenario.inventory.lspci.Reading.Bridge;
import org.p2psim.scenario.inventory.lspci.Reading.Header;
import org.p2psim.scenario.inventory.lspci.Reading.Identity;
import org.p2psim.scenario.inventory.lspci.Reading.Surroundings;
import org.p2psim.topology.Window;

/** Decodes a configuration space (PCI local bus specification 3.0, 6.1; PCI-to-PCI bridge specification 1.2, 3.2). */
final class ConfigReading {
    private static final int CLASS_CODE = 0x08;
    private static final int HEADER_TYPE = 0x0e;
    private static final int MULTIFUNCTION = 0x80;
    private static final int SECONDARY_BUS = 0x19;
    private static final int SUBORDINATE_BUS = 0x1a;
    private static final int MEMORY = 0x20;
    private static final int PREFETCHABLE = 0x24;
    private static final int PREFETCHABLE_BASE_UPPER = 0x28;
    private static final int PREFETCHABLE_LIMIT_UPPER = 0x2c;
    private static final int SUBSYSTEM = 0x2c;
    private static final int CARDBUS_SUBSYSTEM = 0x40;
    private static final int WINDOW_64_BIT = 1;
    private static final long WINDOW_UNIT = 1 << 20;
    private static final int VENDOR_OF_VIRTUAL_FUNCTION = 0xffff;

    private ConfigReading() {}

    /** Reads what was printed; less than the header is nothing. */
    static Reading read(ConfigSpace config) {
        if (!config.covers(0, ConfigSpace.HEADER)) {
            return Reading.NOTHING;
        }
        Optional<Header> known = header(config.byteAt(HEADER_TYPE) & ~MULTIFUNCTION);
        if (known.isEmpty()) {
            return new Reading(
                    silent(), Optional.empty(), Reading.Bars.NONE, Reading.Capabilities.HIDDEN, Surroundings.NOTHING);
        }
        Header header = known.get();
        ConfigCapabilities capabilities = new ConfigCapabilities(config, header);
        return new Reading(
                new Identity(
                        id(config, 0),
                        subsystem(config, header).or(capabilities::subsystem),
                        OptionalInt.of((int) (config.longAt(CLASS_CODE) >> 8)),
                        known,
                        Optional.empty(),
                        false),
                bridge(config, header),
                ConfigBars.read(config, header, capabilities.barSizes()),
                capabilities.read(),
                Surroundings.NOTHING);
    }

    private static Identity silent() {
        return new Identity(
                Optional.empty(), Optional.empty(), OptionalInt.empty(), Optional.empty(), Optional.empty(), true);
    }

    private static Optional<Header> header(int type) {
        return switch (type) {
            case 0 -> Optional.of(Header.NORMAL);
            case 1 -> Optional.of(Header.BRIDGE);
            case 2 -> Optional.of(Header.CARDBUS);
            default -> Optional.empty();
        };
    }

    /** Virtual functions return all ones here (SR-IOV 1.1, 3.4.1.1). */
    static Optional<DeviceId> id(ConfigSpace config, int offset) {
        int vendor = config.wordAt(offset);
        return vendor == VENDOR_OF_VIRTUAL_FUNCTION
                ? Optional.empty()
                : Optional.of(new DeviceId(vendor, config.wordAt(offset + 2)));
    }

    private static Optional<DeviceId> subsystem(ConfigSpace config, Header header) {
        int offset = header == Header.NORMAL ? SUBSYSTEM : CARDBUS_SUBSYSTEM;
        if (header == Header.BRIDGE || !config.covers(offset, 4) || config.longAt(offset) == 0) {
            return Optional.empty();
        }
        return id(config, offset);
    }

    private static Optional<Bridge> bridge(ConfigSpace config, Header header) {
        if (header == Header.NORMAL) {
            return Optional.empty();
        }
        boolean windows = header == Header.BRIDGE;
        return Optional.of(new Bridge(
                config.byteAt(SECONDARY_BUS),
                config.byteAt(SUBORDINATE_BUS),
                windows ? window(config, MEMORY, false) : Optional.empty(),
                windows ? window(config, PREFETCHABLE, true) : Optional.empty()));
    }

    private static Optional<Window> window(ConfigSpace config, int offset, boolean prefetchable) {
        long base = (config.wordAt(offset) & 0xfff0L) << 16;
        long limit = ((config.wordAt(offset + 2) & 0xfff0L) << 16) | (WINDOW_UNIT - 1);
        if (prefetchable && (config.wordAt(offset) & 0xf) == WINDOW_64_BIT) {
            base |= config.longAt(PREFETCHABLE_BASE_UPPER) << 32;
            limit |= config.longAt(PREFETCHABLE_LIMIT_UPPER) << 32;
        }
        return window(base, limit, prefetchable);
    }

    /** None if the limit lies below the base, or if both registers are as after reset. */
    static Optional<Window> window(long base, long limit, boolean prefetchable) {
        boolean untouched = base == 0 && (limit == WINDOW_UNIT - 1 || limit == -1);
        return untouched || Long.compareUnsigned(limit, base) < 0
                ? Optional.empty()
                : Optional.of(new Window(new AddressRange(base, limit - base + 1), prefetchable));
    }
}
