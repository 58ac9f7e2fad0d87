package org.p2psim.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.p2psim.outcome.Matrix;
import org.p2psim.report.html.MatrixReport;
import org.p2psim.report.html.MatrixReport.TooLargeException;
import org.p2psim.report.json.MatrixJson;
import org.p2psim.report.text.MatrixTable;
import org.p2psim.run.Verdicts;
import org.p2psim.run.Verdicts.UnknownFunctionException;
import org.p2psim.scenario.Plan;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "matrix",
        description = "Print the kernel's verdict on every pair of endpoints.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  p2psim matrix two-sockets",
            "  p2psim matrix gaudi-rdma --variant vm --kernel 6.12",
            "  p2psim matrix gaudi-rdma --html matrix.html",
            "  p2psim matrix same-switch-acs --json",
            "  p2psim matrix same-switch-acs --tsv --all"
        })
final class MatrixCommand implements Callable<Integer> {
    private final Console console;

    @Mixin
    private ScenarioInput input = new ScenarioInput();

    @Mixin
    private KernelOptions kernel = new KernelOptions();

    @Mixin
    private PolicyOption policy = new PolicyOption();

    @Option(names = "--variant", paramLabel = "V", description = "This variant only.")
    private Optional<String> variant = Optional.empty();

    @Option(names = "--all", description = "Every function: bridges too, and each function with itself.")
    private boolean all;

    @Option(
            names = "--functions",
            paramLabel = "F,F...",
            split = ",",
            description = "These functions only, by name or address.")
    private List<String> functions = new ArrayList<>();

    @ArgGroup
    private Format format = new Format();

    /** How to print; tables if nothing is asked. */
    static final class Format {
        @Option(names = "--json", description = "Print one JSON document, with every step and message.")
        private boolean json;

        @Option(names = "--tsv", description = "Print one line a pair: provider, client, distance, map type, hops.")
        private boolean tsv;

        @Option(
                names = "--html",
                paramLabel = "FILE",
                description = "Write the tables as one HTML file that needs no network, instead of printing.")
        private Optional<Path> html = Optional.empty();
    }

    @Parameters(
            paramLabel = "FILE|NAME|DUMP",
            arity = "1..*",
            description = "Scenario files, shipped scenarios, dumps as FORMAT:PATH, or - for standard input.")
    private List<String> scenarios = new ArrayList<>();

    MatrixCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        WrittenFiles.of("--html", format.html).check(scenarios);
        List<Matrix> matrices = new ArrayList<>();
        for (String scenario : scenarios) {
            for (Plan plan : ScenarioInput.select(input.plans(scenario, kernel.settings()), variant)) {
                matrices.add(matrix(new Verdicts(plan, policy.policy())));
            }
        }
        if (format.html.isPresent()) {
            console.write(format.html.get(), page(matrices));
            return Main.GOOD;
        }
        if (format.json) {
            MatrixJson.write(matrices, console.out());
            console.print("\n");
            return Main.GOOD;
        }
        for (int i = 0; i < matrices.size(); i++) {
            if (format.tsv) {
                MatrixTable.writeTsv(matrices.get(i), console.lines());
            } else {
                console.print(i == 0 ? "" : "\n");
                MatrixTable.write(matrices.get(i), console.lines());
            }
        }
        return Main.GOOD;
    }

    private static String page(List<Matrix> matrices) {
        try {
            return MatrixReport.render(matrices, Main.Version.text());
        } catch (TooLargeException e) {
            throw new InputException("%s; --tsv prints any number of pairs, and --functions or --variant choose some"
                    .formatted(e.getMessage()));
        }
    }

    private Matrix matrix(Verdicts verdicts) {
        if (functions.isEmpty()) {
            return all ? verdicts.everything() : verdicts.endpoints();
        }
        try {
            return verdicts.of(functions);
        } catch (UnknownFunctionException e) {
            throw new InputException(String.valueOf(e.getMessage()));
        }
    }
}
