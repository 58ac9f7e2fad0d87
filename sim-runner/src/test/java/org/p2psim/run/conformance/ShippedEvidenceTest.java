package org.p2psim.run.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
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
        "sgtable-vectors-extra.jsonl, 37"
    })
    void theModelAnswersAsTheKernelDid(String file, int cases) throws Exception {
        Path path = FOLDER.resolve(file);
        ConformanceOutcome outcome = new Conformance(10).replay(List.of(path));
        assertThat(outcome.sources()).containsExactly(new Source(path.toString(), cases, cases, List.of()));
    }
}
