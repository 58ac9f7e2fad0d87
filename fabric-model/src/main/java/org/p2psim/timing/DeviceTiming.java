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
 */
public record DeviceTiming(
        long writeLatency, OptionalLong engineBandwidth, long issueInterval, Optional<IommuTiming> atc) {
    /** As fast as its link: the devices of {@code profiles.tsv} that are slower say so. */
    public static final DeviceTiming DEFAULT = new DeviceTiming(0, OptionalLong.empty(), 0);

    /** @throws IllegalArgumentException if a value is negative or the bandwidth is nothing */
    public DeviceTiming {
        Range.atLeast("write latency", writeLatency, 0);
        Range.atLeast("bandwidth of a DMA engine", engineBandwidth.orElse(1), 1);
        Range.atLeast("interval of requests", issueInterval, 0);
    }

    /** Without translations of its own. */
    public DeviceTiming(long writeLatency, OptionalLong engineBandwidth, long issueInterval) {
        this(writeLatency, engineBandwidth, issueInterval, Optional.empty());
    }

    /** Whether requests leave it later than its link could take them. */
    public boolean limitsRequests() {
        return engineBandwidth.isPresent() || issueInterval > 0;
    }
}
