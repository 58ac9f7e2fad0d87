package org.p2psim.scenario.inventory.config;

import com.google.common.collect.ImmutableList;
import java.util.Map;
import java.util.OptionalLong;
import org.p2psim.scenario.inventory.FoundBar;

/** Decodes memory BARs (PCI local bus specification 3.0, 6.2.5.1). */
final class ConfigBars {
    private static final int FIRST = 0x10;
    private static final int IO_SPACE = 0x01;
    private static final int TYPE = 0x06;
    private static final int TYPE_64_BIT = 0x04;
    private static final int PREFETCHABLE = 0x08;
    private static final long ADDRESS = 0xfffffff0L;
    private static final long ALL_ONES = 0xffffffffL;

    private ConfigBars() {}

    /** @param sizes bytes by index, where a Resizable BAR capability says them */
    static ImmutableList<FoundBar> read(ConfigSpace config, Header header, boolean decoding, Map<Integer, Long> sizes) {
        int slots = switch (header) {
            case NORMAL -> 6;
            case BRIDGE -> 2;
            case CARDBUS -> 1;
        };
        ImmutableList.Builder<FoundBar> bars = ImmutableList.builder();
        for (int index = 0; index < slots; index++) {
            long low = config.longAt(FIRST + 4 * index);
            if (low == 0 || low == ALL_ONES || (low & IO_SPACE) != 0) {
                continue;
            }
            boolean wide = (low & TYPE) == TYPE_64_BIT;
            if (wide && index + 1 == slots) {
                break;
            }
            long base = (low & ADDRESS) | (wide ? config.longAt(FIRST + 4 * index + 4) << 32 : 0);
            OptionalLong size = sizes.containsKey(index) ? OptionalLong.of(sizes.get(index)) : OptionalLong.empty();
            bars.add(new FoundBar(index, base, size, (low & PREFETCHABLE) != 0, wide, decoding && base != 0));
            index += wide ? 1 : 0;
        }
        return bars.build();
    }
}
