package org.p2psim.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.p2psim.outcome.RunOutcome;
import org.p2psim.report.text.TextReport;
import org.p2psim.run.Simulation;
import org.p2psim.scenario.Plan;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "run",
        description = "Run scenarios and check what they expect.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  p2psim run gaudi-rdma --variant vm",
            "  p2psim run two-sockets same-switch-acs --junit results.xml",
            "  p2psim run gaudi-rdma --set kernel.release=6.12 --json"
        })
final class RunCommand implements Callable<Integer> {
    private final Console console;

    @Mixin
    private ScenarioInput input = new ScenarioInput();

    @Mixin
    private FidelityOption fidelity = new FidelityOption();

    @Mixin
    private OutcomeOutput output = new OutcomeOutput();

    @Option(names = "--variant", paramLabel = "V", description = "Run this variant only.")
    private Optional<String> variant = Optional.empty();

    @Parameters(
            paramLabel = "FILE|NAME",
            arity = "1..*",
            description = "Scenario files, shipped scenarios, or - for standard input.")
    private List<String> scenarios = new ArrayList<>();

    RunCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        List<Plan> plans = new ArrayList<>();
        for (String scenario : scenarios) {
            plans.addAll(ScenarioInput.select(input.plans(scenario, List.of()), variant));
        }
        Simulation simulation = fidelity.simulation();
        List<RunOutcome> outcomes = plans.stream().map(simulation::run).toList();
        return output.write(
                console, outcomes, outcomes.stream().map(TextReport::of).collect(Collectors.joining("\n")));
    }
}
