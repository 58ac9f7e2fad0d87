package org.p2psim.scenario.inventory.config;

import com.google.common.collect.ImmutableList;
import java.util.Optional;
import org.p2psim.address.AddressRange;
import org.p2psim.topology.Window;

/** Bus numbers and windows of a bridge. Both bus numbers are 0 before somebody configured it. */
public record Bridge(int secondary, int subordinate, Optional<Window> memory, Optional<Window> prefetchable) {
    /** The granularity of base and limit registers, bytes. */
    private static final long WINDOW_UNIT = 1 << 20;

    public boolean isConfigured() {
        return secondary != 0;
    }

    public ImmutableList<Window> windows() {
        ImmutableList.Builder<Window> windows = ImmutableList.builder();
        memory.ifPresent(windows::add);
        prefetchable.ifPresent(windows::add);
        return windows.build();
    }

    /**
     * The window that two registers give; none if the limit lies below the base, or if both are as after reset.
     *
     * @param limit the last address, inclusive
     */
    public static Optional<Window> window(long base, long limit, boolean prefetchable) {
        boolean untouched = base == 0 && (limit == WINDOW_UNIT - 1 || limit == -1);
        return untouched || Long.compareUnsigned(limit, base) < 0
                ? Optional.empty()
                : Optional.of(new Window(new AddressRange(base, limit - base + 1), prefetchable));
    }
}
