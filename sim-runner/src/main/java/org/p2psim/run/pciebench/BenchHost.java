package org.p2psim.run.pciebench;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.p2psim.run.pciebench.HostParameters.IommuParameters;
import org.p2psim.run.pciebench.HostParameters.Overheads;
import org.p2psim.scenario.evidence.TimingRow;
import org.p2psim.scenario.evidence.TimingRow.Bandwidth;
import org.p2psim.scenario.evidence.TimingRow.BenchRun;
import org.p2psim.scenario.evidence.TimingRow.HostLink;
import org.p2psim.scenario.evidence.TimingRow.Latency;

/** A host that pcie-bench ran on, simulated with the parameters that a few of its rows give. */
public final class BenchHost {
    private final HostFit.Fitted fitted;
    private final HostModel model;

    private BenchHost(HostFit.Fitted fitted) {
        this.fitted = fitted;
        this.model = new HostModel(fitted.parameters());
    }

    /**
     * Finds the parameters of a host.
     *
     * @param rows {@link Bandwidth} and {@link Latency} rows of one system, one at least
     */
    public static BenchHost fit(List<TimingRow> rows, Optional<HostLink> link) {
        return new BenchHost(HostFit.fit(rows, link));
    }

    /** What a run gives on the simulated host: Gb/s where a bandwidth was measured, ns where a median latency was. */
    public double predict(TimingRow row) {
        return row instanceof Bandwidth bandwidth
                ? model.gigabitsPerSecond(bandwidth.run())
                : model.median(((Latency) row).run());
    }

    /** The rows that parameters were found from. */
    public ImmutableSet<TimingRow> fittedRows() {
        return ImmutableSet.copyOf(fitted.used());
    }

    /** The parameters, in words; then the rows, then what no row says. */
    public ImmutableList<String> description() {
        HostParameters host = fitted.parameters();
        List<String> lines = new ArrayList<>();
        lines.add("%s, MPS %d, MRRS %d, %d tags; read latency %s ns, cold %s, device-warm %s; cache %d MiB"
                .formatted(
                        host.link().link(),
                        host.link().mps(),
                        host.link().mrrs(),
                        host.tags(),
                        tenths(host.hit()),
                        tenths(host.miss()),
                        tenths(host.deviceWarm()),
                        host.llc() >> 20));
        lines.add("IOMMU " + iommu(host.iommu()));
        Overheads overheads = host.overheads();
        lines.add(
                "beside the round trip: DMA read %s ns, write and read %s; command read %s, cold %s, device-warm %s, write and read %s; a read alone: cold %s, device-warm %s"
                        .formatted(
                                tenths(overheads.dmaRead()),
                                tenths(overheads.dmaWriteRead()),
                                tenths(overheads.commandRead()),
                                tenths(overheads.commandReadCold()),
                                tenths(overheads.commandReadDeviceWarm()),
                                tenths(overheads.commandWriteRead()),
                                tenths(host.aloneMiss()),
                                tenths(host.aloneDeviceWarm())));
        fitted.used().forEach(row -> lines.add("fitted on " + name(HostFit.run(row)) + ": " + value(row)));
        fitted.missing().forEach(what -> lines.add("taken as usual: " + what));
        return ImmutableList.copyOf(lines);
    }

    private static String iommu(IommuParameters iommu) {
        return !iommu.on()
                ? "off"
                : "on, pages of %d KiB, %.0f in the IOTLB, a miss %s ns, walks each %s ns for reads and %s for writes%s"
                        .formatted(
                                iommu.page() >> 10,
                                iommu.entries(),
                                tenths(iommu.missPenalty()),
                                tenths(iommu.walkRead()),
                                tenths(iommu.walkWrite()),
                                iommu.oneWalkPerRegion() ? ", one at a time in 2 MiB" : "");
    }

    private static String value(TimingRow row) {
        return row instanceof Bandwidth bandwidth
                ? bandwidth.gigabitsPerSecond() + " Gb/s"
                : tenths(((Latency) row).median()) + " ns";
    }

    /** A run in words: {@code DMA READ 64 B, HOST_WARM, window 8192}. */
    public static String name(BenchRun run) {
        return "%s %s %d B, %s, window %d"
                .formatted(run.initiator(), run.operation(), run.size(), run.cache(), run.window())
                .toLowerCase(Locale.ROOT)
                .replace('_', ' ');
    }

    private static String tenths(double value) {
        return "%.1f".formatted(value);
    }
}
