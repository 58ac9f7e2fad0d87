package org.p2psim.timing;

import java.util.OptionalLong;
import org.p2psim.unit.Ticks;

/**
 * The memory of a socket, as its root complexes reach it.
 *
 * @param readLatency from the arrival of a memory read at the root complex to its first completion, if the last-level
 *     cache has the data, ticks
 * @param llcMiss what is added if it has not, ticks
 * @param llc bytes of that cache; empty if it holds whatever is read
 * @param remote what is added for a root complex of another socket, beyond the latency of the socket link both ways,
 *     ticks
 * @param bandwidth data read and written by all root complexes together, bytes a second; empty if it is never the
 *     bottleneck
 * @param writeLatency from the arrival of a write at the root complex until readers see it, ticks
 */
public record MemoryTiming(
        long readLatency, long llcMiss, OptionalLong llc, long remote, OptionalLong bandwidth, long writeLatency) {
    /**
     * pcie-bench on Broadwell (Neugebauer et al., SIGCOMM 2018): 32 tags of 64 B reads go round in 510 to 516 ns, of
     * which the link takes 14; a miss costs 40 to 70 ns; a remote socket 93 to 107, which is what 50 ns each way over
     * the socket link come to. Writes are posted, so nobody has measured when they are seen.
     */
    public static final MemoryTiming DEFAULT = new MemoryTiming(
            Ticks.ofNanoseconds(500), Ticks.ofNanoseconds(50), OptionalLong.empty(), 0, OptionalLong.empty(), 0);

    /** @throws IllegalArgumentException if a value is negative, or the cache or the bandwidth is nothing */
    public MemoryTiming {
        Range.atLeast("read latency of memory", readLatency, 0);
        Range.atLeast("cost of a last-level cache miss", llcMiss, 0);
        Range.atLeast("bytes of the last-level cache", llc.orElse(1), 1);
        Range.atLeast("latency of a remote socket", remote, 0);
        Range.atLeast("bandwidth of memory", bandwidth.orElse(1), 1);
        Range.atLeast("write latency of memory", writeLatency, 0);
    }

    /**
     * Ticks from the arrival of a read to its first completion.
     *
     * @param cached whether the last-level cache has the data
     * @param fromRemote whether the read comes from another socket's root complex
     */
    public long readLatency(boolean cached, boolean fromRemote) {
        return readLatency + (cached ? 0 : llcMiss) + (fromRemote ? remote : 0);
    }
}
