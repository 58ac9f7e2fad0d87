package org.p2psim.scenario.evidence;

import com.google.common.collect.ImmutableList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** One row of a table of timing: what was run, and the bandwidth or latency that a model or a machine gave. */
public sealed interface TimingRow {
    /** File and line, for messages. */
    String place();

    /** What a device does to memory. */
    enum Operation {
        READ,
        WRITE,
        /** Reads and writes at once; rates count each direction for itself. */
        READ_WRITE,
        /** A write and then a read of the same memory, timed together. */
        WRITE_THEN_READ
    }

    /** What starts a transfer: the DMA engine, or an instruction of the device's processor, which avoids the engine. */
    enum Initiator {
        DMA,
        COMMAND
    }

    /** In which order addresses follow in the window. */
    enum Pattern {
        RANDOM,
        SEQUENTIAL
    }

    /** What was done to the host's cache before: pcie-bench's Cold, HWarm, DWarm and DThrash. */
    enum Cache {
        COLD,
        /** The host wrote the window. */
        HOST_WARM,
        /** The device wrote the window. */
        DEVICE_WARM,
        /** The device wrote so much that the window left the cache. */
        DEVICE_THRASHED
    }

    /** The host's IOMMU. */
    enum Iommu {
        OFF,
        /** With large pages where the IOMMU has them. */
        ON,
        /** With pages of 4 KiB only. */
        ON_WITHOUT_SUPERPAGES
    }

    /**
     * A run of pcie-bench.
     *
     * @param system the host and its configuration; the links of hosts are {@link HostLink} rows
     * @param window bytes of host memory that addresses are taken from
     * @param size bytes of a transfer
     */
    record BenchRun(
            String system,
            Iommu iommu,
            Initiator initiator,
            Operation operation,
            Pattern pattern,
            Cache cache,
            long window,
            int size) {}

    /**
     * A point of the analytic model of pcie-bench (Neugebauer et al., SIGCOMM 2018).
     *
     * @param config the name of the configuration
     * @param size bytes of a transfer
     * @param gigabitsPerSecond of payload; for reads and writes at once, of each direction
     * @param megatransfersPerSecond the same rate in transfers
     */
    record AnalyticPoint(
            String place,
            String config,
            LinkSetting setting,
            Operation operation,
            int size,
            double gigabitsPerSecond,
            double megatransfersPerSecond)
            implements TimingRow {}

    /** A configuration that analytic points name. */
    record AnalyticConfig(String place, String config, LinkSetting setting) implements TimingRow {}

    /**
     * A measured bandwidth.
     *
     * @param gigabitsPerSecond of payload; for reads and writes at once, of each direction
     * @param megatransfersPerSecond the same rate in transfers
     */
    record Bandwidth(String place, BenchRun run, double gigabitsPerSecond, double megatransfersPerSecond)
            implements TimingRow {}

    /** Measured latencies, nanoseconds. */
    record Latency(
            String place,
            BenchRun run,
            double average,
            double median,
            double lowest,
            double highest,
            double percentile95,
            double percentile99p9)
            implements TimingRow {}

    /**
     * The link of a device under test in a host.
     *
     * @param system as {@link BenchRun#system}
     * @param device what lspci calls it
     * @param tags read requests that may be outstanding: 32, or 256 with Extended Tags
     */
    record HostLink(String place, String system, String device, LinkSetting setting, int tags, boolean relaxedOrdering)
            implements TimingRow {
        /** The link of a system: the fastest, since a second card of the same make may sit in a slower slot. */
        public static Optional<HostLink> of(String system, List<HostLink> links) {
            return links.stream()
                    .filter(link -> link.system().equals(system))
                    .max(Comparator.comparingInt(
                                    (HostLink link) -> link.setting().link().generation())
                            .thenComparingInt(link -> link.setting().link().width()));
        }
    }

    /**
     * A published figure about transfers between peers.
     *
     * @param values several where the metric names several, as in uni/bidir
     * @param unit as published: GB/s, us, %
     * @param conditions the machine, in words
     */
    record PeerTarget(
            String place,
            String id,
            String scenario,
            String metric,
            List<Double> values,
            String unit,
            String conditions,
            String source)
            implements TimingRow {
        public PeerTarget {
            values = ImmutableList.copyOf(values);
        }
    }
}
