package org.p2psim.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.p2psim.scenario.dump.Dump;
import org.p2psim.scenario.dump.DumpFormat;
import org.p2psim.scenario.inventory.InventoryException;
import org.p2psim.scenario.yaml.ScenarioWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "import",
        description = {
            "Make a scenario file of a real machine's dump.",
            "Formats: lspci (text, hex or both; file or folder), sysfs (folder or tar), rdma_topo, hwloc, nccl. Files beside"
                    + " it named cpuinfo, cmdline and uname are read too.",
            "The best capture:  sudo lspci -vvvnn -xxxx > lspci.txt; uname -a > uname.txt; cat /proc/cpuinfo > cpuinfo.txt;"
                    + " cat /proc/cmdline > cmdline.txt"
        },
        footerHeading = "%nExamples:%n",
        footer = {"  lspci -vvvnn -xxxx > lspci.txt && p2psim import lspci:lspci.txt -o mine.yaml"})
final class ImportCommand implements Callable<Integer> {
    private final Console console;

    @Option(names = "-o", paramLabel = "FILE", description = "Write the scenario here instead of on standard output.")
    private Optional<Path> output = Optional.empty();

    @Parameters(paramLabel = "FORMAT:PATH", description = "As in lspci:dump.txt.")
    private String dump = "";

    ImportCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        WrittenFiles.of("-o", output).check(List.of(dump));
        String text = scenarioFile(dump);
        output.ifPresentOrElse(file -> console.write(file, text), () -> console.print(text));
        return Main.GOOD;
    }

    /** The scenario file of a dump that a user named. */
    static String scenarioFile(String dump) {
        try {
            Dump found = Dump.of(dump)
                    .orElseThrow(
                            () -> new InputException("%s: write FORMAT:PATH, as in lspci:dump.txt; the formats are %s"
                                    .formatted(dump, DumpFormat.words())));
            return ScenarioWriter.write(found.machine());
        } catch (InventoryException e) {
            throw new InputException(String.valueOf(e.getMessage()));
        }
    }
}
