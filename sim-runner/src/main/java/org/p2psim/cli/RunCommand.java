package org.p2psim.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.p2psim.outcome.ExplorationOutcome;
import org.p2psim.outcome.RunOutcome;
import org.p2psim.report.json.ExplorationJson;
import org.p2psim.report.text.ExplorationText;
import org.p2psim.report.text.TextReport;
import org.p2psim.run.Simulation;
import org.p2psim.run.explore.Interleaving;
import org.p2psim.scenario.Plan;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "run",
        description = "Run scenarios and check what they expect, or explore in which other orders an invariant breaks.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  p2psim run gaudi-rdma --variant vm",
            "  p2psim run two-sockets same-switch-acs --junit results.xml",
            "  p2psim run vfio-reset --trace trace.json",
            "  p2psim run gaudi-rdma --set kernel.release=6.12 --json",
            "  p2psim run gaudi-rdma --bugs none --explore 100 --within 2us --shrink",
            "  p2psim run gaudi-rdma --variant bare-metal --within 2us --interleaving 17",
            "  p2psim run vfio-close-window --variant vfio-6.19 --bugs disabled-before-revoked --explore 100"
        })
final class RunCommand implements Callable<Integer> {
    private final Console console;

    @Mixin
    private ScenarioInput input = new ScenarioInput();

    @Mixin
    private FidelityOption fidelity = new FidelityOption();

    @Mixin
    private OutcomeOutput output = new OutcomeOutput();

    @Mixin
    private ExploreOptions explore = new ExploreOptions();

    @Option(names = "--variant", paramLabel = "V", description = "Run this variant only.")
    private Optional<String> variant = Optional.empty();

    @Mixin
    private BugOption bugs = new BugOption();

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
        explore.check(output);
        output.check(scenarios);
        bugs.check();
        Simulation simulation = fidelity.simulation();
        return explore.isOn() ? explored(simulation) : run(simulation);
    }

    private List<Plan> plans(String scenario) {
        return ScenarioInput.select(input.plans(scenario, List.of()), variant).stream()
                .map(bugs::applied)
                .toList();
    }

    private int run(Simulation simulation) {
        List<RunOutcome> outcomes = new ArrayList<>();
        for (Plan plan :
                scenarios.stream().map(this::plans).flatMap(List::stream).toList()) {
            Interleaving interleaving = explore.interleaving(plan);
            outcomes.add(simulation.run(interleaving.of(plan), interleaving.choices()));
        }
        return output.write(
                console, outcomes, outcomes.stream().map(TextReport::of).collect(Collectors.joining("\n")));
    }

    private int explored(Simulation simulation) {
        List<ExplorationOutcome> outcomes = new ArrayList<>();
        for (String scenario : scenarios) {
            for (Plan plan : plans(scenario)) {
                outcomes.add(explore.explore(simulation, plan, command(scenario, plan), console));
            }
        }
        if (output.isJson()) {
            console.print(ExplorationJson.write(outcomes));
        } else {
            console.print(outcomes.stream().map(ExplorationText::of).collect(Collectors.joining("\n")));
            if (outcomes.size() > 1) {
                console.print("%n%s%n".formatted(ExplorationText.total(outcomes)));
            }
        }
        return outcomes.stream().allMatch(ExplorationOutcome::good) ? Main.GOOD : Main.FAILED;
    }

    private String command(String scenario, Plan plan) {
        List<String> words = new ArrayList<>(List.of("p2psim", "run", scenario, "--variant", plan.variant()));
        words.addAll(input.words());
        words.addAll(bugs.words());
        return ExploreOptions.command(words);
    }
}
