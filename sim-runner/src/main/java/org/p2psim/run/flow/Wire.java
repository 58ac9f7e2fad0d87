package org.p2psim.run.flow;

import java.util.List;
import java.util.stream.Collectors;
import org.p2psim.outcome.LinkUse;
import org.p2psim.topology.Link;
import org.p2psim.topology.PciFunction;

/** One direction of a link, and what it carried. */
final class Wire implements Station {
    private final PciFunction port;
    private final List<PciFunction> below;
    private final Link link;
    private final boolean upstream;
    private final BusyTime busyTime = new BusyTime();

    /** When everything accepted so far is sent. */
    private long free;

    private long tlps;
    private long payload;
    private long wireBytes;
    private long busy;

    /** Most TLPs are as long as the one before. */
    private int lastBytes;

    private long lastTicks;

    Wire(PciFunction port, List<PciFunction> below, boolean upstream) {
        this.port = port;
        this.below = below;
        this.link = port.linkBelow()
                .orElseThrow(() ->
                        new IllegalArgumentException("generation and width of the link below %s (%s) are not known"
                                .formatted(port.name(), port.address())));
        this.upstream = upstream;
    }

    @Override
    public long pass(Tlp tlp, long now) {
        int bytes = tlp.wireBytes(link.flitMode());
        long ticks = serialisation(bytes);
        long start = Math.max(now, free);
        free = start + ticks;
        tlps++;
        payload += tlp.payload();
        wireBytes += bytes;
        busy += ticks;
        busyTime.add(start, ticks);
        tlp.tail = ticks;
        return start;
    }

    /** How long a TLP takes on this link, ticks. */
    long serialisation(Tlp tlp) {
        return serialisation(tlp.wireBytes(link.flitMode()));
    }

    private long serialisation(int bytes) {
        if (bytes != lastBytes) {
            lastBytes = bytes;
            lastTicks = link.serialisationTicks(bytes);
        }
        return lastTicks;
    }

    boolean wasUsed() {
        return tlps > 0;
    }

    long sliceTicks() {
        return busyTime.sliceTicks();
    }

    /** @param sliceTicks at least {@link #sliceTicks()}, and a power of two times it */
    LinkUse use(long sliceTicks) {
        busyTime.lengthenSlices(sliceTicks);
        return new LinkUse(
                port.address(),
                port.name() + " - " + below.stream().map(PciFunction::name).collect(Collectors.joining(", ")),
                link,
                upstream ? LinkUse.Direction.UPSTREAM : LinkUse.Direction.DOWNSTREAM,
                tlps,
                payload,
                wireBytes,
                busy,
                sliceTicks,
                busyTime.perSlice());
    }
}
