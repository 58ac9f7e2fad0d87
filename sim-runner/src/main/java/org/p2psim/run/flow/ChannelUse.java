package org.p2psim.run.flow;

import java.util.List;

/** What a channel has carried. */
final class ChannelUse {
    private final BusyTime busyTime = new BusyTime();
    private long tlps;
    private long payload;
    private long wireBytes;
    private long busy;
    private long dllps;
    private long replays;
    private long poisoned;

    void add(long start, long ticks, Tlp tlp, int bytesOnWire) {
        tlps++;
        payload += tlp.payload;
        wireBytes += bytesOnWire;
        busy += ticks;
        busyTime.add(start, ticks);
        if (tlp.poisoned && tlp.payload > 0) {
            poisoned++;
        }
    }

    /** Counts TLPs that are alike, but not when they have kept it busy. */
    void addAlike(int count, long ticks, int itsPayload, int bytesOnWire) {
        tlps += count;
        payload += (long) count * itsPayload;
        wireBytes += (long) count * bytesOnWire;
        busy += count * ticks;
    }

    void addBusy(long start, long ticks) {
        busyTime.add(start, ticks);
    }

    /** Counts TLPs that are alike, one each period. */
    void addRepeated(long start, long ticks, int itsPayload, int bytesOnWire, long period, long count) {
        tlps += count;
        payload += count * itsPayload;
        wireBytes += count * bytesOnWire;
        busy += count * ticks;
        busyTime.addRepeated(start, ticks, period, count);
    }

    void addReplays(long count) {
        replays += count;
    }

    /** TLPs that were sent again because they had arrived damaged. */
    long replays() {
        return replays;
    }

    /** TLPs with data that is marked as bad. */
    long poisoned() {
        return poisoned;
    }

    void addDllps(long count) {
        dllps += count;
    }

    void addDllp() {
        dllps++;
    }

    long sliceTicks() {
        return busyTime.sliceTicks();
    }

    /** @param sliceTicks at least {@link #sliceTicks()}, and a power of two times it */
    List<Long> perSlice(long sliceTicks) {
        busyTime.lengthenSlices(sliceTicks);
        return busyTime.perSlice();
    }

    long tlps() {
        return tlps;
    }

    /** Bytes of data. */
    long payload() {
        return payload;
    }

    /** Bytes of TLPs with headers and framing. */
    long wireBytes() {
        return wireBytes;
    }

    /** Ticks during which TLPs were sent. */
    long busy() {
        return busy;
    }

    long dllps() {
        return dllps;
    }
}
