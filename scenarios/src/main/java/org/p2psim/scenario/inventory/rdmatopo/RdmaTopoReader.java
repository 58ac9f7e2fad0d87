package org.p2psim.scenario.inventory.rdmatopo;

import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.Lists;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.p2psim.address.Bdf;
import org.p2psim.address.DeviceId;
import org.p2psim.outcome.GroupedNotes;
import org.p2psim.outcome.Note;
import org.p2psim.scenario.inventory.FoundFunction;
import org.p2psim.scenario.inventory.FoundVpd;
import org.p2psim.scenario.inventory.HostFacts;
import org.p2psim.scenario.inventory.Inventory;
import org.p2psim.scenario.inventory.InventoryException;
import org.p2psim.scenario.inventory.config.ConfigReading;
import org.p2psim.scenario.inventory.config.Extent;
import org.p2psim.topology.PortType;

/**
 * Reads what {@code rdma_topo dump} prints: for each PCI function its place in sysfs, ids and class, configuration
 * space, IOMMU group, NUMA node and vital product data.
 */
public final class RdmaTopoReader {
    /** The format's name in an {@link Inventory}. */
    public static final String FORMAT = "rdma_topo";

    private static final String SOURCE = "rdma-core kernel-boot/rdma_topo";
    private static final String NEVER_WRITTEN =
            "CPU, kernel release, kernel command line and most sizes of BARs: rdma_topo does not dump them";
    private static final String LEFT_OUT =
            "host bridges: rdma_topo leaves them out of its dump, with ISA bridges and system peripherals";
    private static final String MISSING = "bridges that have functions below them but are not in the dump";
    private static final String SILENT = "functions that did not answer: their configuration space reads as all ones";
    private static final String CUT =
            "ACS, ATS and link of functions whose configuration space was read without root, 64 bytes of it";
    private static final String PLACED = "functions whose port type is taken from their place in the tree";
    private static final int SHOWN_MAX = 100;
    /** A domain has 256 buses. */
    private static final int PATH_MAX = 256;

    private static final int HOST_BRIDGE_CLASS = 0x0600;
    private static final Pattern ADDRESS = Pattern.compile("[0-9a-f]{4,8}:[0-9a-f]{2}:[01][0-9a-f]\\.[0-7]");
    private static final Pattern MODALIAS = Pattern.compile("pci:v0000([0-9A-F]{4})d0000([0-9A-F]{4})"
            + "sv0000([0-9A-F]{4})sd0000([0-9A-F]{4})bc([0-9A-F]{2})sc([0-9A-F]{2})i([0-9A-F]{2})");

    private final String file;
    /** Where each function is: itself, the bridge above it, the bridge above that, up to the root bus. */
    private final Map<Bdf, ImmutableList<Bdf>> paths = new LinkedHashMap<>();

    private final List<FoundFunction> functions = new ArrayList<>();
    private final GroupedNotes notes = new GroupedNotes();

    private RdmaTopoReader(String file) {
        this.file = file;
        notes.add(Note.Kind.NOT_KNOWN, NEVER_WRITTEN, SOURCE);
        notes.add(Note.Kind.NOT_KNOWN, LEFT_OUT, SOURCE);
    }

    /**
     * Reads a dump.
     *
     * @param name of the file, for messages
     * @throws InventoryException if it is not such a dump; the message names file, line and element
     */
    public static Inventory read(String name, byte[] content) throws InventoryException {
        List<DumpItem> items = DumpParser.parse(name, content);
        if (items.isEmpty()) {
            throw new InventoryException(name + ": the dump lists no function");
        }
        RdmaTopoReader reader = new RdmaTopoReader(name);
        for (int i = 0; i < items.size(); i++) {
            reader.add(i + 1, items.get(i));
        }
        reader.checkPaths();
        return new Inventory(FORMAT, reader.functions, false, HostFacts.NONE, reader.notes());
    }

    private void add(int element, DumpItem item) throws InventoryException {
        ImmutableList<Bdf> path = path(element, item.realPath());
        if (paths.putIfAbsent(path.get(0), path) != null) {
            throw wrong(element, "%s is listed twice".formatted(path.get(0)));
        }
        functions.add(function(element, item, path));
    }

    private ImmutableList<Bdf> path(int element, String realPath) throws InventoryException {
        ImmutableList.Builder<Bdf> builder = ImmutableList.builder();
        for (String directory : Lists.reverse(Splitter.on('/').splitToList(realPath))) {
            if (!ADDRESS.matcher(directory).matches()) {
                break;
            }
            try {
                builder.add(Bdf.parse(directory));
            } catch (IllegalArgumentException e) {
                throw wrong(element, "realpath: " + e.getMessage());
            }
        }
        ImmutableList<Bdf> path = builder.build();
        if (path.isEmpty()) {
            throw wrong(
                    element,
                    "realpath \"%s\" does not end in a PCI address; it looks like /sys/devices/pci0000:00/0000:00:01.0"
                            .formatted(DumpParser.shown(realPath, SHOWN_MAX)));
        }
        if (path.size() > PATH_MAX) {
            throw wrong(element, "realpath: %s is below more than %d bridges".formatted(path.get(0), PATH_MAX - 1));
        }
        return path;
    }

