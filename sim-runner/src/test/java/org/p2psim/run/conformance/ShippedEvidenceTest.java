package org.p2psim.run.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.p2psim.outcome.ConformanceOutcome;
import org.p2psim.outcome.ConformanceOutcome.Source;

/** The model against what compiled kernel code answered (5.10 to 7.3): see the README of the folder. */
class ShippedEvidenceTest {
    private static final Path FOLDER = Path.of("src", "test", "resources", "conformance");

    @ParameterizedTest
    @CsvSource({
        "acs-vectors.jsonl.gz, 1500",
        "p2pdma-cases.jsonl, 92",
        "p2pdma-vectors.jsonl.gz, 40000",
        "sgtable-vectors.jsonl, 345",
        "sgtable-vectors-extra.jsonl, 37",
        // two tables, one of all functions and one without bridges
        "machines/6.12.107-o14-switch-acs-epyc, 233",
        "machines/7.2.12-o22-nvme-sriov, 164"
    })
    void theModelAnswersAsTheKernelDid(String file, int cases) throws Exception {
        Path path = FOLDER.resolve(file);
        ConformanceOutcome outcome = new Conformance(10).replay(List.of(path));
        assertThat(outcome.sources()).containsExactly(new Source(path.toString(), cases, cases, List.of()));
    }

    /** The archive of the importers' tests: 32 machines, each with two kernels. */
    private static final Path ARCHIVE =
            Path.of("..", "scenarios", "src", "test", "resources", "org", "p2psim", "scenario", "inventory");

    private static void unpack(Path archive, Path folder) throws IOException {
        try (ZipInputStream zip = new ZipInputStream(Files.newInputStream(archive))) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                Path file = folder.resolve(entry.getName());
                Files.createDirectories(file.getParent());
                Files.copy(zip, file);
            }
        }
    }

    @Test
    void theModelAnswersAsTheKernelsOf64CapturedMachinesDid(@TempDir Path folder) throws Exception {
        unpack(ARCHIVE.resolve("kernel-runs.zip"), folder);
        ConformanceOutcome outcome = new Conformance(10).replay(List.of(folder));
        assertThat(outcome.sources()).hasSize(64).allMatch(source -> source.cases() == source.agreeing());
        assertThat(outcome.cases()).isEqualTo(3538);
    }
}
