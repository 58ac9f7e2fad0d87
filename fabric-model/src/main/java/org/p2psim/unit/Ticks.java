package org.p2psim.unit;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Simulated time: a {@code long} count of ticks of 1/16 ps. At this step the unit interval of every PCIe generation
 * is a whole number of ticks (PCIe base specification: 2.5 to 64 GT/s, 6400 to 250 ticks). A long holds 6.7 days.
 */
public final class Ticks {
    public static final long PER_PICOSECOND = 16;
    public static final long PER_NANOSECOND = 1_000 * PER_PICOSECOND;
    public static final long PER_MICROSECOND = 1_000 * PER_NANOSECOND;
    public static final long PER_MILLISECOND = 1_000 * PER_MICROSECOND;
    public static final long PER_SECOND = 1_000 * PER_MILLISECOND;

    private static final Pattern TEXT = Pattern.compile("([0-9]+(?:\\.[0-9]+)?) ?(ps|ns|us|ms|s)");

    private Ticks() {}

    public static long ofNanoseconds(long nanoseconds) {
        return Math.multiplyExact(nanoseconds, PER_NANOSECOND);
    }

    /**
     * Reads a time with its unit, such as {@code 105ns} or {@code 1.5us}.
     *
     * @throws IllegalArgumentException if the unit is missing or the time is finer than a tick or too long
     */
    public static long parse(String text) {
        Matcher m = TEXT.matcher(text);
        if (!m.matches()) {
            throw new IllegalArgumentException(
                    "\"%s\" is not a time; write a number and ps, ns, us, ms or s, as in 105ns".formatted(text));
        }
        BigDecimal ticks = new BigDecimal(m.group(1)).multiply(BigDecimal.valueOf(perUnit(m.group(2))));
        try {
            return ticks.longValueExact();
        } catch (ArithmeticException e) {
            boolean finer = ticks.stripTrailingZeros().scale() > 0;
            throw new IllegalArgumentException(
                    "\"%s\" is %s".formatted(text, finer ? "finer than 1/16 ps" : "longer than 6 days"), e);
        }
    }

    private static long perUnit(String unit) {
        return switch (unit) {
            case "ps" -> PER_PICOSECOND;
            case "ns" -> PER_NANOSECOND;
            case "us" -> PER_MICROSECOND;
            case "ms" -> PER_MILLISECOND;
            case "s" -> PER_SECOND;
            default -> throw new IllegalArgumentException(unit);
        };
    }

    /** A time for people: the largest unit that keeps a digit before the point, three decimals at most. */
    public static String format(long ticks) {
        String unit = "ns";
        long per = PER_NANOSECOND;
        if (Math.abs(ticks) >= PER_SECOND) {
            unit = "s";
            per = PER_SECOND;
        } else if (Math.abs(ticks) >= PER_MILLISECOND) {
            unit = "ms";
            per = PER_MILLISECOND;
        } else if (Math.abs(ticks) >= PER_MICROSECOND) {
            unit = "us";
            per = PER_MICROSECOND;
        }
        BigDecimal value = BigDecimal.valueOf(ticks).divide(BigDecimal.valueOf(per), 3, RoundingMode.HALF_UP);
        return (value.signum() == 0 ? "0" : value.stripTrailingZeros().toPlainString()) + " " + unit;
    }

    /** Nanoseconds with three decimals at most, for machine output. */
    public static BigDecimal nanoseconds(long ticks) {
        BigDecimal ns = BigDecimal.valueOf(ticks).divide(BigDecimal.valueOf(PER_NANOSECOND), 3, RoundingMode.HALF_UP);
        return ns.signum() == 0 ? BigDecimal.ZERO : ns.stripTrailingZeros();
    }
}
