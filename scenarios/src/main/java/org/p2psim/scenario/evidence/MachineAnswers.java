package org.p2psim.scenario.evidence;

import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableList;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.p2psim.address.Bdf;
import org.p2psim.p2p.MapType;

/**
 * What a running kernel answered for pairs of functions: a table in the folder of a captured machine, read row by row.
 * {@code p2p.tsv} has the functions with a type 0 header, {@code p2p-all.tsv} bridges too.
 */
public final class MachineAnswers implements AutoCloseable {
    /** Every captured machine has it. */
    static final String FILE = "p2p.tsv";

    private static final String FILE_OF_ALL = "p2p-all.tsv";
    private static final String COLUMNS = "provider\tclient\tdistance\tmap_type\traw_dist";
    private static final Splitter TABS = Splitter.on('\t');

    private final EvidenceLines lines;

    private MachineAnswers(EvidenceLines lines) {
        this.lines = lines;
    }

    /**
     * One row.
     *
     * @param place file and line, for messages
     * @param distance what {@code pci_p2pdma_distance_many()} returned
     * @param rawDistance what {@code calc_map_type_and_dist()} stored: also where the answer is no
     */
    public record Row(String place, Bdf provider, Bdf client, int distance, MapType mapType, int rawDistance) {}

    /** The tables that the folder of a machine has. */
    public static ImmutableList<Path> tables(Path machine) {
        return Stream.of(FILE, FILE_OF_ALL)
                .map(machine::resolve)
                .filter(Files::isRegularFile)
                .collect(ImmutableList.toImmutableList());
    }

    /**
     * Opens a table.
     *
     * @throws EvidenceException if it cannot be opened
     */
    public static MachineAnswers open(Path table) throws EvidenceException {
        return new MachineAnswers(EvidenceLines.open(table));
    }

    /**
     * The next row; empty after the last.
     *
     * @throws EvidenceException if the next line is neither a row nor a comment
     */
    public Optional<Row> next() throws EvidenceException {
        for (Optional<EvidenceLines.Line> line = lines.next(); line.isPresent(); line = lines.next()) {
            String text = new String(line.get().bytes(), StandardCharsets.UTF_8).stripTrailing();
            if (!text.startsWith("#")) {
                return Optional.of(row(line.get().place(), TABS.splitToList(text)));
            }
            if (line.get().place().line() == 1 && !text.equals("# " + COLUMNS)) {
                throw line.get().place().wrong("the columns must be " + COLUMNS.replace("\t", ", "));
            }
        }
        return Optional.empty();
    }

    private static Row row(Place place, List<String> cells) throws EvidenceException {
        if (cells.size() != TABS.splitToList(COLUMNS).size()) {
            throw place.wrong("a row has %s with one tab between, not %d cells"
                    .formatted(COLUMNS.replace("\t", ", "), cells.size()));
        }
        try {
            return new Row(
                    place.toString(),
                    Bdf.parse(cells.get(0)),
                    Bdf.parse(cells.get(1)),
                    Integer.parseInt(cells.get(2)),
                    P2pdmaAnswer.mapType(cells.get(3)),
                    Integer.parseInt(cells.get(4)));
        } catch (NumberFormatException e) {
            throw place.wrong("distance and raw_dist must be whole numbers: " + e.getMessage());
        } catch (IllegalArgumentException e) {
            throw place.wrong(String.valueOf(e.getMessage()));
        }
    }

    @Override
    public void close() throws EvidenceException {
        lines.close();
    }
}
