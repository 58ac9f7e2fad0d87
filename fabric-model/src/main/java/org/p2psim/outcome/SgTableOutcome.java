package org.p2psim.outcome;

import com.google.common.collect.ImmutableList;
import java.util.List;
import org.p2psim.p2p.MapType;

/**
 * A scatter/gather table that an importer was given.
 *
 * @param owner the MR or attachment that it was mapped for
 * @param at when it was mapped, ticks
 */
public record SgTableOutcome(String owner, String dmaBuf, long at, MapType mapType, List<Entry> entries) {
    public SgTableOutcome {
        entries = ImmutableList.copyOf(entries);
    }

    /** One segment: DMA address (unsigned) and length in bytes. */
    public record Entry(long address, long length) {}
}