    /** A function is below what the bridge above it is below; so no function is below itself. */
    private void checkPaths() throws InventoryException {
        for (ImmutableList<Bdf> path : paths.values()) {
            ImmutableList<Bdf> above = path.subList(1, path.size());
            if (!above.isEmpty() && !paths.getOrDefault(above.get(0), above).equals(above)) {
                throw new InventoryException(
                        "%s: the realpaths of %s and of the bridge above it, %s, differ in what is above them"
                                .formatted(file, path.get(0), above.get(0)));
            }
        }
    }

    private FoundFunction function(int element, DumpItem item, ImmutableList<Bdf> path) throws InventoryException {
        Matcher modalias = MODALIAS.matcher(item.modalias());
        if (!modalias.matches()) {
            throw wrong(
                    element,
                    "modalias \"%s\" is not that of a PCI function; it looks like pci:v000015B3d00001021sv...bc02sc00i00"
                            .formatted(DumpParser.shown(item.modalias(), SHOWN_MAX)));
        }
        Optional<ConfigReading> config = ConfigReading.read(item.config());
        int classCode = Integer.parseInt(modalias.group(5) + modalias.group(6) + modalias.group(7), 16);
        FoundFunction.Builder function = FoundFunction.at(path.get(0))
                .id(DeviceId.parse(modalias.group(1) + ":" + modalias.group(2)))
                .classCode(classCode)
                .type(type(config, classCode, path));
        DeviceId subsystem = DeviceId.parse(modalias.group(3) + ":" + modalias.group(4));
        if (subsystem.vendor() != 0 || subsystem.device() != 0) {
            function.subsystem(subsystem);
        }
        path.stream().skip(1).findFirst().ifPresent(function::upstreamBridge);
        config.ifPresent(known -> describe(known, function));
        item.iommuGroup().ifPresent(function::iommuGroup);
        item.numaNode().ifPresent(function::numaNode);
        item.vpd().ifPresent(function::vpd);
        description(item).ifPresent(function::description);
        return function.build();
    }

    private static void describe(ConfigReading config, FoundFunction.Builder function) {
        config.bridge().filter(bridge -> config.isBridge()).ifPresent(bridge -> {
            function.buses(bridge.secondary(), bridge.subordinate());
            bridge.windows().forEach(function::window);
        });
        config.bars().forEach(function::bar);
        config.describeCapabilities(function);
    }

    /** Product name and names of kernel devices. */
    private static Optional<String> description(DumpItem item) {
        String text = Stream.concat(item.vpd().flatMap(FoundVpd::productName).stream(), item.names().stream())
                .filter(part -> !part.isEmpty())
                .collect(Collectors.joining(", "));
        return text.isEmpty() ? Optional.empty() : Optional.of(text);
    }

    private PortType type(Optional<ConfigReading> config, int classCode, ImmutableList<Bdf> path) {
        Optional<PortType> type = config.flatMap(ConfigReading::type);
        if (type.isPresent()) {
            return type.get();
        }
        boolean isBridge = config.map(ConfigReading::isBridge).orElse(false);
        boolean hasCapabilities = config.filter(known -> known.capabilities().extent() != Extent.HIDDEN)
                .isPresent();
        if (config.isEmpty()) {
            notes.add(Note.Kind.CAUTION, SILENT, SOURCE, path.get(0));
        } else if (!hasCapabilities) {
            notes.add(Note.Kind.NOT_KNOWN, CUT, SOURCE, path.get(0));
        }
        if (classCode >> 8 == HOST_BRIDGE_CLASS) {
            return PortType.HOST_BRIDGE;
        }
        if (hasCapabilities) {
            return isBridge ? PortType.PCIE_TO_PCI_BRIDGE : PortType.LEGACY_ENDPOINT;
        }
        notes.add(Note.Kind.ASSUMED, PLACED, SOURCE, path.get(0));
        boolean onRootBus = path.size() == 1;
        if (!isBridge) {
            return onRootBus ? PortType.RC_INTEGRATED_ENDPOINT : PortType.ENDPOINT;
        }
        if (onRootBus) {
            return PortType.ROOT_PORT;
        }
        return path.size() % 2 == 0 ? PortType.UPSTREAM_PORT : PortType.DOWNSTREAM_PORT;
    }

    private ImmutableList<Note> notes() {
        for (ImmutableList<Bdf> path : paths.values()) {
            path.stream()
                    .skip(1)
                    .limit(1)
                    .filter(bridge -> !paths.containsKey(bridge))
                    .forEach(bridge -> notes.add(Note.Kind.NOT_KNOWN, MISSING, SOURCE, bridge));
        }
        return notes.notes();
    }

    private InventoryException wrong(int element, String what) {
        return new InventoryException("%s, element %d: %s".formatted(file, element, what));
    }
}
