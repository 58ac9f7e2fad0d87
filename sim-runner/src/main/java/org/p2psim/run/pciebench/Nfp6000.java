package org.p2psim.run.pciebench;

import java.util.Optional;
import org.p2psim.timing.DeviceTiming;
import org.p2psim.timing.DmaEngineTiming;
import org.p2psim.timing.DmaEngineTiming.Rounds;
import org.p2psim.unit.Ticks;

/**
 * The requester of pcie-bench, a Netronome NFP-6000: what is the same on every host, read off the published tables of
 * 15 hosts with Xeon E5 (github.com/pcie-bench/data) once and for all.
 *
 * <p>A write DMA takes 21.0, 38.0, 55.0, 72, 89.0, 123.0 ns for 1, 2, 3, 4, 5, 7 pieces of 128 bytes, that is 4 + 17 for
 * each. TLPs of 256 bytes follow at 38.6 ns with 64-bit addresses and 37.6 with 32-bit ones, as if 22 bytes stayed idle
 * after each. Reads and writes at once share the engine: at 512 bytes a pair takes 95.7 ns, at 1024 191.4, at 2048 327.
 * Short reads pause after each 32 tags until about 2432 bytes are outstanding. Lengths that are not multiples of 4 take
 * 23.7 ns at least. Error left: reads of 129 bytes are 10 % slower than this, of 16 bytes 5 %.
 */
final class Nfp6000 {
    static final int TAGS = 32;

    /** Of a read: from the first byte at the device until its memory has it, for each byte; DMA_RD less the link. */
    static final double STORE_NS_PER_BYTE = 0.13;

    /**
     * Of a write with nothing else under way: fetching a byte that the transmitter then waits for. Writes then reads grow
     * by 0.53 ns a byte on every E5 host, 0.11 more than the link, the reader's store and the fetches that overlap.
     */
    static final double FETCH_NS_PER_BYTE = 0.11;

    /** What a DMA read takes beside its round trip where no row says it: descriptor in, event out. */
    static final double DMA_OVERHEAD_NS = 40;

    /** A write then read, beside its round trip, where no row says it. */
    static final double WRITE_READ_OVERHEAD_NS = 220;

    /** Commands bypass the DMA engine. */
    static final double COMMAND_LESS_NS = 134;

    static final double COMMAND_WRITE_READ_LESS_NS = 207;

    static final DmaEngineTiming ENGINE = new DmaEngineTiming(
            true,
            true,
            picoseconds(4_000),
            picoseconds(17_000),
            picoseconds(23_700),
            1495,
            picoseconds(11_050),
            picoseconds(97_000),
            22,
            16,
            Optional.of(new Rounds(2432, 256, 8)));

    static final DeviceTiming TIMING = new DeviceTiming(ENGINE);

    private Nfp6000() {}

    private static long picoseconds(long picoseconds) {
        return picoseconds * Ticks.PER_PICOSECOND;
    }
}
