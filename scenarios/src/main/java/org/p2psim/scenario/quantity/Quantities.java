package org.p2psim.scenario.quantity;

import java.math.BigDecimal;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.p2psim.unit.Bytes;
import org.p2psim.unit.Ticks;

/** Text forms that belong to the scenario file alone; sizes are read by {@link Bytes}, times by {@link Ticks}. */
public final class Quantities {
    private static final Pattern RATE = Pattern.compile("([0-9]{1,9}(?:\\.[0-9]{1,9})?) ?(B|kB|MB|GB|TB|Mb|Gb)/s");
    private static final Pattern PERCENTAGE = Pattern.compile("([0-9]{1,3}(?:\\.[0-9])?) ?%");
    private static final Pattern PROBABILITY = Pattern.compile("[0-9]{1,9}(\\.[0-9]{1,9})?(e-?[0-9]{1,2})?");
    private static final Pattern ADDRESS = Pattern.compile("0x[0-9a-fA-F]{1,16}");
    private static final Pattern NUMBER = Pattern.compile("0x([0-9a-fA-F]{1,4})|([0-9]{1,5})");
    private static final Pattern BUS = Pattern.compile("[0-9a-fA-F]{1,2}");
    private static final Pattern SLOT = Pattern.compile("([01]?[0-9a-fA-F])\\.([0-7])");

    private static final long LONGEST = 3600 * Ticks.PER_SECOND;

    private Quantities() {}

    /**
     * Reads a time in ticks, as long as a scenario may last, so that sums of them stay far from the end of time.
     *
     * @throws IllegalArgumentException if the text is no time, or longer than an hour
     */
    public static long time(String text) {
        long ticks = Ticks.parse(text);
        if (ticks > LONGEST) {
            throw new IllegalArgumentException("\"%s\" is longer than an hour".formatted(text));
        }
        return ticks;
    }

    /**
     * Reads a rate in decimal units, {@code 20GB/s} = {@code 160Gb/s} = 20 * 10^9 bytes a second.
     *
     * @throws IllegalArgumentException if the text is no rate, or less than a byte a second
     */
    public static long rate(String text) {
        Matcher m = RATE.matcher(text);
        if (!m.matches()) {
            throw new IllegalArgumentException(
                    "\"%s\" is not a rate; write a number and MB/s or GB/s (10^9 bytes a second) or Gb/s (bits), as in 20GB/s"
                            .formatted(text));
        }
        int power = switch (m.group(2)) {
            case "B" -> 0;
            case "kB" -> 3;
            case "MB", "Mb" -> 6;
            case "GB", "Gb" -> 9;
            default -> 12;
        };
        BigDecimal perSecond = new BigDecimal(m.group(1)).movePointRight(power);
        BigDecimal bytes = m.group(2).endsWith("b") ? perSecond.divide(BigDecimal.valueOf(8)) : perSecond;
        if (bytes.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) >= 0) {
            throw new IllegalArgumentException("\"%s\" is more than 9 EB/s".formatted(text));
        }
        long rate = bytes.longValue();
        if (rate < 1) {
            throw new IllegalArgumentException("\"%s\" is less than one byte a second".formatted(text));
        }
        return rate;
    }

    /**
     * Reads a share of a whole, {@code 92.7%}, in permille.
     *
     * @throws IllegalArgumentException if the text is no percentage with one decimal at most, or not above 0 and up to
     *     100
     */
    public static long percentage(String text) {
        Matcher m = PERCENTAGE.matcher(text);
        if (!m.matches()) {
            throw new IllegalArgumentException(
                    "\"%s\" is not a percentage; write a number with one decimal at most and %%, as in 93%%"
                            .formatted(text));
        }
        long permille = new BigDecimal(m.group(1)).movePointRight(1).longValueExact();
        if (permille < 1 || permille > 1000) {
            throw new IllegalArgumentException("\"%s\" is not above 0%% and up to 100%%".formatted(text));
        }
        return permille;
    }

    /**
     * Reads a probability, {@code 1e-9}, in parts of 10^9.
     *
     * @throws IllegalArgumentException if the text is no number below 1 that is a whole number of such parts
     */
    public static long probability(String text) {
        if (!PROBABILITY.matcher(text).matches()) {
            throw new IllegalArgumentException(
                    "\"%s\" is not a probability; write it as in 1e-9 or 0.001".formatted(text));
        }
        BigDecimal parts = new BigDecimal(text).movePointRight(9);
        if (parts.compareTo(BigDecimal.ONE.movePointRight(9)) >= 0) {
            throw new IllegalArgumentException(
                    "\"%s\" is not below 1; a probability is 0, or from 1e-9 up to 0.999999999".formatted(text));
        }
        try {
            return parts.longValueExact();
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException("\"%s\" is finer than 1e-9".formatted(text), e);
        }
    }

    /**
     * Reads an address, {@code 0x24000000}.
     *
     * @throws IllegalArgumentException if the text is no hexadecimal number of up to 64 bits
     */
    public static long address(String text) {
        if (text.equals("0")) {
            return 0;
        }
        if (!ADDRESS.matcher(text).matches()) {
            throw new IllegalArgumentException(
                    "\"%s\" is not an address; write it in hexadecimal, as in 0x24000000".formatted(text));
        }
        return Long.parseUnsignedLong(text.substring(2), 16);
    }

    /**
     * Reads a number of up to 16 bits, decimal or with {@code 0x}.
     *
     * @throws IllegalArgumentException if it is something else
     */
    public static long wholeNumber(String text) {
        Matcher m = NUMBER.matcher(text);
        if (!m.matches()) {
            throw new IllegalArgumentException(
                    "\"%s\" is not a number; write it in decimal or hexadecimal, as in 23 or 0x17".formatted(text));
        }
        return m.group(1) == null ? Long.parseLong(m.group(2)) : Long.parseLong(m.group(1), 16);
    }

    /**
     * Reads the number of a bus, hexadecimal without {@code 0x}.
     *
     * @throws IllegalArgumentException if it is none
     */
    public static long busNumber(String text) {
        if (!BUS.matcher(text).matches()) {
            throw new IllegalArgumentException(
                    "\"%s\" is not a bus number; write it in hexadecimal as lspci does, as in 3b".formatted(text));
        }
        return Long.parseLong(text, 16);
    }

    /**
     * Reads device and function number on a bus, {@code 1f.3}, into {@code device << 3 | function}.
     *
     * @throws IllegalArgumentException if it is something else
     */
    public static int slot(String text) {
        Matcher m = SLOT.matcher(text);
        if (!m.matches()) {
            throw new IllegalArgumentException(
                    "\"%s\" is not a place on a bus; write device and function, as in 01.0 or 1f.7".formatted(text));
        }
        return Integer.parseInt(m.group(1), 16) << 3 | Integer.parseInt(m.group(2));
    }
}
