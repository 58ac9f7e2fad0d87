package org.p2psim.cli;

import org.p2psim.scenario.library.Library;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
        name = "show",
        description = "Print a shipped scenario, to read or to begin one's own with.",
        footerHeading = "%nExamples:%n",
        footer = "  p2psim show gaudi-rdma > mine.yaml")
final class ShowCommand implements Runnable {
    private final Console console;

    @Parameters(paramLabel = "NAME", description = "A shipped scenario; p2psim list names them.")
    private String name = "";

    ShowCommand(Console console) {
        this.console = console;
    }

    @Override
    public void run() {
        if (!Library.names().contains(name)) {
            throw new InputException(
                    "no scenario %s is shipped; there are %s".formatted(name, String.join(", ", Library.names())));
        }
        console.print(Library.text(name));
    }
}
