package org.p2psim.cli;

import java.util.Optional;
import java.util.concurrent.Callable;
import org.p2psim.practice.AcsPractice;
import org.p2psim.practice.Use;
import org.p2psim.report.text.AcsPracticeText;
import org.p2psim.scenario.dump.Dump;
import org.p2psim.scenario.dump.DumpFormat;
import org.p2psim.scenario.inventory.InventoryException;
import org.p2psim.scenario.inventory.practice.InventoryPractice;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "check",
        description = {
            "Check a dump's ACS, ATS and IOMMU groups for GPUDirect RDMA, as rdma-core's rdma_topo does.",
            "This is about delivery (layer L3), not the kernel's verdict. Exit code 1 where rdma_topo exits with 100."
        },
        footerHeading = "%nExamples:%n",
        footer = {"  rdma_topo dump > topo.json && p2psim check rdma_topo:topo.json"})
final class CheckCommand implements Callable<Integer> {
    private final Console console;

    @ArgGroup
    private Chosen chosen = new Chosen();

    /** What the machine is prepared for; the NIC's ATS tells if nothing is chosen. */
    static final class Chosen {
        @Option(names = "--virt", description = "The devices are for virtual machines.")
        private boolean virtual;

        @Option(names = "--no-virt", description = "The devices are for the host itself.")
        private boolean bareMetal;

        Optional<Use> use() {
            if (virtual) {
                return Optional.of(Use.VIRTUAL_MACHINES);
            }
            return bareMetal ? Optional.of(Use.BARE_METAL) : Optional.empty();
        }
    }

    @Parameters(paramLabel = "DUMP", description = "FORMAT:PATH, as in rdma_topo:topo.json or lspci:dump.txt.")
    private String dump = "";

    CheckCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        try {
            Dump found = Dump.of(dump)
                    .orElseThrow(() -> new InputException(
                            "%s: write FORMAT:PATH; the formats are %s".formatted(dump, DumpFormat.words())));
            AcsPractice practice = InventoryPractice.check(found.inventory(), chosen.use());
            AcsPracticeText.lines(practice).forEach(line -> console.print(line + "\n"));
            return practice.exitCode() == 0 ? Main.GOOD : Main.FAILED;
        } catch (InventoryException e) {
            throw new InputException(String.valueOf(e.getMessage()));
        }
    }
}
