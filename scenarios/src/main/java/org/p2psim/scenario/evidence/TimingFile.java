package org.p2psim.scenario.evidence;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A table of timing, comma-separated, plain or gzip, read row by row. What it holds follows from its header line.
 *
 * <p>Analytic points name their configuration; it is looked up in a {@code configs.csv} beside the file, and else read
 * off the name.
 */
public final class TimingFile implements AutoCloseable {
    private static final String CONFIGS = "configs.csv";

    private final EvidenceLines lines;
    private final TimingTable table;
    private final ImmutableList<String> columns;
    private final ImmutableMap<String, LinkSetting> settings;

    private TimingFile(
            EvidenceLines lines,
            TimingTable table,
            ImmutableList<String> columns,
            ImmutableMap<String, LinkSetting> settings) {
        this.lines = lines;
        this.table = table;
        this.columns = columns;
        this.settings = settings;
    }

    /** Whether a file can be read and its first line is the header of a table of timing. Of a pipe nothing is read. */
    static boolean isOne(Path file) {
        if (!Files.isRegularFile(file)) {
            return false;
        }
        try (EvidenceLines lines = EvidenceLines.open(file)) {
            Optional<EvidenceLines.Line> header = lines.next();
            return header.isPresent()
                    && TimingTable.of(CsvRow.cells(header.get())).isPresent();
        } catch (EvidenceException e) {
            return false;
        }
    }

    /**
     * Opens a table.
     *
     * @throws EvidenceException if it cannot be opened, or its header line is of no table known here
     */
    public static TimingFile open(Path file) throws EvidenceException {
        EvidenceLines lines = EvidenceLines.open(file);
        try {
            Optional<EvidenceLines.Line> header = lines.next();
            if (header.isEmpty()) {
                throw new EvidenceException("%s: empty".formatted(file));
            }
            ImmutableList<String> columns = CsvRow.cells(header.get());
            Optional<TimingTable> table = TimingTable.of(columns);
            if (table.isEmpty()) {
                throw header.get()
                        .place()
                        .wrong("no table of timing has these columns; known are " + TimingTable.known());
            }
            if (new HashSet<>(columns).size() < columns.size()) {
                throw header.get().place().wrong("two columns have the same name");
            }
            return new TimingFile(lines, table.get(), columns, settings(file, table.get()));
        } catch (EvidenceException e) {
            lines.close();
            throw e;
        }
    }

    private static ImmutableMap<String, LinkSetting> settings(Path file, TimingTable table) throws EvidenceException {
        Path configs = file.resolveSibling(CONFIGS);
        if (table != TimingTable.ANALYTIC_POINTS || !Files.isRegularFile(configs) || !isOne(configs)) {
            return ImmutableMap.of();
        }
        Map<String, LinkSetting> settings = new LinkedHashMap<>();
        try (TimingFile rows = open(configs)) {
            for (Optional<TimingRow> row = rows.next(); row.isPresent(); row = rows.next()) {
                if (row.get() instanceof TimingRow.AnalyticConfig config) {
                    settings.put(config.config(), config.setting());
                }
            }
        }
        return ImmutableMap.copyOf(settings);
    }

    /**
     * The next row; empty after the last.
     *
     * @throws EvidenceException if the next line is not a row of this table
     */
    public Optional<TimingRow> next() throws EvidenceException {
        Optional<EvidenceLines.Line> line = lines.next();
        if (line.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(table.read(CsvRow.of(line.get(), columns), settings));
    }

    @Override
    public void close() throws EvidenceException {
        lines.close();
    }
}
