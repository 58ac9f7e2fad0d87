package org.p2psim.scenario.inventory.lspci;

import com.google.common.collect.ImmutableList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.p2psim.scenario.inventory.FoundBar;
import org.p2psim.scenario.inventory.lspci.Reading.Bars;

/** Reads the {@code Region 0: Memory at ...} lines; {@code lspci -v} leaves out the number (pciutils 3.14, lspci.c). */
final class TextBars {
    private static final Pattern BAR = Pattern.compile("(?:\\bRegion ([0-9]): )?(?:\\[virtual\\] )?"
            + "\\b(?:(I/O ports at)|Memory at (<[a-z0-9-]{1,24}>|[0-9a-f]{1,16}) "
            + "\\((32-bit|64-bit|low-1M|type 3), (non- ?)?prefetchable\\)((?: \\[[^\\]]{1,20}\\]){0,5}))");
    private static final Pattern SIZE = Pattern.compile("\\[size=([0-9]{1,6})([KMGTPE]?)\\]");
    private static final Pattern RESIZABLE = Pattern.compile("\\bBAR ([0-5]): current size: ([0-9]{1,4})([MGTPE])B");
    private static final String UNITS = "KMGTPE";
    private static final int MOST_BARS = 6;

    private TextBars() {}

    /**
     * Reads a device's BARs.
     *
     * @param head the lines before the capabilities: those show the BARs of virtual functions, too
     */
    static Bars read(String head, String lines) {
        Map<Integer, Long> sizes = resizable(lines);
        ImmutableList.Builder<FoundBar> bars = ImmutableList.builder();
        BitSet seen = new BitSet(MOST_BARS);
        boolean numbered = true;
        int next = 0;
        for (Matcher m = BAR.matcher(head); m.find(); ) {
            numbered &= m.group(1) != null;
            int index = m.group(1) == null ? next : Integer.parseInt(m.group(1));
            boolean wide = "64-bit".equals(m.group(4));
            next = index + (wide ? 2 : 1);
            if (m.group(2) == null && index < MOST_BARS && !seen.get(index)) {
                seen.set(index);
                bars.add(bar(m, index, wide, sizes));
            }
        }
        ImmutableList<FoundBar> all = bars.build();
        return all.isEmpty() ? Bars.NONE : new Bars(all, numbered);
    }

    private static FoundBar bar(Matcher m, int index, boolean wide, Map<Integer, Long> sizes) {
        boolean placed = !m.group(3).startsWith("<");
        long base = placed ? Long.parseUnsignedLong(m.group(3), 16) : 0;
        OptionalLong size = size(SIZE.matcher(m.group(6)), 1);
        if (size.isEmpty() && sizes.containsKey(index)) {
            size = OptionalLong.of(sizes.get(index));
        }
        boolean enabled = base != 0 && !m.group(6).contains("[disabled]");
        return new FoundBar(index, base, size, m.group(5) == null, wide, enabled);
    }

    private static Map<Integer, Long> resizable(String lines) {
        Map<Integer, Long> sizes = new HashMap<>();
        int at = lines.indexOf("Physical Resizable BAR");
        if (at >= 0) {
            int end = lines.indexOf(TextReading.CAPABILITIES, at);
            String section = end < 0 ? lines.substring(at) : lines.substring(at, end);
            for (Matcher m = RESIZABLE.matcher(section); m.find(); ) {
                int index = Integer.parseInt(m.group(1));
                bytes(m.group(2), m.group(3)).ifPresent(size -> sizes.putIfAbsent(index, size));
            }
        }
        return sizes;
    }

    private static OptionalLong size(Matcher m, int numberGroup) {
        return m.find() ? bytes(m.group(numberGroup), m.group(numberGroup + 1)) : OptionalLong.empty();
    }

    /** Empty for sizes that no BAR can have. */
    private static OptionalLong bytes(String number, String unit) {
        long value = Long.parseLong(number);
        int shift = unit.isEmpty() ? 0 : 10 * (UNITS.indexOf(unit) + 1);
        boolean fits = value > 0 && Long.numberOfLeadingZeros(value) > shift + 1;
        return fits ? OptionalLong.of(value << shift) : OptionalLong.empty();
    }
}
