package org.p2psim.address;

import java.util.Comparator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The address of a PCI function: domain (0 to 0x7fffffff; VMD domains start at 0x10000), bus (0 to 255), device
 * (0 to 31), function (0 to 7). Printed as Linux prints it: {@code 0000:3b:00.0}.
 */
public record Bdf(int domain, int bus, int device, int function) implements Comparable<Bdf> {
    private static final Pattern TEXT =
            Pattern.compile("(?:([0-9a-fA-F]{1,8}):)?([0-9a-fA-F]{1,2}):([01]?[0-9a-fA-F])\\.([0-7])");
    private static final Comparator<Bdf> ORDER = Comparator.comparingInt(Bdf::domain)
            .thenComparingInt(Bdf::bus)
            .thenComparingInt(Bdf::device)
            .thenComparingInt(Bdf::function);

    public Bdf {
        if (domain < 0 || bus < 0 || bus > 0xff || device < 0 || device > 0x1f || function < 0 || function > 7) {
            throw new IllegalArgumentException("not a PCI address: domain %x, bus %x, device %x, function %x"
                    .formatted(domain, bus, device, function));
        }
    }

    /**
     * Reads {@code [domain:]bus:device.function}, all hexadecimal; the domain is 0 when absent.
     *
     * @throws IllegalArgumentException if the text is not a PCI address
     */
    public static Bdf parse(String text) {
        Matcher m = TEXT.matcher(text);
        if (!m.matches()) {
            throw new IllegalArgumentException(
                    "\"%s\" is not a PCI address; it looks like 0000:3b:00.0".formatted(text));
        }
        int domain = m.group(1) == null ? 0 : Integer.parseUnsignedInt(m.group(1), 16);
        return new Bdf(
                domain,
                Integer.parseInt(m.group(2), 16),
                Integer.parseInt(m.group(3), 16),
                Integer.parseInt(m.group(4), 16));
    }

    @Override
    public int compareTo(Bdf other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return "%04x:%02x:%02x.%x".formatted(domain, bus, device, function);
    }
}
