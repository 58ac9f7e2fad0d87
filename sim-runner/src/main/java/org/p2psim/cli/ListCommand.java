package org.p2psim.cli;

import com.google.common.base.Strings;
import org.p2psim.scenario.library.Library;
import org.p2psim.scenario.profile.Profile;
import org.p2psim.scenario.profile.Profiles;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "list",
        description = "List the shipped scenarios, or the profiles of parts.",
        footerHeading = "%nExamples:%n",
        footer = {"  p2psim list", "  p2psim list --profiles"})
final class ListCommand implements Runnable {
    private final Console console;

    @Option(
            names = "--profiles",
            description = "List what a scenario can name as profile of a switch's upstream port, a root complex, a"
                    + " socket or a device: the values, where they come from, and how far off they may be.")
    private boolean profiles;

    ListCommand(Console console) {
        this.console = console;
    }

    @Override
    public void run() {
        if (profiles) {
            Profiles.all().forEach(this::print);
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

    private void print(Profile profile) {
        console.print("%-24s %s: %s%n".formatted(profile.name(), profile.role().words(), profile.title()));
        console.print("  values      %s%n".formatted(profile.valuesInWords()));
        console.print("  source      %s%n".formatted(profile.source()));
        console.print("  error left  %s%n".formatted(profile.left()));
    }
}
