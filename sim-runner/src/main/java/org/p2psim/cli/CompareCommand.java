package org.p2psim.cli;

import java.util.List;
import java.util.concurrent.Callable;
import org.p2psim.outcome.RunOutcome;
import org.p2psim.report.text.CompareText;
import org.p2psim.run.Simulation;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
        name = "compare",
        description = "Run every variant of a scenario and show what differs and why.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  p2psim compare gaudi-rdma",
            "  p2psim compare gaudi-rdma --html report.html",
            "  p2psim compare vm-zen --json > outcome.json"
        })
final class CompareCommand implements Callable<Integer> {
    private final Console console;

    @Mixin
    private ScenarioInput input = new ScenarioInput();

    @Mixin
    private FidelityOption fidelity = new FidelityOption();

    @Mixin
    private OutcomeOutput output = new OutcomeOutput();

    @Parameters(paramLabel = "FILE|NAME", description = "A scenario file, a shipped scenario, or - for standard input.")
    private String scenario = "";

    CompareCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        output.check(List.of(scenario));
        Simulation simulation = fidelity.simulation();
        List<RunOutcome> outcomes =
                input.plans(scenario, List.of()).stream().map(simulation::run).toList();
        return output.write(console, outcomes, CompareText.of(outcomes));
    }
}
