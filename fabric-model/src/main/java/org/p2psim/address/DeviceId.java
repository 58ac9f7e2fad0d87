package org.p2psim.address;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Vendor and device number of a function, 16 bits each, printed as {@code 8086:2020}. */
public record DeviceId(int vendor, int device) {
    /** What a source that does not name the function stands for; no function has it: reads of nothing return it. */
    public static final DeviceId NOT_KNOWN = new DeviceId(0xffff, 0xffff);

    private static final Pattern TEXT = Pattern.compile("([0-9a-fA-F]{4}):([0-9a-fA-F]{4})");

    public DeviceId {
        if ((vendor & ~0xffff) != 0 || (device & ~0xffff) != 0) {
            throw new IllegalArgumentException("not a device id: %x:%x".formatted(vendor, device));
        }
    }

    /**
     * Reads {@code vvvv:dddd}, hexadecimal.
     *
     * @throws IllegalArgumentException if the text is not a device id
     */
    public static DeviceId parse(String text) {
        Matcher m = TEXT.matcher(text);
        if (!m.matches()) {
            throw new IllegalArgumentException(
                    "\"%s\" is not a vendor:device id; it looks like 8086:2020".formatted(text));
        }
        return new DeviceId(Integer.parseInt(m.group(1), 16), Integer.parseInt(m.group(2), 16));
    }

    public boolean isKnown() {
        return !equals(NOT_KNOWN);
    }

    @Override
    public String toString() {
        return "%04x:%04x".formatted(vendor, device);
    }
}
