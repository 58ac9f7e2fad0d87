package org.p2psim.scenario.inventory.nccl;

import com.google.common.collect.ArrayListMultimap;
import com.google.common.collect.ListMultimap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.p2psim.address.Bdf;
import org.p2psim.outcome.GroupedNotes;
import org.p2psim.outcome.Note;
import org.p2psim.scenario.inventory.DistinctAddresses;
import org.p2psim.scenario.inventory.FoundFunction;
import org.p2psim.scenario.inventory.HostFacts;
import org.p2psim.scenario.inventory.Inventory;
import org.p2psim.scenario.inventory.InventoryException;
import org.p2psim.scenario.inventory.XmlElement;
import org.p2psim.topology.PortType;

/**
 * Reads a machine from an NCCL or RCCL topology file.
 *
 * <p>NCCL walks from a device towards the root and writes every second function that it passes: of a switch the upstream
 * port and not the downstream ports, and no root port ({@code ncclTopoGetXmlFromSys()} in src/graph/xml.cc).
 */
public final class NcclReader {
    private static final String SOURCE = "NCCL src/graph/xml.cc";
    private static final String NEVER_WRITTEN =
            "ACS, ATS, bus numbers, BARs, bridge windows, payload sizes, IOMMU groups and drivers: NCCL does not write them";
    private static final String ROOT_PORTS =
            "the root port and host bridge above: NCCL writes none, and functions below one <cpu> may have different ones";
    private static final String DOWNSTREAM_PORTS =
            "the downstream ports of the switch, one for each function below: NCCL writes only the upstream port";
    private static final String UPSTREAM_PORT =
            "the upstream port of a switch: of the bridges on a path NCCL writes those";
    private static final String LINK =
            "link_speed and link_width are the lesser of what both ends of the link above can do, not what it trained to";
    private static final String NO_IDS =
            "vendor and device; a bridge without them may have been made up to group devices";
    private static final String INVENTED = "no machine has this bridge: the author of the file groups devices with it";
    private static final String REPEATED = "listed several times; taken as one bridge";
    private static final String ON_HOST_BRIDGE =
            "network interfaces shown on a host bridge: their own functions are not in the file";
    private static final String WITHOUT_FUNCTION =
            "where these network interfaces are: the file gives them no PCI function";
    private static final String PCILINK = "links between virtual switches (pcilink)";

    /** A function, the bridge above it, and the address it has here. */
    private record Seen(NcclPci pci, Optional<Bdf> bridge, Bdf address) {}

    /** By the address in the file. */
    private final ListMultimap<Bdf, Seen> seen = ArrayListMultimap.create();

    private final DistinctAddresses addresses = new DistinctAddresses();
    private final Map<Bdf, FoundFunction> functions = new LinkedHashMap<>();
    private final GroupedNotes notes = new GroupedNotes();

    private NcclReader() {}

    /**
     * Reads a topology file. Of a file that several hosts were merged into, the first host is read.
     *
     * @param name the file's, for messages
     * @throws InventoryException if it is not a machine's topology
     */
    public static Inventory read(String name, byte[] content) throws InventoryException {
        XmlElement root = XmlElement.read(name, content);
        if (!root.name().equals("system")) {
            throw root.problem("the root element; that of NCCL is <system>");
        }
        return new NcclReader().inventory(root);
    }

    private Inventory inventory(XmlElement root) throws InventoryException {
        List<XmlElement> cpus = firstHost(root);
        for (XmlElement cpu : cpus) {
            for (NcclPci pci : NcclPci.below(cpu)) {
                reserveAddresses(pci);
            }
        }
        for (XmlElement cpu : cpus) {
            OptionalInt numaNode = numaNode(cpu);
            for (XmlElement child : cpu.children()) {
                if (child.name().equals("pci")) {
                    pci(new NcclPci(child), Optional.empty(), numaNode);
                } else if (child.name().equals("nic")) {
                    new NcclPci(cpu)
                            .networkInterfaces()
                            .forEach(net -> notes.add(Note.Kind.NOT_KNOWN, WITHOUT_FUNCTION, "", net));
                }
            }
        }
        if (functions.isEmpty()) {
            throw root.problem("no <pci> in any <cpu>; NCCL writes <system><cpu><pci busid=...>");
        }
        notes.add(Note.Kind.SOURCE, LINK, SOURCE);
        notes.add(Note.Kind.NOT_KNOWN, NEVER_WRITTEN, "");
        HostFacts host = new HostFacts(NcclCpu.of(cpus, notes), Optional.empty(), Optional.empty());
        host.noteMissing(notes);
        return new Inventory("nccl", List.copyOf(functions.values()), false, host, notes.notes());
    }

