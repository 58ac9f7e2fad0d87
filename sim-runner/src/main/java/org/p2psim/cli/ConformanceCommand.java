package org.p2psim.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.p2psim.outcome.ConformanceOutcome;
import org.p2psim.report.json.ConformanceJson;
import org.p2psim.report.text.ConformanceText;
import org.p2psim.run.conformance.Conformance;
import org.p2psim.run.conformance.EvidenceProblems;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "conformance",
        description = {
            "Replay recorded evidence against the model and list where they differ.",
            "Evidence is what real kernels answered: JSON Lines files, plain or gzip, and folders of captured machines"
                    + " with their p2p.tsv. Folders are searched."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  p2psim conformance sim-runner/src/test/resources/conformance",
            "  p2psim conformance sim-runner/src/test/resources/conformance/machines/7.2.12-o22-nvme-sriov",
            "  p2psim conformance sim-runner/src/test/resources/conformance/p2pdma-cases.jsonl --json"
        })
final class ConformanceCommand implements Callable<Integer> {
    /** Enough to see what is wrong. */
    private static final int LISTED_MAX = 100;

    /** A bound for memory: far above any evidence that is of use. */
    private static final int LISTED_IN_JSON_MAX = 1_000_000;

    private final Console console;

    @Option(names = "--json", description = "Print one JSON document with all differences instead of a summary.")
    private boolean json;

    @Parameters(paramLabel = "PATH", arity = "1..*", description = "Evidence files, or folders with such files.")
    private List<Path> paths = new ArrayList<>();

    ConformanceCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        try {
            ConformanceOutcome outcome = new Conformance(json ? LISTED_IN_JSON_MAX : LISTED_MAX).replay(paths);
            console.print(json ? ConformanceJson.write(outcome) : ConformanceText.of(outcome, LISTED_MAX));
            return outcome.good() ? Main.GOOD : Main.FAILED;
        } catch (EvidenceProblems e) {
            throw new InputException(String.valueOf(e.getMessage()));
        }
    }
}
