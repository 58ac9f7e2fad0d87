package org.p2psim.cli;

import com.google.common.base.Strings;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.p2psim.dmabuf.Bug;
import org.p2psim.invariant.Invariant;
import org.p2psim.platform.KernelRules;
import org.p2psim.report.json.BugListJson;
import org.p2psim.scenario.Driver;
import org.p2psim.scenario.library.Demonstration;
import org.p2psim.scenario.library.Library;
import org.p2psim.scenario.profile.Profile;
import org.p2psim.scenario.profile.Profiles;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "list",
        description = "List the shipped scenarios, the profiles of parts, or the mistakes that drivers can be given.",
        footerHeading = "%nExamples:%n",
        footer = {"  p2psim list", "  p2psim list --profiles", "  p2psim list --bugs"})
final class ListCommand implements Runnable {
    private final Console console;

    @Option(
            names = "--profiles",
            description = "List what a scenario can name as profile of a switch's upstream port, a root complex, a"
                    + " socket or a device: the values, where they come from, and how far off they may be.")
    private boolean profiles;

    @Option(
            names = "--bugs",
            description = "List what drivers did wrong, and defences that can be taken away: what a scenario's"
                    + " kernel.bugs, kernel.without-bugs and run --bugs can name, what each does, which profiles have it,"
                    + " which invariants it breaks, and a command that shows it.")
    private boolean bugs;

    @Option(names = "--json", description = "Print the bugs as one JSON document.")
    private boolean json;

    ListCommand(Console console) {
        this.console = console;
    }

    @Override
    public void run() {
        if (profiles) {
            Profiles.all().forEach(this::print);
            return;
        }
        if (bugs) {
            printBugs();
            return;
        }
        ScenarioInput input = new ScenarioInput();
        int width = Library.names().stream().mapToInt(String::length).max().orElseThrow();
        Library.names()
                .forEach(name -> console.print("%s %s%n"
                        .formatted(
                                Strings.padEnd(name, width, ' '),
                                input.read(name).title().orElse(""))));
    }

    private void printBugs() {
        List<BugListJson.Entry> entries =
                Arrays.stream(Bug.values()).map(ListCommand::entry).toList();
        if (json) {
            console.print(BugListJson.write(entries));
            return;
        }
        for (BugListJson.Entry entry : entries) {
            console.print("%s%n".formatted(entry.name()));
            console.print("  effect  %s%n".formatted(entry.effect()));
            console.print("  source  %s%n".formatted(entry.source()));
            console.print("  with    %s%n"
                    .formatted(
                            entry.drivers().isEmpty()
                                    ? "no profile: kernel.bugs only"
                                    : String.join(", ", entry.drivers())));
            console.print("  breaks  %s%n"
                    .formatted(
                            entry.breaks().isEmpty()
                                    ? "no invariant: an operation has another errno than %s expects"
                                            .formatted(entry.scenario())
                                    : String.join(", ", entry.breaks())));
            console.print("  shown   %s%n".formatted(entry.command()));
        }
    }

    private static BugListJson.Entry entry(Bug bug) {
        Demonstration shown = Demonstration.of(bug);
        return new BugListJson.Entry(
                bug.word(),
                bug.effect(),
                bug.source(),
                Driver.BY_NAME.entrySet().stream()
                        .filter(driver -> driver.getValue()
                                .apply(KernelRules.NEWEST)
                                .bugs()
                                .contains(bug))
                        .map(Map.Entry::getKey)
                        .toList(),
                shown.broken().stream().map(Invariant::id).toList(),
                shown.scenario(),
                ExploreOptions.command(shown.command()));
    }

    private void print(Profile profile) {
        console.print("%-24s %s: %s%n".formatted(profile.name(), profile.role().words(), profile.title()));
        console.print("  values      %s%n".formatted(profile.valuesInWords()));
        console.print("  source      %s%n".formatted(profile.source()));
        console.print("  error left  %s%n".formatted(profile.left()));
    }
}
