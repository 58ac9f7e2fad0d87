package org.p2psim.topology;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.p2psim.unit.Ticks;

/**
 * A trained PCIe link: generation 1 to 6 and width 1 to 32 lanes, the same in both directions.
 *
 * <p>Rates: 2.5 and 5 GT/s with 8b/10b, 8 to 32 GT/s with 128b/130b (base specification 4.2), 64 GT/s in 256-byte
 * FLITs of which 236 bytes carry TLPs (base specification 6.0, 4.2.3).
 */
public record Link(int generation, int width) {
    /** Of the 256 bytes of a FLIT, those that carry TLPs. */
    private static final int FLIT_TLP_BYTES = 236;

    private static final Pattern TEXT = Pattern.compile("gen([0-9]+) x([0-9]+)");
    private static final int[] UNIT_INTERVAL_TICKS = {6400, 3200, 2000, 1000, 500, 250};

    public Link {
        if (generation < 1 || generation > UNIT_INTERVAL_TICKS.length) {
            throw new IllegalArgumentException(
                    "PCIe generation must be 1 to %d, not %d".formatted(UNIT_INTERVAL_TICKS.length, generation));
        }
        if (Integer.bitCount(width) != 1 && width != 12 || width < 1 || width > 32) {
            throw new IllegalArgumentException("link width must be x1, x2, x4, x8, x12, x16 or x32, not x" + width);
        }
    }

    /**
     * Reads {@code gen4 x16}.
     *
     * @throws IllegalArgumentException if the text is not a link or no such link exists
     */
    public static Link parse(String text) {
        Matcher m = TEXT.matcher(text);
        if (!m.matches() || m.group(1).length() > 3 || m.group(2).length() > 3) {
            throw new IllegalArgumentException(
                    "\"%s\" is not a link; write generation and width, as in gen4 x16".formatted(text));
        }
        return new Link(Integer.parseInt(m.group(1)), Integer.parseInt(m.group(2)));
    }

    /** The link that two ends of different ability train to. */
    public Link trainedWith(Link other) {
        return new Link(Math.min(generation, other.generation), Math.min(width, other.width));
    }

    /** True from generation 6 on: TLPs travel in FLITs, without framing and LCRC of their own. */
    public boolean flitMode() {
        return generation >= 6;
    }

    /**
     * How long {@code bytes} on the wire (TLP with framing) occupy this link, in ticks, rounded up. The encoding is
     * included; the rounding is at most one tick, under 2e-5 of the shortest TLP.
     */
    public long serialisationTicks(long bytes) {
        long unitInterval = UNIT_INTERVAL_TICKS[generation - 1];
        return switch (generation) {
            case 1, 2 -> ceilDiv(bytes * 10 * unitInterval, width);
            case 3, 4, 5 -> ceilDiv(bytes * 8 * 130 * unitInterval, 128L * width);
            default -> ceilDiv(bytes * 8 * 256 * unitInterval, (long) FLIT_TLP_BYTES * width);
        };
    }

    /**
     * So many symbol times, in ticks, exact. A symbol time is the time of one symbol on one lane, 10 unit intervals
     * with 8b/10b and 8 with 128b/130b (base specification, "Terms and Acronyms"): 4 ns at 2.5 GT/s, 1 ns at 8 GT/s,
     * whatever the width. The limits of the data link layer count it; the link moves {@link #width} bytes in it.
     *
     * @throws IllegalStateException in FLIT mode, where no limit counts symbol times
     */
    public long symbolTimesTicks(int symbols) {
        if (flitMode()) {
            throw new IllegalStateException(this + " works in FLIT mode, where no limit counts symbol times");
        }
        long unitIntervals = generation <= 2 ? 10 : 8;
        return symbols * unitIntervals * UNIT_INTERVAL_TICKS[generation - 1];
    }

    /**
     * How long this link is taken by one FLIT, ticks: 2 ns with 16 lanes of generation 6, 32 ns with one.
     *
     * @throws IllegalStateException if there are none
     */
    public long flitTicks() {
        if (!flitMode()) {
            throw new IllegalStateException(this + " does not work in FLIT mode");
        }
        return serialisationTicks(FLIT_TLP_BYTES);
    }

    /**
     * How long after it was sent a byte can be used by its receiver, ticks, wherever in its FLIT it is. A FLIT has to be
     * whole before FEC can correct it and its CRC be checked (base specification 6.0, 4.2.3): there is no cut-through
     * before that. Without FLITs it is 0, for a TLP may be forwarded before its LCRC has come.
     */
    public long receptionTicks() {
        return flitMode() ? flitTicks() : 0;
    }

    /** Bytes a second after encoding, per direction, before any TLP header: what no DMA can exceed. */
    public long bytesPerSecond() {
        long unitInterval = UNIT_INTERVAL_TICKS[generation - 1];
        long bitsPerSecond = Ticks.PER_SECOND / unitInterval * width;
        return switch (generation) {
            case 1, 2 -> bitsPerSecond / 10;
            case 3, 4, 5 -> bitsPerSecond / 8 * 128 / 130;
            default -> bitsPerSecond / 8 * FLIT_TLP_BYTES / 256;
        };
    }

    private static long ceilDiv(long dividend, long divisor) {
        return (dividend + divisor - 1) / divisor;
    }

    @Override
    public String toString() {
        return "gen" + generation + " x" + width;
    }
}
