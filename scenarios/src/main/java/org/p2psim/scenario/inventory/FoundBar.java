package org.p2psim.scenario.inventory;

import java.util.OptionalLong;

/**
 * A memory BAR as found.
 *
 * @param index 0 to 5
 * @param base address in it, unsigned; 0 if it was never assigned
 * @param size bytes, if the dump says it: configuration space alone does not
 * @param enabled false for BARs that are shown as disabled, ignored or unassigned
 */
public record FoundBar(
        int index, long base, OptionalLong size, boolean prefetchable, boolean is64Bit, boolean enabled) {}
