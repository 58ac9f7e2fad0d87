package org.p2psim.scenario.quantity;

import java.math.BigDecimal;
import org.p2psim.unit.Ticks;

/** Quantities as a scenario file spells them: what is read from the text is the same to the last tick and byte. */
public final class Spelling {
    private static final String[] SIZES = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
    private static final String[] TIMES = {"ps", "ns", "us", "ms", "s"};
    private static final String[] RATES = {"B", "kB", "MB", "GB", "TB"};

    private Spelling() {}

    /** A whole number of the largest unit that divides it; unsigned. */
    public static String size(long bytes) {
        long count = bytes;
        int unit = 0;
        while (count != 0 && (count & 1023) == 0 && unit < SIZES.length - 1) {
            count >>>= 10;
            unit++;
        }
        return Long.toUnsignedString(count) + SIZES[unit];
    }

    /** A whole number of the largest unit that divides it, or else picoseconds. */
    public static String time(long ticks) {
        long per = Ticks.PER_PICOSECOND;
        int unit = 0;
        while (ticks != 0 && unit < TIMES.length - 1 && ticks % (1000 * per) == 0) {
            per *= 1000;
            unit++;
        }
        return plain(BigDecimal.valueOf(ticks).divide(BigDecimal.valueOf(per))) + TIMES[unit];
    }

    /** In the largest decimal unit that leaves no more than nine decimals. */
    public static String rate(long bytesPerSecond) {
        int unit = 3;
        while (unit > 0
                && bytesPerSecond < BigDecimal.ONE.movePointRight(3 * unit).longValueExact()) {
            unit--;
        }
        return plain(BigDecimal.valueOf(bytesPerSecond).movePointLeft(3 * unit)) + RATES[unit] + "/s";
    }

    public static String percentage(long permille) {
        return plain(BigDecimal.valueOf(permille).movePointLeft(1)) + "%";
    }

    /** @param parts of 10^9 */
    public static String probability(long parts) {
        return plain(BigDecimal.valueOf(parts).movePointLeft(9));
    }

    private static String plain(BigDecimal number) {
        return number.signum() == 0 ? "0" : number.stripTrailingZeros().toPlainString();
    }
}
