package org.p2psim.timing;

import java.util.Optional;
import java.util.OptionalLong;
import org.p2psim.transaction.CompletionTimeout;

/**
 * A function as the source and target of DMA, beside its read latency, which the fabric has.
 *
 * @param writeLatency from the arrival of a write until the function's own work sees it, ticks
 * @param engineBandwidth data that its DMA engine reads and writes, bytes a second; empty if the link is slower
 * @param issueInterval between two requests that it issues at least, ticks
 * @param atc its cache of translations, if it has any by ATS; a miss is a request for a translation and its answer
 * @param engine what its requests cost it beyond that
 * @param completionTimeout how long it waits for the completions of a read, ticks; empty if for ever
 * @param response what becomes of memory requests to it
 * @param poisonedPerBillion TLPs with data, of 10^9 that it sends, that it marks as poisoned (EP)
 */
public record DeviceTiming(
        long writeLatency,
        OptionalLong engineBandwidth,
        long issueInterval,
        Optional<IommuTiming> atc,
        DmaEngineTiming engine,
        OptionalLong completionTimeout,
        Response response,
        long poisonedPerBillion) {
    /** The longest that a device may wait which says nothing else: 50 ms. */
    public static final OptionalLong DEFAULT_TIMEOUT = OptionalLong.of(CompletionTimeout.DEFAULT.longestTicks());

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
        Range.atLeast("Completion Timeout", completionTimeout.orElse(1), 1);
        Range.check("poisoned TLPs of 10^9", poisonedPerBillion, 0, PortTiming.BILLION);
    }

    /** Serves what it is asked for, poisons nothing, and waits 50 ms for completions. */
    public DeviceTiming(
            long writeLatency,
            OptionalLong engineBandwidth,
            long issueInterval,
            Optional<IommuTiming> atc,
            DmaEngineTiming engine) {
        this(writeLatency, engineBandwidth, issueInterval, atc, engine, DEFAULT_TIMEOUT, Response.SERVED, 0);
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
