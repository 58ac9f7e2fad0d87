package org.p2psim.scenario.inventory.config;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Optional;
import org.p2psim.address.DeviceId;
import org.p2psim.scenario.inventory.FoundBar;
import org.p2psim.scenario.inventory.FoundFunction;
import org.p2psim.topology.PortType;
import org.p2psim.topology.Window;

/**
 * A decoded configuration space (PCI local bus specification 3.0, 6.1; PCI-to-PCI bridge specification 1.2, 3.2).
 *
 * @param id empty for virtual functions: their registers read as all ones (SR-IOV 1.1, 3.4.1.1)
 * @param classCode base class, subclass and programming interface: 0 to 0xffffff
 * @param decodesMemory whether the command register lets it answer at its memory BARs
 * @param bars with sizes only where a Resizable BAR capability says them
 */
public record ConfigReading(
        Header header,
        Optional<DeviceId> id,
        Optional<DeviceId> subsystem,
        int classCode,
        boolean decodesMemory,
        Optional<Bridge> bridge,
        List<FoundBar> bars,
        Capabilities capabilities) {
    private static final int COMMAND = 0x04;
    private static final int MEMORY_SPACE = 0x02;
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
    private static final long WINDOW_FRACTION = 0xfffff;
    private static final int VENDOR_OF_VIRTUAL_FUNCTION = 0xffff;

    public ConfigReading {
        bars = ImmutableList.copyOf(bars);
    }

    /**
     * Decodes what was captured; empty if that is less than the header, or if the header is of no known type: a function
     * that does not answer reads as all ones.
     */
    public static Optional<ConfigReading> read(ConfigSpace config) {
        return config.hasHeader()
                ? header(config.byteAt(HEADER_TYPE) & ~MULTIFUNCTION).map(header -> read(config, header))
                : Optional.empty();
    }

    private static ConfigReading read(ConfigSpace config, Header header) {
        ConfigCapabilities capabilities = new ConfigCapabilities(config, header);
        boolean decodesMemory = (config.wordAt(COMMAND) & MEMORY_SPACE) != 0;
        return new ConfigReading(
                header,
                id(config, 0),
                subsystem(config, header).or(capabilities::subsystem),
                (int) (config.longAt(CLASS_CODE) >> 8),
                decodesMemory,
                bridge(config, header),
                ConfigBars.read(config, header, decodesMemory, capabilities.barSizes()),
                capabilities.read());
    }

    private static Optional<Header> header(int type) {
        return switch (type) {
            case 0 -> Optional.of(Header.NORMAL);
            case 1 -> Optional.of(Header.BRIDGE);
            case 2 -> Optional.of(Header.CARDBUS);
            default -> Optional.empty();
        };
    }

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
        long limit = ((config.wordAt(offset + 2) & 0xfff0L) << 16) | WINDOW_FRACTION;
        if (prefetchable && (config.wordAt(offset) & 0xf) == WINDOW_64_BIT) {
            base |= config.longAt(PREFETCHABLE_BASE_UPPER) << 32;
            limit |= config.longAt(PREFETCHABLE_LIMIT_UPPER) << 32;
        }
        return Bridge.window(base, limit, prefetchable);
    }

    /** Whether it is a PCI-to-PCI bridge. */
    public boolean isBridge() {
        return header == Header.BRIDGE;
    }

    /** From the PCI Express capability; empty if there is none, or if it contradicts the header, as some hosts' own do. */
    public Optional<PortType> type() {
        return capabilities.express().flatMap(Express::type).filter(type -> type.isBridge() == isBridge());
    }

    /** Tells what the capability lists say for certain: link, payload sizes, names; ACS and ATS if all are shown. */
    public void describeCapabilities(FoundFunction.Builder function) {
        capabilities.names().forEach(function::capability);
        if (capabilities.areWhole()) {
            function.acs(capabilities.acs()).ats(capabilities.ats());
        }
        if (capabilities.express().isPresent()) {
            Express express = capabilities.express().get();
            express.linkCapability().ifPresent(function::linkCapability);
            express.linkStatus().ifPresent(function::linkStatus);
            express.mps().ifPresent(function::mps);
            express.mrrs().ifPresent(function::mrrs);
        }
    }
}
