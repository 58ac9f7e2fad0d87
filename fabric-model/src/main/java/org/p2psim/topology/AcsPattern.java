package org.p2psim.topology;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What some bits of an ACS control word should be. Written with seven flags as in {@code pci=config_acs=}: the first is
 * bit 6 (DT), the last is bit 0 (SV); 1 is on, 0 is off, x is either.
 *
 * @param mask the bits that matter
 * @param value what they should be; 0 where they do not matter
 */
public record AcsPattern(int mask, int value) {
    private static final int FLAGS = 7;
    private static final Pattern TEXT = Pattern.compile("[01x]{" + FLAGS + "}");

    public AcsPattern {
        if ((mask & ~0x7f) != 0 || (value & ~mask) != 0) {
            throw new IllegalArgumentException(
                    "an ACS pattern has 7 bits, and values for those of its mask: %x, %x".formatted(mask, value));
        }
    }

    /**
     * Reads {@code xx111x1}.
     *
     * @throws IllegalArgumentException if the text is not seven times 0, 1 or x
     */
    public static AcsPattern parse(String text) {
        if (!TEXT.matcher(text).matches()) {
            throw new IllegalArgumentException("\"%s\" is not an ACS pattern; it looks like xx111x1".formatted(text));
        }
        int mask = 0;
        int value = 0;
        for (int i = 0; i < FLAGS; i++) {
            char flag = text.charAt(i);
            mask = mask << 1 | (flag == 'x' ? 0 : 1);
            value = value << 1 | (flag == '1' ? 1 : 0);
        }
        return new AcsPattern(mask, value);
    }

    /** A control word with the bits as they should be, and its others as they are. */
    public int appliedTo(int control) {
        return (control & ~mask) | value;
    }

    /** The bits that are known not to be as they should be, as a mask. */
    public int differing(Acs acs) {
        return (acs.control() ^ value) & mask & ~acs.notKnown();
    }

    /** Whether a capability's control word is as it should be; empty if that hangs on a bit that is not known. */
    public Optional<Boolean> matches(Acs acs) {
        boolean differs = differing(acs) != 0;
        return !differs && (mask & acs.notKnown()) != 0 ? Optional.empty() : Optional.of(!differs);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (int bit = 1 << (FLAGS - 1); bit != 0; bit >>= 1) {
            text.append((mask & bit) == 0 ? 'x' : (value & bit) != 0 ? '1' : '0');
        }
        return text.toString();
    }
}
