package org.p2psim.timing;

import java.util.Optional;

/**
 * What a function's DMA engine does besides its bandwidth: how its requests are cut, and what each costs it.
 *
 * @param wholeDmas whether several DMAs at once take turns by whole segments or operations; else by TLPs
 * @param alignedReads whether read requests end at multiples of Max_Read_Request_Size; else only the first is as long as
 *     any
 * @param writeStart what the engine needs for each write DMA, ticks
 * @param writeFetch what it needs for each {@link #FETCH_BYTES} of data that it writes, ticks
 * @param readStart what it needs for each read DMA, ticks
 * @param readPerByte what it needs for each byte of a read DMA beyond the first 64, ticks
 * @param readMost what it needs for a read DMA at most, beside its start, ticks
 * @param oddRead what it needs for a read request whose length is not a multiple of 4 bytes, at least, ticks
 * @param gap bytes that the function's transmitter leaves idle after each TLP
 * @param rounds how tags are handed out, if not one by one
 */
public record DmaEngineTiming(
        boolean wholeDmas,
        boolean alignedReads,
        long writeStart,
        long writeFetch,
        long readStart,
        long readPerByte,
        long readMost,
        long oddRead,
        int gap,
        Optional<Rounds> rounds) {
    /** Data is fetched from the device's own memory in pieces of this size. */
    public static final int FETCH_BYTES = 128;

    /** Costs nothing. */
    public static final DmaEngineTiming NONE =
            new DmaEngineTiming(false, false, 0, 0, 0, 0, 0, 0, 0, Optional.empty());

    private static final int MOST_GAP = 4096;

    /**
     * Tags are handed out in rounds of all that there are. Before the next round begins, what is outstanding must be down
     * to so many bytes, if the round had enough short requests.
     *
     * @param drain bytes, counted in lines of 64
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
        Range.atLeast("start of a read", readStart, 0);
        Range.atLeast("cost of a byte read", readPerByte, 0);
        Range.atLeast("cost of a read at most", readMost, 0);
        Range.atLeast("cost of an odd read", oddRead, 0);
        Range.check("gap between TLPs, bytes", gap, 0, MOST_GAP);
    }

    /** Whether its requests take it any time. */
    public boolean costs() {
        return writeStart > 0 || writeFetch > 0 || readStart > 0 || readPerByte > 0 || oddRead > 0;
    }
}
