package org.p2psim.unit;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sizes: a {@code long} count of bytes, read and printed with binary units (KiB to EiB). */
public final class Bytes {
    public static final long KIB = 1L << 10;
    public static final long MIB = 1L << 20;
    public static final long GIB = 1L << 30;
    public static final long TIB = 1L << 40;

    private static final Pattern TEXT = Pattern.compile("([0-9]+|0x[0-9a-fA-F]+) ?(B|KiB|MiB|GiB|TiB|PiB|EiB)");
    private static final String UNITS = "KMGTPE";

    private Bytes() {}

    /**
     * Reads a size with its unit, such as {@code 64MiB}. The result is unsigned: sizes up to 2^64 - 1 are read, so
     * that a scenario can pass the absurd ones on to the driver's own checks.
     *
     * @throws IllegalArgumentException if the unit is missing or the size does not fit 64 bits
     */
    public static long parse(String text) {
        Matcher m = TEXT.matcher(text);
        if (!m.matches()) {
            throw new IllegalArgumentException(
                    "\"%s\" is not a size; write a whole number and B, KiB, MiB, GiB or TiB, as in 64MiB"
                            .formatted(text));
        }
        String number = m.group(1);
        BigInteger value = number.startsWith("0x") ? new BigInteger(number.substring(2), 16) : new BigInteger(number);
        int shift = m.group(2).equals("B") ? 0 : 10 * (UNITS.indexOf(m.group(2).charAt(0)) + 1);
        BigInteger bytes = value.shiftLeft(shift);
        if (bytes.bitLength() > 64) {
            throw new IllegalArgumentException("\"%s\" does not fit 64 bits".formatted(text));
        }
        return bytes.longValue();
    }

    /** A size for people: exact in the largest unit that divides it, otherwise with two decimals. */
    public static String format(long bytes) {
        if (bytes < 0) {
            return Long.toUnsignedString(bytes) + " B";
        }
        int unit = 0;
        long value = bytes;
        while (value != 0 && value % 1024 == 0 && unit < UNITS.length()) {
            value /= 1024;
            unit++;
        }
        if (value < 10_000) {
            return value + (unit == 0 ? " B" : " " + UNITS.charAt(unit - 1) + "iB");
        }
        int shown = (63 - Long.numberOfLeadingZeros(bytes)) / 10;
        BigDecimal scaled =
                BigDecimal.valueOf(bytes).divide(BigDecimal.valueOf(1L << (10 * shown)), 2, RoundingMode.HALF_UP);
        return scaled.toPlainString() + " " + UNITS.charAt(shown - 1) + "iB";
    }
}
