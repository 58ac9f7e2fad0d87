package org.p2psim.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.p2psim.outcome.Matrix;
import org.p2psim.report.json.MatrixJson;
import org.p2psim.report.text.MatrixText;
import org.p2psim.run.Simulation;
import org.p2psim.scenario.Plan;
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
            "  p2psim matrix same-switch-acs --json"
        })
final class MatrixCommand implements Callable<Integer> {
    private final Console console;

    @Mixin
    private ScenarioInput input = new ScenarioInput();

    @Option(names = "--variant", paramLabel = "V", description = "This variant only.")
    private Optional<String> variant = Optional.empty();

    @Option(
            names = "--kernel",
            paramLabel = "R",
            description = "Ask this kernel release, on the host and in the guest.")
    private Optional<String> kernel = Optional.empty();

    @Option(names = "--cmdline", paramLabel = "ARGS", description = "Kernel command line of the host.")
    private Optional<String> cmdline = Optional.empty();

    @Option(names = "--all", description = "Every function: bridges too, and each function with itself.")
    private boolean all;

    @Option(names = "--json", description = "Print one JSON document instead of tables.")
    private boolean json;

    @Parameters(
            paramLabel = "FILE|NAME",
            arity = "1..*",
            description = "Scenario files, shipped scenarios, or - for standard input.")
    private List<String> scenarios = new ArrayList<>();

    MatrixCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        List<String> settings = new ArrayList<>();
        kernel.ifPresent(release -> settings.add("kernel.release=" + release));
        cmdline.ifPresent(args -> settings.add("kernel.cmdline=" + args));
        List<Matrix> matrices = new ArrayList<>();
        for (String scenario : scenarios) {
            List<Plan> plans = ScenarioInput.select(input.plans(scenario, settings), variant);
            plans.forEach(plan -> matrices.add(all ? Simulation.matrixOfAll(plan) : Simulation.matrix(plan)));
        }
        console.print(
                json
                        ? MatrixJson.write(matrices)
                        : matrices.stream().map(MatrixCommand::table).collect(Collectors.joining("\n")));
        return Main.GOOD;
    }

    private static String table(Matrix matrix) {
        return "%s, %s: kernel %s on %s\n%s"
                .formatted(
                        matrix.scenario(),
                        matrix.variant(),
                        matrix.kernel(),
                        matrix.cpu(),
                        MatrixText.of(matrix.pairs()));
    }
}
