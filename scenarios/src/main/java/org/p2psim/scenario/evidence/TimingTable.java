package org.p2psim.scenario.evidence;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.p2psim.scenario.evidence.LinkSetting.Completions;
import org.p2psim.scenario.evidence.TimingRow.Operation;
import org.p2psim.topology.Link;

/** The tables of timing that are known, by the columns that they must have; further columns are passed over. */
enum TimingTable {
    ANALYTIC_POINTS("analytic points", "config", "op", "size", "eff_gbps", "mtrans_per_s") {
        @Override
        TimingRow read(CsvRow row, ImmutableMap<String, LinkSetting> settings) throws EvidenceException {
            LinkSetting named = settings.get(row.text("config"));
            return new TimingRow.AnalyticPoint(
                    row.place().toString(),
                    row.text("config"),
                    named != null ? named : row.parsed("config", LinkSetting::parse),
                    row.choice("op", OPERATIONS),
                    PcieBenchReader.size(row),
                    row.decimal("eff_gbps"),
                    row.decimal("mtrans_per_s"));
        }
    },
    ANALYTIC_CONFIGS("configurations", "config", "gen", "lanes", "mps", "mrrs", "rcb", "completions", "addr", "ecrc") {
        @Override
        TimingRow read(CsvRow row, ImmutableMap<String, LinkSetting> settings) throws EvidenceException {
            return new TimingRow.AnalyticConfig(row.place().toString(), row.text("config"), setting(row));
        }
    },
    BANDWIDTHS("bandwidths", "system", "iommu", "test", "cache", "window", "size", "gbps", "mtrans") {
        @Override
        TimingRow read(CsvRow row, ImmutableMap<String, LinkSetting> settings) throws EvidenceException {
            return PcieBenchReader.bandwidth(row);
        }
    },
    LATENCIES(
            "latencies",
            "system",
            "iommu",
            "test",
            "cache",
            "window",
            "size",
            "Avg",
            "Med",
            "Min",
            "Max",
            "95%",
            "99.9%") {
        @Override
        TimingRow read(CsvRow row, ImmutableMap<String, LinkSetting> settings) throws EvidenceException {
            return PcieBenchReader.latency(row);
        }
    },
    HOST_LINKS(
            "links of hosts", "system", "dev", "mps", "mrrs", "speed", "width", "ext_tag", "relaxed_ordering", "rcb") {
        @Override
        TimingRow read(CsvRow row, ImmutableMap<String, LinkSetting> settings) throws EvidenceException {
            return PcieBenchReader.link(row);
        }
    },
    PEER_TARGETS("peer-to-peer figures", "id", "scenario", "metric", "value", "unit", "conditions", "source") {
        @Override
        TimingRow read(CsvRow row, ImmutableMap<String, LinkSetting> settings) throws EvidenceException {
            return new TimingRow.PeerTarget(
                    row.place().toString(),
                    row.text("id"),
                    row.text("scenario"),
                    row.text("metric"),
                    row.decimals("value"),
                    row.text("unit"),
                    row.text("conditions"),
                    row.text("source"));
        }
    };

    private static final ImmutableMap<String, Operation> OPERATIONS =
            ImmutableMap.of("read", Operation.READ, "write", Operation.WRITE, "read_write", Operation.READ_WRITE);
    private static final ImmutableMap<String, Completions> COMPLETIONS =
            ImmutableMap.of("mps", Completions.MPS, "rcb", Completions.RCB);
    private static final ImmutableMap<String, Boolean> DIGEST = ImmutableMap.of("0", false, "1", true);
    private static final int ADDRESS_BITS_MAX = 64;

    private final String content;
    private final ImmutableList<String> columns;

    TimingTable(String content, String... columns) {
        this.content = content;
        this.columns = ImmutableList.copyOf(columns);
    }

    /**
     * Reads a row.
     *
     * @param settings configurations that are described elsewhere, by name
     */
    abstract TimingRow read(CsvRow row, ImmutableMap<String, LinkSetting> settings) throws EvidenceException;

    /** The table that has these columns. */
    static Optional<TimingTable> of(List<String> header) {
        return Stream.of(values())
                .filter(table -> header.containsAll(table.columns))
                .findFirst();
    }

    /** What tables there are, for messages. */
    static String known() {
        return Arrays.stream(values())
                .map(table -> "%s (%s)".formatted(table.content, String.join(",", table.columns)))
                .collect(Collectors.joining("; "));
    }

    private static LinkSetting setting(CsvRow row) throws EvidenceException {
        Link link = row.parsed("gen", gen -> Link.parse(gen + " " + row.cells().get("lanes")));
        int mps = PcieBenchReader.payload(row, "mps");
        int mrrs = PcieBenchReader.payload(row, "mrrs");
        int rcb = PcieBenchReader.payload(row, "rcb");
        Completions completions = row.choice("completions", COMPLETIONS);
        int addressBits = (int) row.count("addr", ADDRESS_BITS_MAX);
        boolean ecrc = row.choice("ecrc", DIGEST);
        return row.parsed("config", name -> new LinkSetting(link, mps, mrrs, rcb, completions, addressBits, ecrc));
    }
}
