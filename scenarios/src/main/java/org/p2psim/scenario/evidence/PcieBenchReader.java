package org.p2psim.scenario.evidence;

import com.google.common.collect.ImmutableMap;
import org.p2psim.scenario.evidence.LinkSetting.Completions;
import org.p2psim.scenario.evidence.TimingRow.BenchRun;
import org.p2psim.scenario.evidence.TimingRow.Cache;
import org.p2psim.scenario.evidence.TimingRow.Initiator;
import org.p2psim.scenario.evidence.TimingRow.Iommu;
import org.p2psim.scenario.evidence.TimingRow.Operation;
import org.p2psim.scenario.evidence.TimingRow.Pattern;
import org.p2psim.topology.Link;

/** Reads rows that pcie-bench measured on hosts (Neugebauer et al., SIGCOMM 2018; its tests have the names used here). */
final class PcieBenchReader {
    private static final int SIZE_MAX = 1 << 24;
    private static final long WINDOW_MAX = 1L << 40;
    private static final int PAYLOAD_MAX = 4096;
    private static final int TAGS = 32;
    private static final int EXTENDED_TAGS = 256;

    private static final ImmutableMap<String, Iommu> IOMMUS =
            ImmutableMap.of("off", Iommu.OFF, "iommu", Iommu.ON, "iommu-nosp", Iommu.ON_WITHOUT_SUPERPAGES);
    private static final ImmutableMap<String, Cache> CACHES = ImmutableMap.of(
            "Cold", Cache.COLD,
            "HWarm", Cache.HOST_WARM,
            "DWarm", Cache.DEVICE_WARM,
            "DThrash", Cache.DEVICE_THRASHED);
    private static final ImmutableMap<String, Pattern> PATTERNS =
            ImmutableMap.of("Rand", Pattern.RANDOM, "Seq", Pattern.SEQUENTIAL);
    private static final ImmutableMap<String, Operation> BANDWIDTH_TESTS = ImmutableMap.of(
            "BW_DMA_RD", Operation.READ, "BW_DMA_WR", Operation.WRITE, "BW_DMA_RW", Operation.READ_WRITE);
    private static final ImmutableMap<String, Operation> LATENCY_TESTS = ImmutableMap.of(
            "LAT_DMA_RD", Operation.READ,
            "LAT_DMA_WRRD", Operation.WRITE_THEN_READ,
            "LAT_CMD_RD", Operation.READ,
            "LAT_CMD_WRRD", Operation.WRITE_THEN_READ);
    private static final ImmutableMap<String, Integer> GENERATIONS =
            ImmutableMap.of("2.5GT/s", 1, "5GT/s", 2, "8GT/s", 3, "16GT/s", 4, "32GT/s", 5, "64GT/s", 6);
    private static final ImmutableMap<String, Boolean> TRUTH = ImmutableMap.of("True", true, "False", false);

    private PcieBenchReader() {}

    static TimingRow.Bandwidth bandwidth(CsvRow row) throws EvidenceException {
        return new TimingRow.Bandwidth(
                row.place().toString(),
                run(row, Initiator.DMA, row.choice("test", BANDWIDTH_TESTS)),
                row.decimal("gbps"),
                row.decimal("mtrans"));
    }

    static TimingRow.Latency latency(CsvRow row) throws EvidenceException {
        Operation operation = row.choice("test", LATENCY_TESTS);
        Initiator initiator = row.text("test").startsWith("LAT_CMD") ? Initiator.COMMAND : Initiator.DMA;
        return new TimingRow.Latency(
                row.place().toString(),
                run(row, initiator, operation),
                row.decimal("Avg"),
                row.decimal("Med"),
                row.decimal("Min"),
                row.decimal("Max"),
                row.decimal("95%"),
                row.decimal("99.9%"));
    }

    static TimingRow.HostLink link(CsvRow row) throws EvidenceException {
        int generation = row.choice("speed", GENERATIONS);
        Link link = row.parsed("width", width -> Link.parse("gen%d %s".formatted(generation, width)));
        int mps = payload(row, "mps");
        int mrrs = payload(row, "mrrs");
        int rcb = payload(row, "rcb");
        return new TimingRow.HostLink(
                row.place().toString(),
                row.text("system"),
                row.text("dev"),
                row.parsed("mps", text -> new LinkSetting(link, mps, mrrs, rcb, Completions.MPS, 64, false)),
                row.choice("ext_tag", TRUTH) ? EXTENDED_TAGS : TAGS,
                row.choice("relaxed_ordering", TRUTH));
    }

    static int size(CsvRow row) throws EvidenceException {
        return (int) row.count("size", SIZE_MAX);
    }

    static int payload(CsvRow row, String column) throws EvidenceException {
        return (int) row.count(column, PAYLOAD_MAX);
    }

    private static BenchRun run(CsvRow row, Initiator initiator, Operation operation) throws EvidenceException {
        BenchRun run = new BenchRun(
                row.text("system"),
                row.choice("iommu", IOMMUS),
                initiator,
                operation,
                pattern(row),
                row.choice("cache", CACHES),
                row.count("window", WINDOW_MAX),
                size(row));
        if (run.size() > run.window()) {
            throw row.problem("size", "at most the window of " + run.window());
        }
        return run;
    }

    /** Sweeps over windows have no column for it: the name of the test's file tells. */
    private static Pattern pattern(CsvRow row) throws EvidenceException {
        if (row.has("pattern")) {
            return row.choice("pattern", PATTERNS);
        }
        return row.has("file") && row.text("file").contains("_seq_") ? Pattern.SEQUENTIAL : Pattern.RANDOM;
    }
}
