package org.p2psim.timing;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * A function as the source and target of DMA, beside its read latency, which the fabric has.
 *
 * @param writeLatency from the arrival of a write until the function's own work sees it, ticks
 * @param engineBandwidth data that its DMA engine reads and writes, bytes a second; empty if the link is slower
 * @param issueInterval between two requests that it issues at least, ticks
 * @param atc its cache of translations, if it has any by ATS; a miss is a request for a translation and its answer
 * @param engine what its requests cost it beyond that
 */
public record DeviceTiming(
        long writeLatency,
        OptionalLong engineBandwidth,
        long issueInterval,
        Optional<IommuTiming> atc,
        DmaEngineTiming engine) {
    /** As fast as its link: the devices of {@code profiles.tsv} that are slower say so. */
    public static final DeviceTiming DEFAULT = new DeviceTiming(0, OptionalLong.empty(), 0);

    /** As fast as its link but for its DMA engine. */
    public DeviceTiming(DmaEngineTiming engine) {
        this(0, OptionalLong.empty(), 0, Optional.empty(), engine);
    }

    /** @throws IllegalArgumentException if a value is negative or the bandwidth is nothing */
    public DeviceTiming {
        Range.atLeast("write latency", writeLatency, 0);
        Range.atLeast("bandwidth of a DMA engine", engineBandwidth.orElse(1), 1);
        Range.atLeast("interval of requests", issueInterval, 0);
    }

    /** Without translations of its own; requests cost its engine nothing beyond that. */
    public DeviceTiming(long writeLatency, OptionalLong engineBandwidth, long issueInterval) {
        this(writeLatency, engineBandwidth, issueInterval, Optional.empty(), DmaEngineTiming.NONE);
    }

    /** Whether what reads and writes share is slower than its link may be. */
    public boolean limitsRequests() {
        return engineBandwidth.isPresent() || issueInterval > 0 || engine.hasBus();
    }
}
