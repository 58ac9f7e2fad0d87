package org.p2psim.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.p2psim.scenario.yaml.Problem;
import org.p2psim.scenario.yaml.ScenarioFile;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
        name = "validate",
        description = "Check scenario files without running them.",
        footerHeading = "%nExamples:%n",
        footer = {"  p2psim validate mine.yaml", "  p2psim show gaudi-rdma | p2psim validate -"})
final class ValidateCommand implements Callable<Integer> {
    private final Console console;

    @Mixin
    private ScenarioInput input = new ScenarioInput();

    @Parameters(
            paramLabel = "FILE|NAME",
            arity = "1..*",
            description = "Scenario files, shipped scenarios, or - for standard input.")
    private List<String> scenarios = new ArrayList<>();

    ValidateCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        List<Problem> problems = new ArrayList<>();
        for (String scenario : scenarios) {
            ScenarioFile file = input.read(scenario);
            problems.addAll(file.problems());
            if (file.problems().isEmpty()) {
                console.print("%s: good, %d variant%s%n"
                        .formatted(scenario, file.plans().size(), file.plans().size() == 1 ? "" : "s"));
            }
        }
        if (problems.isEmpty()) {
            return Main.GOOD;
        }
        console.tell(ScenarioInput.render(problems));
        return Main.BAD_INPUT;
    }
}
