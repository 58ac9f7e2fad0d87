package org.p2psim.scenario.inventory.sysfs;

import com.google.common.collect.ImmutableMap;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.p2psim.address.Bdf;
import org.p2psim.outcome.GroupedNotes;
import org.p2psim.outcome.Note;
import org.p2psim.scenario.inventory.CpuInfo;
import org.p2psim.scenario.inventory.FoundFunction;
import org.p2psim.scenario.inventory.HostFacts;
import org.p2psim.scenario.inventory.Inventory;
import org.p2psim.scenario.inventory.InventoryException;
import org.p2psim.scenario.inventory.PortTypes;
import org.p2psim.topology.PortType;

/** Reads a machine's sysfs. */
public final class SysfsReader {
    private final SysfsTree tree;
    private final GroupedNotes notes = new GroupedNotes();

    private SysfsReader(SysfsTree tree) {
        this.tree = tree;
    }

    /**
     * Reads a folder that holds a copy of {@code sys} (and perhaps {@code proc}), {@code sys} itself, or {@code devices};
     * or a tarball of one, plain or compressed with gzip or bzip2. Nothing is unpacked, and no link is followed.
     *
     * @throws InventoryException if there is no such tree in it, or more than a machine's
     */
    public static Inventory read(Path path) throws InventoryException {
        try {
            return inventory(tree(path));
        } catch (InventoryException e) {
            throw new InventoryException("%s: %s".formatted(path, e.getMessage()));
        }
    }

    private static SysfsTree tree(Path path) throws InventoryException {
        SysfsTree tree = new SysfsTree();
        if (Files.isDirectory(path)) {
            FolderSource.read(path, tree);
            return tree;
        }
        try (InputStream file = Files.newInputStream(path)) {
            TarSource.read(file, tree);
            return tree;
        } catch (IOException e) {
            throw new InventoryException("cannot be read: " + e);
        }
    }

    static Inventory inventory(SysfsTree tree) throws InventoryException {
        if (tree.functions().isEmpty()) {
            throw new InventoryException(
                    "holds no PCI function; expected sys/devices/pci0000:00/0000:00:00.0 and the like");
        }
        return new SysfsReader(tree).inventory();
    }

    private Inventory inventory() throws InventoryException {
        boolean showsLinks = tree.functions().stream().anyMatch(function -> function.has("max_link_width"));
        List<FunctionReading> readings = new ArrayList<>();
        for (SysfsFunction function : tree.functions()) {
            readings.add(FunctionReading.of(function, showsLinks));
        }
        ImmutableMap<Bdf, PortType> types = PortTypes.derive(
                readings.stream().map(FunctionReading::position).toList(), notes);
        List<FoundFunction> functions = new ArrayList<>();
        for (FunctionReading reading : readings) {
            PortType type = types.getOrDefault(reading.position().address(), PortType.ENDPOINT);
            functions.add(reading.function(type, notes));
        }
        if (functions.stream().allMatch(function -> function.iommuGroup().isEmpty())) {
            notes.add(
                    Note.Kind.NOT_KNOWN,
                    "IOMMU groups: there is no iommu_group link, as without an IOMMU or where links were not copied",
                    "");
        }
        HostFacts host = host();
        return new Inventory("sysfs", functions, true, host, notes.notes());
    }

    private HostFacts host() {
        Optional<String> cmdline =
                Optional.of(tree.proc("proc/cmdline").strip()).filter(text -> !text.isEmpty());
        return new HostFacts(CpuInfo.bootCpu(tree.proc("proc/cpuinfo")), HostFacts.release(releaseText()), cmdline);
    }

    private String releaseText() {
        String release = tree.proc("proc/sys/kernel/osrelease").strip();
        String[] version = tree.proc("proc/version").strip().split(" ", 4);
        return release.isEmpty() && version.length > 2 ? version[2] : release;
    }
}
