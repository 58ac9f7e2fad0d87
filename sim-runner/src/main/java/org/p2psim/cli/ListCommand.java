package org.p2psim.cli;

import org.p2psim.scenario.library.Library;
import picocli.CommandLine.Command;

@Command(
        name = "list",
        description = "List the shipped scenarios.",
        footerHeading = "%nExamples:%n",
        footer = "  p2psim list")
final class ListCommand implements Runnable {
    private final Console console;

    ListCommand(Console console) {
        this.console = console;
    }

    @Override
    public void run() {
        ScenarioInput input = new ScenarioInput();
        Library.names()
                .forEach(name -> console.print(
                        "%-18s %s%n".formatted(name, input.read(name).title().orElse(""))));
    }
}
