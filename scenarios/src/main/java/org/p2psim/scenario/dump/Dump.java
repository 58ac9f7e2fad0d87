package org.p2psim.scenario.dump;

import com.google.common.hash.Hashing;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.p2psim.platform.KernelRelease;
import org.p2psim.scenario.Finding;
import org.p2psim.scenario.Plan;
import org.p2psim.scenario.Scenario;
import org.p2psim.scenario.Scenario.KernelSpec;
import org.p2psim.scenario.assembly.PlanAssembly;
import org.p2psim.scenario.assembly.Provision;
import org.p2psim.scenario.inventory.HostFacts;
import org.p2psim.scenario.inventory.ImportedMachine;
import org.p2psim.scenario.inventory.Inventory;
import org.p2psim.scenario.inventory.InventoryException;
import org.p2psim.scenario.inventory.InventoryScenario;
import org.p2psim.scenario.inventory.host.HostFactsReader;
import org.p2psim.scenario.inventory.hwloc.HwlocReader;
import org.p2psim.scenario.inventory.lspci.LspciReader;
import org.p2psim.scenario.inventory.nccl.NcclReader;
import org.p2psim.scenario.inventory.rdmatopo.RdmaTopoReader;
import org.p2psim.scenario.inventory.sysfs.SysfsReader;
import org.p2psim.scenario.yaml.ScenarioFile;
import org.p2psim.scenario.yaml.ScenarioReader;
import org.p2psim.scenario.yaml.ScenarioWriter;

/**
 * A dump of a machine.
 *
 * @param text as the user named it, {@code lspci:dump.txt}
 */
public record Dump(String text, DumpFormat format, Path path) {
    private static final int LARGEST_FILE = 64 << 20;
    private static final int LONGEST_TITLE = 150;
    private static final String RELEASE = "kernel.release=";
    private static final String CMDLINE = "kernel.cmdline=";

    /** The dump that a text names; empty if it names no format. */
    public static Optional<Dump> of(String text) {
        int colon = text.indexOf(':');
        return colon < 0
                ? Optional.empty()
                : DumpFormat.of(text.substring(0, colon))
                        .map(format -> new Dump(text, format, Path.of(text.substring(colon + 1))));
    }

    /**
     * What it says of the machine, with what the files beside it say of the host.
     *
     * @throws InventoryException if it cannot be read, or is not of its format
     */
    public Inventory inventory() throws InventoryException {
        if (path.toString().isEmpty()) {
            throw new InventoryException("%s names no file; write a path behind the colon".formatted(text));
        }
        HostFacts beside = HostFactsReader.beside(path);
        return switch (format) {
            case LSPCI -> LspciReader.read(name(), Files.isDirectory(path) ? listings() : content(path), beside);
            case SYSFS -> SysfsReader.read(path).withHost(beside);
            case RDMA_TOPO -> RdmaTopoReader.read(name(), content(path)).withHost(beside);
            case HWLOC -> HwlocReader.read(name(), content(path)).withHost(beside);
            case NCCL -> NcclReader.read(name(), content(path)).withHost(beside);
        };
    }

    private String name() {
        return path.toString();
    }

