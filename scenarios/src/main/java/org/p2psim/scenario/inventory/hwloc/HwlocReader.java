package org.p2psim.scenario.inventory.hwloc;

import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.p2psim.address.Bdf;
import org.p2psim.outcome.GroupedNotes;
import org.p2psim.outcome.Note;
import org.p2psim.platform.Cpu;
import org.p2psim.scenario.inventory.CpuInfo;
import org.p2psim.scenario.inventory.DistinctAddresses;
import org.p2psim.scenario.inventory.FoundFunction;
import org.p2psim.scenario.inventory.HostFacts;
import org.p2psim.scenario.inventory.Inventory;
import org.p2psim.scenario.inventory.InventoryException;
import org.p2psim.scenario.inventory.PortTypes;
import org.p2psim.scenario.inventory.TreePosition;
import org.p2psim.scenario.inventory.XmlElement;
import org.p2psim.scenario.inventory.hwloc.HwlocObject.Buses;
import org.p2psim.scenario.inventory.hwloc.HwlocObject.PciType;
import org.p2psim.topology.Link;
import org.p2psim.topology.PortType;

/** Reads a machine from hwloc's XML. */
public final class HwlocReader {
    private static final String NEVER_WRITTEN =
            "ACS, ATS, BARs, bridge windows, payload sizes, IOMMU groups and drivers: hwloc does not write them";
    private static final String FILTERED =
            "functions that hwloc's filters leave out, such as host bridges' own; lstopo --whole-io keeps most of them";
    private static final String BRIDGES_LEFT_OUT = "the bridges right above; lstopo --whole-io keeps them in the file";
    private static final String SEVERAL_LINKS =
            "generation and width of the link: hwloc writes only their product, which several links share";

    /** What encloses an object. */
    private record Around(Optional<Reading> bridge, OptionalInt rootBus, OptionalInt numaNode) {}

    /** One function. */
    private record Reading(HwlocObject object, TreePosition position, Optional<Buses> buses, OptionalInt numaNode) {}

    private final Map<Bdf, Reading> readings = new LinkedHashMap<>();
    private final DistinctAddresses addresses = new DistinctAddresses();
    private final GroupedNotes notes = new GroupedNotes();

    private HwlocReader() {}

    /**
     * Reads the XML of hwloc 1 to 3.
     *
     * @param name the file's, for messages
     * @throws InventoryException if it is not one machine's
     */
    public static Inventory read(String name, byte[] content) throws InventoryException {
        XmlElement root = XmlElement.read(name, content);
        if (!root.name().equals("topology")) {
            throw root.problem("the root element; that of hwloc is <topology>");
        }
        HwlocReader reader = new HwlocReader();
        reader.reserveAddresses(root);
        reader.walk(root, new Around(Optional.empty(), OptionalInt.empty(), OptionalInt.empty()));
        if (reader.readings.isEmpty()) {
            throw root.problem("no PCI function below it; lstopo --whole-io --of xml writes them");
        }
        return reader.inventory(root);
    }

    private void walk(XmlElement element, Around around) throws InventoryException {
        for (XmlElement child : element.children()) {
            if (child.name().equals("object")) {
                HwlocObject object = new HwlocObject(child);
                walk(child, object.isFunction() ? function(object, around) : within(object, around));
            }
        }
    }

    private static Around within(HwlocObject object, Around around) throws InventoryException {
        if (object.isHostBridge()) {
            Optional<Buses> buses = object.buses();
            OptionalInt rootBus = buses.isPresent() ? OptionalInt.of(buses.get().first()) : OptionalInt.empty();
            return new Around(Optional.empty(), rootBus, around.numaNode());
        }
        return new Around(around.bridge(), around.rootBus(), object.numaNode(around.numaNode()));
    }

    private void reserveAddresses(XmlElement element) throws InventoryException {
        for (XmlElement child : element.children()) {
            HwlocObject object = new HwlocObject(child);
            if (child.name().equals("object")) {
                if (object.isFunction()) {
                    addresses.reserve(object.address());
                }
                reserveAddresses(child);
            }
        }
    }