    private List<XmlElement> firstHost(XmlElement root) {
        List<XmlElement> cpus = root.children().stream()
                .filter(child -> child.name().equals("cpu"))
                .toList();
        List<String> hosts = cpus.stream()
                .map(cpu -> cpu.stated("host_hash").orElse(""))
                .distinct()
                .toList();
        if (hosts.size() < 2) {
            return cpus;
        }
        notes.add(
                Note.Kind.CAUTION,
                "the file holds %d hosts; only the first, host_hash %s, was read".formatted(hosts.size(), hosts.get(0)),
                "");
        return cpus.stream()
                .filter(cpu -> cpu.stated("host_hash").orElse("").equals(hosts.get(0)))
                .toList();
    }

    private static OptionalInt numaNode(XmlElement cpu) throws InventoryException {
        String text = cpu.stated("numaid").orElse("-1");
        if (!text.matches("-?[0-9]{1,5}")) {
            throw cpu.problem("numaid \"%s\"; NCCL writes the number of a NUMA node, or -1".formatted(text));
        }
        int node = Integer.parseInt(text);
        return node < 0 ? OptionalInt.empty() : OptionalInt.of(node);
    }

    private void reserveAddresses(NcclPci pci) throws InventoryException {
        addresses.reserve(pci.address());
        for (NcclPci below : pci.below()) {
            reserveAddresses(below);
        }
    }

    private void pci(NcclPci pci, Optional<Bdf> bridge, OptionalInt numaNode) throws InventoryException {
        Bdf inFile = pci.address();
        boolean isBridge = pci.isBridge();
        Optional<Seen> before = seen.get(inFile).stream()
                .filter(other ->
                        isBridge && other.bridge().equals(bridge) && other.pci().hasAttributesOf(pci))
                .findFirst();
        Bdf address;
        if (before.isPresent()) {
            address = before.get().address();
            notes.add(Note.Kind.CAUTION, REPEATED, "", address.toString());
        } else {
            address = seen.containsKey(inFile) ? addresses.insteadOf(inFile, pci.element(), notes) : inFile;
            Seen now = new Seen(pci, bridge, address);
            seen.put(inFile, now);
            functions.put(address, function(now, numaNode));
        }
        for (NcclPci below : pci.below()) {
            pci(below, Optional.of(address), numaNode);
        }
    }

    private FoundFunction function(Seen pci, OptionalInt numaNode) throws InventoryException {
        Bdf address = pci.address();
        FoundFunction.Builder function = FoundFunction.at(address).type(type(pci.pci(), address));
        pci.pci().describe(function);
        pci.bridge().ifPresent(function::upstreamBridge);
        numaNode.ifPresent(function::numaNode);
        if (pci.bridge().isEmpty()) {
            notes.add(Note.Kind.NOT_KNOWN, ROOT_PORTS, SOURCE, address.toString());
        }
        if (pci.pci().isInvented()) {
            function.invented();
            notes.add(Note.Kind.CAUTION, INVENTED, "", address.toString());
        } else if (pci.pci().id().isEmpty()) {
            notes.add(Note.Kind.NOT_KNOWN, NO_IDS, "", address.toString());
        }
        if (pci.pci().hasSwitchLinks()) {
            notes.add(Note.Kind.NOT_MODELLED, PCILINK, "", address.toString());
        }
        return function.build();
    }

    private PortType type(NcclPci pci, Bdf address) throws InventoryException {
        if (pci.isBridge()) {
            notes.add(Note.Kind.ASSUMED, UPSTREAM_PORT, SOURCE, address.toString());
            notes.add(Note.Kind.NOT_KNOWN, DOWNSTREAM_PORTS, SOURCE, address.toString());
            return PortType.UPSTREAM_PORT;
        }
        if (!pci.isHostBridge()) {
            return PortType.ENDPOINT;
        }
        notes.add(Note.Kind.CAUTION, ON_HOST_BRIDGE, "", address.toString());
        return PortType.HOST_BRIDGE;
    }
}
