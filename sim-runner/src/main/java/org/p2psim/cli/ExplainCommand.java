package org.p2psim.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.p2psim.outcome.Explanation;
import org.p2psim.report.json.ExplanationJson;
import org.p2psim.report.text.ExplainText;
import org.p2psim.run.Verdicts;
import org.p2psim.run.Verdicts.AcsChange;
import org.p2psim.run.Verdicts.UnknownFunctionException;
import org.p2psim.scenario.Plan;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "explain",
        description = "Explain one verdict step by step, with the kernel's own messages.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  p2psim explain gaudi-rdma gaudi0 nic0",
            "  p2psim explain two-sockets gaudi0 nic0 nic1 --kernel 5.8",
            "  p2psim explain same-switch-acs gaudi0 nic0 --variant redirect-off --setpci dp0=0x1d"
        })
final class ExplainCommand implements Callable<Integer> {
    private static final Pattern SETPCI = Pattern.compile("(.+)=0x([0-9a-fA-F]{1,4})");
    private static final int ACS_BITS = 0x7f;

    private final Console console;

    @Mixin
    private ScenarioInput input = new ScenarioInput();

    @Mixin
    private KernelOptions kernel = new KernelOptions();

    @Mixin
    private PolicyOption policy = new PolicyOption();

    @Option(names = "--variant", paramLabel = "V", description = "This variant only.")
    private Optional<String> variant = Optional.empty();

    @Option(
            names = "--setpci",
            paramLabel = "F=0xNN",
            description =
                    "Then change the ACS control word of a function and map: the kernel uses the map type it stored.")
    private Optional<String> setpci = Optional.empty();

    @Option(names = "--json", description = "Print one JSON document instead of text.")
    private boolean json;

    @Parameters(index = "0", paramLabel = "FILE|NAME|DUMP", description = "A scenario, or a dump as FORMAT:PATH.")
    private String scenario = "";

    @Parameters(
            index = "1",
            paramLabel = "PROVIDER",
            description = "The function whose memory it is, by name or address.")
    private String provider = "";

    @Parameters(
            index = "2..*",
            arity = "1..*",
            paramLabel = "CLIENT",
            description =
                    "Who does the DMA: functions; child:F for a device that hangs from function F; rxe:F for software"
                            + " RDMA over it; nonpci for a device that hangs from none.")
    private List<String> clients = new ArrayList<>();

    ExplainCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        Optional<AcsChange> change = setpci.map(ExplainCommand::change);
        List<Explanation> explanations = new ArrayList<>();
        List<Plan> plans = ScenarioInput.select(input.plans(scenario, kernel.settings()), variant);
        for (Plan plan : plans) {
            try {
                explanations.add(new Verdicts(plan, policy.policy()).explain(provider, clients, change));
            } catch (UnknownFunctionException e) {
                throw new InputException(String.valueOf(e.getMessage()));
            }
        }
        console.print(
                json
                        ? ExplanationJson.write(explanations)
                        : explanations.stream().map(ExplainText::of).collect(Collectors.joining("\n")));
        return Main.GOOD;
    }

    private static AcsChange change(String text) {
        Matcher m = SETPCI.matcher(text);
        if (!m.matches() || Integer.parseInt(m.group(2), 16) > ACS_BITS) {
            throw new InputException(
                    "--setpci %s: write a function and an ACS control word of 7 bits, as in 0000:17:00.0=0x1d"
                            .formatted(text));
        }
        return new AcsChange(m.group(1), Integer.parseInt(m.group(2), 16));
    }
}
