package org.p2psim.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.p2psim.address.Bdf;
import org.p2psim.scenario.Plan;
import org.p2psim.scenario.export.ClassCodes;
import org.p2psim.scenario.export.ExportException;
import org.p2psim.scenario.export.LibvirtDomain;
import org.p2psim.scenario.export.NcclTopology;
import org.p2psim.scenario.export.QemuArguments;
import org.p2psim.topology.PciFunction;
import org.p2psim.virtual.GuestView;
import org.p2psim.virtual.VirtualMachine;
import org.p2psim.virtual.VirtualMachine.MachineType;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "export",
        description =
                "Write a machine for other programs: NCCL's topology file, QEMU arguments or libvirt XML for a VM,"
                        + " or a scenario file of a dump.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  p2psim export nccl gaudi-rdma --variant vm > topology.xml",
            "  p2psim export qemu gaudi-rdma --variant vm",
            "  p2psim export libvirt two-sockets --variant skylake --passthrough gaudi0,nic0"
        })
final class ExportCommand implements Callable<Integer> {
    private final Console console;

    @Mixin
    private ScenarioInput input = new ScenarioInput();

    @Option(names = "--variant", paramLabel = "V", description = "This variant; the only one, if there is one.")
    private Optional<String> variant = Optional.empty();

    @Option(
            names = "--passthrough",
            paramLabel = "F,F...",
            split = ",",
            description = "Pass these functions through to a q35 guest with the host's CPU and kernel.")
    private List<String> passthrough = new ArrayList<>();

    @Option(names = "-o", paramLabel = "FILE", description = "Write here instead of on standard output.")
    private Optional<Path> output = Optional.empty();

    @Parameters(index = "0", paramLabel = "FORMAT", description = "One of ${COMPLETION-CANDIDATES}.")
    private Format format = Format.nccl;

    @Parameters(index = "1", paramLabel = "FILE|NAME|DUMP", description = "A scenario, or a dump as FORMAT:PATH.")
    private String scenario = "";

    /** What can be written, by the words that users type. */
    enum Format {
        nccl,
        qemu,
        libvirt,
        yaml
    }

    ExportCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        WrittenFiles.of("-o", output).check(List.of(scenario));
        String text = format == Format.yaml ? ImportCommand.scenarioFile(scenario) : text(plan());
        output.ifPresentOrElse(file -> console.write(file, text), () -> console.print(text));
        return Main.GOOD;
    }

    private String text(Plan plan) {
        try {
            return switch (format) {
                case nccl ->
                    NcclTopology.of(
                            plan.fabric(),
                            plan.virtualMachine().map(guest -> GuestView.of(plan.fabric(), guest)),
                            ClassCodes.of(plan));
                case qemu -> QemuArguments.of(plan);
                case libvirt -> LibvirtDomain.of(plan);
                case yaml -> throw new IllegalStateException("a scenario file is written without a plan");
            };
        } catch (ExportException e) {
            throw new InputException(String.valueOf(e.getMessage()));
        }
    }

    private Plan plan() {
        List<Plan> plans = ScenarioInput.select(input.plans(scenario, List.of()), variant);
        if (plans.size() > 1) {
            throw new InputException("%s has %d variants: name one with --variant".formatted(scenario, plans.size()));
        }
        Plan plan = plans.get(0);
        if (passthrough.isEmpty()) {
            return plan;
        }
        List<Bdf> functions =
                passthrough.stream().map(name -> address(plan, name)).toList();
        if (!plan.fabric().bootCpu().isKnown()) {
            throw new InputException("--passthrough: a guest needs the host's CPU; put cpuinfo.txt beside the dump");
        }
        VirtualMachine guest =
                new VirtualMachine(MachineType.Q35, functions, plan.fabric().bootCpu(), plan.kernel());
        try {
            GuestView.of(plan.fabric(), guest);
        } catch (IllegalArgumentException e) {
            throw new InputException("--passthrough: " + e.getMessage());
        }
        return plan.with(guest);
    }

    private static Bdf address(Plan plan, String name) {
        return plan.fabric().endpoints().stream()
                .filter(function -> function.name().equals(name) || isAt(function, name))
                .map(PciFunction::address)
                .findFirst()
                .orElseThrow(() -> new InputException("--passthrough: no endpoint \"%s\"".formatted(name)));
    }

    private static boolean isAt(PciFunction function, String address) {
        try {
            return function.address().equals(Bdf.parse(address));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
