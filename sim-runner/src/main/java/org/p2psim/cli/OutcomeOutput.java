package org.p2psim.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.p2psim.outcome.RunOutcome;
import org.p2psim.report.html.HtmlReport;
import org.p2psim.report.json.OutcomeJson;
import org.p2psim.report.junit.JunitReport;
import org.p2psim.report.trace.TraceReport;
import picocli.CommandLine.Option;

/** What a command that runs scenarios writes besides its summary. */
final class OutcomeOutput {
    @Option(names = "--json", description = "Print the outcome as one JSON document instead of a summary.")
    private boolean json;

    @Option(names = "--html", paramLabel = "FILE", description = "Write a report: one HTML file that needs no network.")
    private Optional<Path> html = Optional.empty();

    @Option(names = "--junit", paramLabel = "FILE", description = "Write expectations and invariants as JUnit XML.")
    private Optional<Path> junit = Optional.empty();

    @Option(
            names = "--trace",
            paramLabel = "FILE",
            description =
                    "Write a trace in the Trace Event Format (JSON), which ui.perfetto.dev opens: operations, objects,"
                            + " waits, DMA and links over time.")
    private Optional<Path> trace = Optional.empty();

    boolean isJson() {
        return json;
    }

    /** Whether reports of runs are to be written. */
    boolean writesFiles() {
        return html.isPresent() || junit.isPresent() || trace.isPresent();
    }

    /**
     * Before anything is run.
     *
     * @param inputs as the user named them
     * @throws InputException if a report would overwrite an input or another report
     */
    void check(List<String> inputs) {
        WrittenFiles.of("--html", html)
                .and("--junit", junit)
                .and("--trace", trace)
                .check(inputs);
    }

    /** Writes what was asked for and gives the exit code. */
    int write(Console console, List<RunOutcome> outcomes, String summary) {
        html.ifPresent(file -> console.write(file, HtmlReport.render(outcomes)));
        junit.ifPresent(file -> console.write(file, JunitReport.render(outcomes)));
        trace.ifPresent(file -> console.write(file, writer -> TraceReport.write(outcomes, writer)));
        console.print(json ? OutcomeJson.write(outcomes) : summary);
        return outcomes.stream().allMatch(RunOutcome::good) ? Main.GOOD : Main.FAILED;
    }
}
