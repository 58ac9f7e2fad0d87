package org.p2psim.cli;

import org.p2psim.scenario.schema.ScenarioSchema;
import picocli.CommandLine.Command;

@Command(
        name = "schema",
        description = "Print the JSON Schema of scenario files, for editors.",
        footerHeading = "%nExamples:%n",
        footer = "  p2psim schema > scenario.schema.json")
final class SchemaCommand implements Runnable {
    private final Console console;

    SchemaCommand(Console console) {
        this.console = console;
    }

    @Override
    public void run() {
        console.print(ScenarioSchema.text());
    }
}
