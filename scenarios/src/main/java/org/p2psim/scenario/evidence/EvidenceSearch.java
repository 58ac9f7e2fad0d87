package org.p2psim.scenario.evidence;

import com.google.common.collect.ImmutableList;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Finds evidence in folders: {@code *.jsonl} and {@code *.jsonl.gz} files, {@code *.csv} and {@code *.csv.gz} tables of
 * timing, known by their header line, and machines, which have a p2p.tsv.
 */
public final class EvidenceSearch {
    private static final int DEEPEST_FOLDER = 40;

    private final ImmutableList.Builder<EvidenceSource> found = ImmutableList.builder();

    private EvidenceSearch() {}

    /**
     * The evidence of a path, in the order of the names: a file is taken for evidence whatever its name is; a folder is
     * searched, links to other folders are not followed.
     *
     * @throws EvidenceException if the path cannot be read, or is a folder without evidence
     */
    public static ImmutableList<EvidenceSource> in(Path path) throws EvidenceException {
        if (!Files.isDirectory(path)) {
            return ImmutableList.of(
                    TimingFile.isOne(path) ? new EvidenceSource.Timing(path) : new EvidenceSource.Vectors(path));
        }
        EvidenceSearch search = new EvidenceSearch();
        search.folder(path, 0);
        ImmutableList<EvidenceSource> sources = search.found.build();
        if (sources.isEmpty()) {
            throw new EvidenceException(
                    "%s: no evidence in this folder: no *.jsonl or *.jsonl.gz file, no table of timing (*.csv), and no machine with a %s"
                            .formatted(path, MachineAnswers.FILE));
        }
        return sources;
    }

    private void folder(Path folder, int depth) throws EvidenceException {
        if (depth > DEEPEST_FOLDER) {
            throw new EvidenceException("%s: folders nested deeper than %d".formatted(folder, DEEPEST_FOLDER));
        }
        if (Files.isRegularFile(folder.resolve(MachineAnswers.FILE))) {
            found.add(new EvidenceSource.CapturedMachine(folder));
        }
        for (Path entry : entries(folder)) {
            String name = entry.getFileName().toString();
            if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
                folder(entry, depth + 1);
            } else if (Files.isRegularFile(entry) && (name.endsWith(".jsonl") || name.endsWith(".jsonl.gz"))) {
                found.add(new EvidenceSource.Vectors(entry));
            } else if (Files.isRegularFile(entry)
                    && (name.endsWith(".csv") || name.endsWith(".csv.gz"))
                    && TimingFile.isOne(entry)) {
                found.add(new EvidenceSource.Timing(entry));
            }
        }
    }

    private static List<Path> entries(Path folder) throws EvidenceException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.sorted().toList();
        } catch (IOException e) {
            throw EvidenceException.of(folder.toString(), e);
        }
    }
}
