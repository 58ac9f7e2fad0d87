package org.p2psim.timing;

import java.util.Optional;

/**
 * What a function's DMA engine does besides its bandwidth: how its requests are cut, and what each costs it.
 *
 * @param wholeDmas whether several DMAs at once take turns by whole segments or operations, strictly; else by TLPs,
 *     whichever is ready
 * @param alignedReads whether read requests end at multiples of Max_Read_Request_Size; else only the first is as long as
 *     any
 * @param writeStart what the engine needs for each write DMA, ticks
 * @param writeFetch what it needs for each {@link #FETCH_BYTES} of data that it writes, ticks
 * @param oddRead what it needs for a read request whose length is not a multiple of 4 bytes, at least, ticks
 * @param busPerByte what the device's own bus, which reads and writes share, needs for a byte of a DMA, ticks; in whole
 *     lines of 64
 * @param busLeast what it needs for a DMA at least, ticks
 * @param busMost what it needs for a DMA at most, ticks
 * @param gap bytes that the function's transmitter leaves idle after each TLP
 * @param tailGap bytes that it leaves idle besides after the last TLP of a write DMA that is no multiple of
 *     {@link #TAIL_UNIT}
 * @param rounds how tags are handed out, if not one by one
 */
public record DmaEngineTiming(
        boolean wholeDmas,
        boolean alignedReads,
        long writeStart,
        long writeFetch,
        long oddRead,
        long busPerByte,
        long busLeast,
        long busMost,
        int gap,
        int tailGap,
        Optional<Rounds> rounds) {
    /** Data is fetched from the device's own memory in pieces of this size. */
    public static final int FETCH_BYTES = 128;

    /** Bytes of the pieces in which writes leave without a gap at the end. */
    public static final int TAIL_UNIT = 512;

    /** Costs nothing. */
    public static final DmaEngineTiming NONE =
            new DmaEngineTiming(false, false, 0, 0, 0, 0, 0, 0, 0, 0, Optional.empty());

    private static final int MOST_GAP = 4096;

    /**
     * Tags are handed out in rounds of all that there are. Before the next round begins, what is outstanding must be down
     * to so many bytes, if the round had enough short requests.
     *
     * @param drain bytes
     * @param shortRequest bytes: requests up to this are short, and so are those of DMAs that are cut in two
     * @param shortOnes short requests that a round must have
     */
    public record Rounds(int drain, int shortRequest, int shortOnes) {
        public Rounds {
            Range.atLeast("bytes to which a round is drained", drain, 0);
            Range.atLeast("bytes of a short request", shortRequest, 1);
            Range.atLeast("short requests of a round", shortOnes, 1);
        }
    }

    /** @throws IllegalArgumentException if a value is out of its range */
    public DmaEngineTiming {
        Range.atLeast("start of a write", writeStart, 0);
        Range.atLeast("fetch of data", writeFetch, 0);
        Range.atLeast("cost of an odd read", oddRead, 0);
        Range.atLeast("cost of a byte on the bus", busPerByte, 0);
        Range.atLeast("cost of a DMA on the bus", busLeast, 0);
        Range.atLeast("most that a DMA costs on the bus", busMost, busLeast);
        Range.check("gap after writes, bytes", tailGap, 0, MOST_GAP);
        Range.check("gap between TLPs, bytes", gap, 0, MOST_GAP);
    }

    /** Whether requests for one direction take it any time. */
    public boolean hasStage(boolean writes) {
        return writes ? writeStart > 0 || writeFetch > 0 : oddRead > 0;
    }

    /** Whether reads and writes share a bus that takes any time. */
    public boolean hasBus() {
        return busMost > 0;
    }
}
