package org.p2psim.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.p2psim.outcome.RunOutcome;
import org.p2psim.report.json.OutcomeFormatException;
import org.p2psim.report.json.OutcomeJson;
import org.p2psim.report.text.CompareText;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
        name = "report",
        description = "Make a report from stored outcomes.",
        footerHeading = "%nExamples:%n",
        footer = "  p2psim compare gaudi-rdma --json > outcome.json; p2psim report outcome.json --html report.html")
final class ReportCommand implements Callable<Integer> {
    /** Larger documents are not outcomes of p2psim, bytes. */
    private static final long SIZE_MAX = 256L << 20;

    private final Console console;

    @Mixin
    private OutcomeOutput output = new OutcomeOutput();

    @Parameters(paramLabel = "OUTCOME.json", arity = "1..*", description = "What run or compare printed with --json.")
    private List<Path> files = new ArrayList<>();

    ReportCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        output.check(files.stream().map(Path::toString).toList());
        List<RunOutcome> outcomes = new ArrayList<>();
        for (Path file : files) {
            outcomes.addAll(read(file));
        }
        if (outcomes.isEmpty()) {
            throw new InputException("no run in " + files);
        }
        try {
            return output.write(console, outcomes, CompareText.of(outcomes));
        } catch (ArithmeticException | IllegalArgumentException | IndexOutOfBoundsException e) {
            throw new InputException("%s: damaged: the figures cannot be (%s)".formatted(files, e.getMessage()));
        }
    }

    private static List<RunOutcome> read(Path file) {
        try {
            if (Files.size(file) > SIZE_MAX) {
                throw new InputException("%s: larger than %d bytes".formatted(file, SIZE_MAX));
            }
            return OutcomeJson.read(Files.readString(file));
        } catch (OutcomeFormatException e) {
            throw new InputException("%s: %s".formatted(file, e.getMessage()));
        } catch (IOException e) {
            throw new InputException("%s: %s".formatted(file, Console.reason(e)));
        }
    }
}