    private static byte[] content(Path file) throws InventoryException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] content = in.readNBytes(LARGEST_FILE + 1);
            if (content.length > LARGEST_FILE) {
                throw new InventoryException(
                        "%s: larger than %d MiB, the limit for a dump".formatted(file, LARGEST_FILE >> 20));
            }
            return content;
        } catch (NoSuchFileException e) {
            throw new InventoryException("%s: no such file".formatted(file));
        } catch (IOException e) {
            throw new InventoryException("%s: cannot be read: %s".formatted(file, e.getMessage()));
        }
    }

    /** The listings of a folder one after the other. */
    private byte[] listings() throws InventoryException {
        TreeSet<Path> files = new TreeSet<>();
        try (DirectoryStream<Path> found = Files.newDirectoryStream(path, "lspci*.txt")) {
            found.forEach(files::add);
        } catch (IOException e) {
            throw new InventoryException("%s: cannot be read: %s".formatted(path, e.getMessage()));
        }
        if (files.isEmpty()) {
            throw new InventoryException("%s: no lspci*.txt in this folder; make one with: %s > lspci.txt"
                    .formatted(path, LspciReader.COMMAND));
        }
        StringBuilder all = new StringBuilder();
        for (Path file : files) {
            all.append(new String(content(file), StandardCharsets.ISO_8859_1)).append('\n');
        }
        return all.toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    /**
     * The machine as a scenario.
     *
     * @throws InventoryException as {@link #inventory}
     */
    public ImportedMachine machine() throws InventoryException {
        return machine(inventory());
    }

    ImportedMachine machine(Inventory inventory) throws InventoryException {
        ImportedMachine machine = InventoryScenario.of(inventory, title());
        List<Finding> findings = new ArrayList<>();
        plan(machine.scenario(), machine, List.of(), findings);
        if (findings.isEmpty()) {
            return machine;
        }
        ImportedMachine bare = InventoryScenario.withoutAddresses(inventory, title());
        List<Finding> left = new ArrayList<>();
        plan(bare.scenario(), bare, List.of(), left);
        if (!left.isEmpty()) {
            throw new InventoryException("%s: %s".formatted(text, messages(left)));
        }
        return bare;
    }

    private static String messages(List<Finding> findings) {
        return findings.stream().map(Finding::message).limit(10).collect(Collectors.joining("; "));
    }

    private String title() {
        String title = "Imported from " + text.replaceAll("\\p{Cntrl}", "?");
        return title.length() <= LONGEST_TITLE ? title : title.substring(0, LONGEST_TITLE) + "...";
    }

    /**
     * The machine, ready to be asked.
     *
     * @param settings values of {@code --set}
     * @throws InventoryException as {@link #inventory}
     */
    public ScenarioFile read(List<String> settings) throws InventoryException {
        return read(machine(), settings);
    }

    ScenarioFile read(ImportedMachine machine, List<String> settings) throws InventoryException {
        boolean kernelOnly = settings.stream().allMatch(s -> s.startsWith(RELEASE) || s.startsWith(CMDLINE));
        if (!kernelOnly) {
            byte[] file = ScenarioWriter.write(machine).getBytes(StandardCharsets.UTF_8);
            return ScenarioReader.read(text + ".yaml", file, settings);
        }
        List<Finding> findings = new ArrayList<>();
        Optional<Plan> plan = plan(withKernel(machine.scenario(), settings), machine, settings, findings);
        if (plan.isEmpty()) {
            throw new InventoryException("%s: %s".formatted(text, messages(findings)));
        }
        return new ScenarioFile(
                scenarioName(),
                Optional.of(machine.scenario().title()),
                Optional.empty(),
                List.of(),
                List.of(plan.get()));
    }

    private Optional<Plan> plan(
            Scenario scenario, ImportedMachine machine, List<String> settings, List<Finding> findings) {
        String digest = Hashing.sha256()
                .hashString(ScenarioWriter.write(machine), StandardCharsets.UTF_8)
                .toString();
        Provision provision = new Provision(
                scenarioName(), digest, settings, pointer -> new Provision.Written("", 0), machine.notes());
        return PlanAssembly.assemble(scenario, InventoryScenario.VARIANT, provision, findings);
    }

    private String scenarioName() {
        Path file = path.getFileName();
        return file == null ? text : file.toString();
    }

    private static Scenario withKernel(Scenario scenario, List<String> settings) throws InventoryException {
        KernelRelease release = scenario.kernel().release();
        Optional<String> cmdline = scenario.kernel().cmdline();
        for (String setting : settings) {
            String value = setting.substring(setting.indexOf('=') + 1);
            if (setting.startsWith(CMDLINE)) {
                cmdline = Optional.of(value);
            } else {
                try {
                    release = KernelRelease.parse(value);
                } catch (IllegalArgumentException e) {
                    throw new InventoryException("--kernel: " + e.getMessage());
                }
            }
        }
        return new Scenario(
                scenario.p2psim(),
                scenario.title(),
                scenario.source(),
                scenario.description(),
                scenario.seed(),
                KernelSpec.of(release, cmdline),
                scenario.fabric(),
                scenario.devices(),
                scenario.variants(),
                scenario.timeline(),
                scenario.expect());
    }
}
