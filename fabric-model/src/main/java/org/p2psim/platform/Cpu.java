package org.p2psim.platform;

/**
 * A CPU as {@code /proc/cpuinfo} shows it.
 *
 * @param vendor {@code vendor_id}: {@code GenuineIntel}, {@code AuthenticAMD}, {@code HygonGenuine}, ...; {@code ARM}
 *     or another architecture's name where there is no such field
 * @param family displayed family (Zen is 23 and up), decimal
 */
public record Cpu(String vendor, int family, int model) {
    /** Stands for a CPU that nobody captured. */
    public static final Cpu NOT_KNOWN = new Cpu("not known", 0, 0);

    public boolean isKnown() {
        return !equals(NOT_KNOWN);
    }

    /** {@code cpu_supports_p2pdma()}: AMD, family 17h or later. Hygon has a vendor code of its own. */
    public boolean isAmdZen() {
        return vendor.equals("AuthenticAMD") && family >= 0x17;
    }

    @Override
    public String toString() {
        return !isKnown() ? "an unknown CPU" : "%s family %xh".formatted(vendor.strip(), family);
    }
}
