package org.p2psim.scenario.inventory.lspci;

import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.p2psim.address.DeviceId;
import org.p2psim.scenario.inventory.config.Bridge;
import org.p2psim.scenario.inventory.config.Capabilities;
import org.p2psim.scenario.inventory.config.Header;
import org.p2psim.scenario.inventory.lspci.Reading.Identity;
import org.p2psim.scenario.inventory.lspci.Reading.Surroundings;
import org.p2psim.topology.Window;

/**
 * Decodes the lines below a device line. They come as one line with single blanks, so that it makes no difference
 * where a mail program broke them.
 */
final class TextReading {
    static final String CAPABILITIES = "Capabilities: ";

    private static final Pattern BUS =
            Pattern.compile("\\bBus: primary=[0-9a-f]{2}, secondary=([0-9a-f]{2}), subordinate=([0-9a-f]{2})");
    private static final String RANGE = "([0-9a-f]{1,16})- ?([0-9a-f]{1,16})((?: \\[[^\\]]{1,16}\\]){0,3})";
    private static final Pattern MEMORY = Pattern.compile("\\bMemory behind bridge: " + RANGE);
    private static final Pattern PREFETCHABLE = Pattern.compile("\\bPrefetchable memory behind bridge: " + RANGE);
    private static final Pattern NUMA_NODE = Pattern.compile("\\bNUMA node:? ([0-9]{1,6})");
    private static final Pattern IOMMU_GROUP = Pattern.compile("\\bIOMMU group:? ([0-9]{1,6})");
    private static final Pattern DRIVER = Pattern.compile("Kernel driver in use: ([^ ]+)");
    private static final Pattern SUBSYSTEM = Pattern.compile(
            "Subsystem: (?:(?:Device )?([0-9a-f]{4}:[0-9a-f]{4})\\b|[^:]{0,200}?\\[([0-9a-f]{4}:[0-9a-f]{4})\\])");
    private static final Pattern SILENT = Pattern.compile("!!! Unknown header type");

    private TextReading() {}

    /**
     * Reads one device.
     *
     * @param lines the lines below the device line, as one
     * @param cutOff true if more lines may have followed
     */
    static Reading read(Identity device, String lines, boolean cutOff) {
        int listAt = lines.indexOf(CAPABILITIES);
        String head = listAt < 0 ? lines : lines.substring(0, listAt);
        Optional<Bridge> bridge = bridge(head);
        Identity identity = new Identity(
                device.id(),
                subsystem(lines),
                device.classCode(),
                bridge.isPresent() && device.header().isEmpty() ? Optional.of(Header.BRIDGE) : device.header(),
                device.description(),
                (device.silent() || SILENT.matcher(lines).find()) && !lines.contains(CAPABILITIES + "["));
        return new Reading(
                identity,
                bridge,
                TextBars.read(head, lines),
                identity.silent() ? Capabilities.HIDDEN : TextCapabilities.read(head, lines, cutOff),
                new Surroundings(number(NUMA_NODE, head), number(IOMMU_GROUP, head), driver(lines)));
    }

    private static Optional<Bridge> bridge(String head) {
        Matcher bus = BUS.matcher(head);
        return bus.find()
                ? Optional.of(new Bridge(
                        Integer.parseInt(bus.group(1), 16),
                        Integer.parseInt(bus.group(2), 16),
                        window(MEMORY, head, false),
                        window(PREFETCHABLE, head, true)))
                : Optional.empty();
    }

    private static Optional<Window> window(Pattern pattern, String head, boolean prefetchable) {
        Matcher m = pattern.matcher(head);
        if (!m.find() || m.group(3).contains("[disabled]") || m.group(3).contains("[empty]")) {
            return Optional.empty();
        }
        return Bridge.window(
                Long.parseUnsignedLong(m.group(1), 16), Long.parseUnsignedLong(m.group(2), 16), prefetchable);
    }

    private static Optional<DeviceId> subsystem(String lines) {
        Matcher m = SUBSYSTEM.matcher(lines);
        if (!m.find()) {
            return Optional.empty();
        }
        return Optional.of(DeviceId.parse(m.group(1) == null ? m.group(2) : m.group(1)));
    }

    private static Optional<String> driver(String lines) {
        Matcher m = DRIVER.matcher(lines);
        return m.find() ? Optional.of(m.group(1)) : Optional.empty();
    }

    static OptionalInt number(Pattern pattern, String text) {
        Matcher m = pattern.matcher(text);
        return m.find() ? OptionalInt.of(Integer.parseInt(m.group(1))) : OptionalInt.empty();
    }
}
