package org.p2psim.outcome;

import com.google.common.collect.ImmutableList;
import java.util.List;
import org.p2psim.address.Bdf;
import org.p2psim.topology.Link;
import org.p2psim.unit.Bandwidth;

/**
 * What one direction of a link carried during a run. Links that carried nothing are left out.
 *
 * @param port the port above the link
 * @param name of the link: the port above and what is below
 * @param payload bytes of data
 * @param wire bytes of data, headers and framing
 * @param busy time during which it was sending, ticks
 * @param dllps Acks and UpdateFCs about what the other direction carried; none in FLIT mode, where every FLIT has room
 *     for both
 * @param replays TLPs that were sent again because they arrived damaged
 * @param poisoned TLPs with data that is marked as bad (EP)
 * @param sliceTicks length of a time slice
 * @param busyPerSlice ticks of sending in each slice, from time 0 on
 */
public record LinkUse(
        Bdf port,
        String name,
        Link link,
        Direction direction,
        long tlps,
        long payload,
        long wire,
        long busy,
        long dllps,
        long replays,
        long poisoned,
        long sliceTicks,
        List<Long> busyPerSlice) {
    public LinkUse {
        busyPerSlice = ImmutableList.copyOf(busyPerSlice);
    }

    /** Towards the root complex, or away from it. */
    public enum Direction {
        UPSTREAM,
        DOWNSTREAM
    }

    /** Payload over the time that the link was busy. */
    public Bandwidth whileBusy() {
        return new Bandwidth(payload, busy);
    }
}