    private Around function(HwlocObject object, Around around) throws InventoryException {
        Bdf inFile = object.address();
        Bdf address = readings.containsKey(inFile) ? addresses.insteadOf(inFile, object.element(), notes) : inFile;
        Optional<Buses> buses = object.buses().filter(below -> below.first() != 0);
        TreePosition position = new TreePosition(
                address,
                around.bridge().map(bridge -> bridge.position().address()),
                around.bridge().isEmpty() && around.rootBus().equals(OptionalInt.of(address.bus())),
                object.pciType().map(PciType::classCode).orElse(0),
                buses.isPresent() ? OptionalInt.of(buses.get().first()) : OptionalInt.empty(),
                object.linkSpeed() > 0 ? Optional.of(true) : Optional.empty(),
                Optional.empty());
        Reading reading = new Reading(object, position, buses, around.numaNode());
        readings.put(address, reading);
        boolean belowBridge = around.bridge()
                .map(bridge -> bridge.position().secondaryBus().orElse(address.bus()) == address.bus())
                .orElse(position.onRootBus());
        if (!belowBridge) {
            notes.add(Note.Kind.NOT_KNOWN, BRIDGES_LEFT_OUT, "", address.toString());
        }
        return new Around(Optional.of(reading), around.rootBus(), around.numaNode());
    }

    private Inventory inventory(XmlElement root) throws InventoryException {
        ImmutableMap<Bdf, PortType> types = PortTypes.derive(
                readings.values().stream().map(Reading::position).toList(), notes);
        List<FoundFunction> functions = new ArrayList<>();
        for (Reading reading : readings.values()) {
            functions.add(found(reading, types.getOrDefault(reading.position().address(), PortType.ENDPOINT)));
        }
        notes.add(Note.Kind.NOT_KNOWN, NEVER_WRITTEN, "");
        notes.add(Note.Kind.NOT_KNOWN, FILTERED, "");
        HostFacts host = new HostFacts(
                cpu(root),
                first(root, "OSRelease")
                        .flatMap(object -> object.info("OSRelease"))
                        .flatMap(HostFacts::release),
                Optional.empty());
        return new Inventory("hwloc", functions, false, host, notes.notes());
    }

    private FoundFunction found(Reading reading, PortType type) throws InventoryException {
        TreePosition position = reading.position();
        FoundFunction.Builder function = FoundFunction.at(position.address()).type(type);
        Optional<PciType> pciType = reading.object().pciType();
        if (pciType.isPresent()) {
            function.id(pciType.get().id()).classCode(pciType.get().classCode());
            pciType.map(PciType::subsystem).filter(id -> id.vendor() != 0).ifPresent(function::subsystem);
        }
        position.parent().ifPresent(function::upstreamBridge);
        reading.buses().ifPresent(buses -> function.buses(buses.first(), buses.last()));
        reading.numaNode().ifPresent(function::numaNode);
        double speed = reading.object().linkSpeed();
        Optional<Link> link = speed > 0 ? HwlocLink.of(speed) : Optional.empty();
        link.ifPresent(function::linkStatus);
        if (speed > 0 && link.isEmpty()) {
            notes.add(Note.Kind.NOT_KNOWN, SEVERAL_LINKS, "", position.address().toString());
        }
        String description = description(reading.object());
        if (!description.isEmpty()) {
            function.description(description);
        }
        return function.build();
    }

    /** Vendor's and device's name, and the names that the system gave it. */
    private static String description(HwlocObject object) {
        List<String> names = new ArrayList<>();
        object.info("PCIVendor").ifPresent(names::add);
        object.info("PCIDevice").ifPresent(names::add);
        object.element().children().stream()
                .filter(child -> child.stated("type").equals(Optional.of("OSDev")))
                .flatMap(device -> device.stated("name").stream())
                .forEach(names::add);
        return String.join(" ", names);
    }

    /** The first package's: packages are in the order of their first CPU. */
    private static Optional<Cpu> cpu(XmlElement root) {
        return first(root, "CPUFamilyNumber")
                .flatMap(info -> CpuInfo.cpu(
                        info.info("CPUVendor").orElse(""),
                        info.info("CPUFamilyNumber").orElse(""),
                        info.info("CPUModelNumber").orElse("")))
                .or(() -> first(root, "Architecture")
                        .flatMap(object -> object.info("Architecture"))
                        .flatMap(CpuInfo::ofArchitecture));
    }

    /** The first object, or the root, that has this {@code <info>}. */
    private static Optional<HwlocObject> first(XmlElement element, String info) {
        HwlocObject object = new HwlocObject(element);
        if (object.info(info).isPresent()) {
            return Optional.of(object);
        }
        return element.children().stream()
                .filter(child -> child.name().equals("object"))
                .flatMap(child -> first(child, info).stream())
                .findFirst();
    }
}
