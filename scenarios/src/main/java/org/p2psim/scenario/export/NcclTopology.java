package org.p2psim.scenario.export;

import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import javax.xml.stream.XMLStreamException;
import org.p2psim.address.Bdf;
import org.p2psim.platform.Cpu;
import org.p2psim.platform.Socket;
import org.p2psim.topology.Fabric;
import org.p2psim.topology.Link;
import org.p2psim.topology.PciFunction;
import org.p2psim.virtual.GuestView;

/**
 * A machine as NCCL's topology file ({@code NCCL_TOPO_FILE}), by the rules of NVIDIA/nccl at 081eafafc983,
 * src/graph/xml.cc and topo.cc: a cpu element for each NUMA node, a pci element for each switch, GPU and NIC. NCCL
 * climbs sysfs two functions at a time, so its own files have the upstream port of a switch, but neither its downstream
 * ports nor root ports; a root port here would count as a switch, and pairs across root ports would look as near as
 * pairs below one switch.
 */
public final class NcclTopology {
    /** Elements that NCCL reads: NCCL_TOPO_XML_MAX_NODES (src/graph/topo.h). */
    private static final int ELEMENTS_MAX = 256;

    private static final int NETWORK_CONTROLLER = 0x02;
    private static final int DISPLAY_CONTROLLER = 0x03;
    private static final int PROCESSING_ACCELERATOR = 0x12;
    private static final int PCI_BRIDGE = 0x060400;
    /** CPUID leaf 0 gives a vendor of this many characters. */
    private static final int CPUID_VENDOR_LENGTH = 12;
    /** As sysfs prints the speed of each generation (Linux drivers/pci/probe.c, pci_speed_string()). */
    private static final String[] SPEEDS = {"2.5", "5.0", "8.0", "16.0", "32.0", "64.0"};

    private final Fabric host;
    private final Optional<GuestView> guest;
    private final Function<Bdf, OptionalInt> classCode;
    /** What is written: the leaves, and all that is above them. */
    private final Set<Bdf> written = new HashSet<>();

    private int elements = 1;
    private int inventedAddresses;

    private NcclTopology(Fabric host, Optional<GuestView> guest, Function<Bdf, OptionalInt> classCode) {
        this.host = host;
        this.guest = guest;
        this.classCode = classCode;
    }

    /**
     * The topology of a host; or, for NCCL in a guest, the host's switches and sockets with the guest's addresses: what
     * its own look at sysfs cannot show it.
     *
     * @param classCode class codes by address on the host, 24 bits; functions without one are left out
     * @throws ExportException if there is neither a GPU, an accelerator nor a NIC, or more than NCCL reads
     */
    public static String of(Fabric host, Optional<GuestView> guest, Function<Bdf, OptionalInt> classCode)
            throws ExportException {
        return new NcclTopology(host, guest, classCode).text();
    }

    private String text() throws ExportException {
        List<PciFunction> leaves =
                host.endpoints().stream().filter(this::isLeaf).toList();
        if (leaves.isEmpty()) {
            throw new ExportException(
                    "no GPU (class 03), accelerator (class 12) or network controller (class 02)%s: nothing that NCCL reads"
                            .formatted(guest.isPresent() ? " is passed through" : " in this machine"));
        }
        leaves.forEach(leaf -> host.wayUp(leaf).forEach(function -> written.add(function.address())));
        String text = IndentedXml.document(xml -> {
            xml.comment(comments(leaves));
            xml.element("system", ImmutableMap.of("version", "1"), this::cpus);
        });
        if (elements > ELEMENTS_MAX) {
            throw new ExportException(
                    "%d elements; NCCL reads %d of a topology file at most".formatted(elements, ELEMENTS_MAX));
        }
        return text;
    }

    private boolean isLeaf(PciFunction function) {
        OptionalInt code = classCode.apply(function.address());
        boolean visible = guest.map(
                        view -> view.guestAddress(function.address()).isPresent())
                .orElse(true);
        return visible
                && code.isPresent()
                && switch (code.getAsInt() >> 16) {
                    case NETWORK_CONTROLLER, DISPLAY_CONTROLLER, PROCESSING_ACCELERATOR -> true;
                    default -> false;
                };
    }

    private void cpus(IndentedXml xml) throws XMLStreamException {
        for (int node = 0; node < host.sockets().size(); node++) {
            Socket socket = host.sockets().get(node);
            List<PciFunction> onRootBuses = host.hostBridges().stream()
                    .filter(bridge -> bridge.socket().equals(socket.id()))
                    .flatMap(bridge -> host.rootBus(bridge).stream())
                    .toList();
            List<PciFunction> top = shown(onRootBuses);
            if (!top.isEmpty()) {
                elements++;
                xml.element("cpu", cpu(node, socket.cpu()), cpu -> functions(cpu, top));
            }
        }
    }

    /** What has an element of its own, of these functions or below their root and downstream ports; sorted as by NCCL. */
    private List<PciFunction> shown(List<PciFunction> functions) {
        return functions.stream()
                .filter(function -> written.contains(function.address()))
                .flatMap(function ->
                        function.type().hasLinkBelow() ? shown(host.below(function)).stream() : Stream.of(function))
                .sorted(Comparator.comparing(PciFunction::address))
                .toList();
    }

    private void functions(IndentedXml xml, List<PciFunction> functions) throws XMLStreamException {
        for (PciFunction function : functions) {
            elements++;
            name(xml, function);
            if (function.type().isBridge()) {
                List<PciFunction> below = shown(host.below(function));
                xml.element("pci", pci(function, switchAddress(function), PCI_BRIDGE), pci -> functions(pci, below));
            } else {
                int code = classCode.apply(function.address()).orElseThrow();
                xml.empty("pci", pci(function, address(function), code));
            }
        }
    }

    private void name(IndentedXml xml, PciFunction function) throws XMLStreamException {
        String address = function.address().toString();
        String name = function.name().equals(address) ? "" : function.name();
        String where = guest.isEmpty() ? "" : "host " + address;
        String comment = name + (name.isEmpty() || where.isEmpty() ? "" : ", ") + where;
        if (!comment.isEmpty()) {
            xml.comment(comment);
        }
    }

    private Bdf address(PciFunction function) {
        return guest.flatMap(view -> view.guestAddress(function.address())).orElse(function.address());
    }

    /** In a guest, an address that no function has: NCCL looks up in sysfs what a file doesn't say, by address. */
    private Bdf switchAddress(PciFunction function) {
        if (guest.isEmpty()) {
            return function.address();
        }
        int number = inventedAddresses++;
        return new Bdf(0xffff, 0xff - (number >> 8), number >> 3 & 0x1f, number & 7);
    }

    private ImmutableMap<String, String> pci(PciFunction function, Bdf address, int code) {
        ImmutableMap.Builder<String, String> attributes = ImmutableMap.<String, String>builder()
                .put("busid", address.toString())
                .put("class", "0x%06x".formatted(code));
        if (function.id().isKnown()) {
            attributes.put("vendor", "0x%04x".formatted(function.id().vendor()));
            attributes.put("device", "0x%04x".formatted(function.id().device()));
        }
        Optional<Link> link = host.upstreamBridge(function).flatMap(PciFunction::linkBelow);
        link.ifPresent(known -> {
            attributes.put("link_speed", SPEEDS[known.generation() - 1] + " GT/s PCIe");
            attributes.put("link_width", Integer.toString(known.width()));
        });
        return attributes.buildOrThrow();
    }

    /** Attributes that NCCL would find out from CPUID are the host's in a guest too: they set the rates it assumes. */
    private static ImmutableMap<String, String> cpu(int node, Cpu cpu) {
        ImmutableMap.Builder<String, String> attributes =
                ImmutableMap.<String, String>builder().put("numaid", Integer.toString(node));
        if (cpu.vendor().length() == CPUID_VENDOR_LENGTH) {
            attributes.put("arch", "x86_64");
            attributes.put("vendor", cpu.vendor());
            attributes.put("familyid", Integer.toString(familyId(cpu)));
            attributes.put("modelid", Integer.toString(cpu.model()));
        } else if (cpu.vendor().equals("ARM")) {
            attributes.put("arch", "arm64");
        }
        return attributes.buildOrThrow();
    }

    /**
     * Base family + 16 x extended family, where CPUID and {@code /proc/cpuinfo} have base + extended family, and the
     * latter only above a base family of 15: Zen 2 is 23 = 15 + 8, and 15 + 16 x 8 = 143 here.
     */
    private static int familyId(Cpu cpu) {
        int base = Math.min(cpu.family(), 15);
        return base + ((cpu.family() - base) << 4);
    }

    private List<String> comments(List<PciFunction> leaves) {
        List<String> lines = new ArrayList<>();
        lines.add("A topology for NCCL_TOPO_FILE, written by p2psim.");
        lines.add(
                "Written: GPUs, accelerators and NICs (classes 03, 12 and 02) with the switches above them. Root ports");
        lines.add("are left out, as in NCCL's own files: NCCL takes every bridge for a switch.");
        lines.add("Assumed: each socket is one NUMA node, and they are numbered alike.");
        lines.add(
                "Left to NCCL, which adds them where it runs: affinity, gpu, nic and net, and links that are not known.");
        if (guest.isPresent()) {
            lines.add(
                    "For the guest: functions have the guest's addresses, sockets and switches are the host's. Switches");
            lines.add(
                    "have addresses that nothing in the guest has. Give the guest the host's NUMA nodes for affinity.");
        }
        if (leaves.stream().anyMatch(this::isAccelerator)) {
            lines.add(
                    "NCCL itself has GPUs of class 03 only; accelerators of class 12 are here for others that read this.");
        }
        return lines;
    }

    private boolean isAccelerator(PciFunction function) {
        return classCode.apply(function.address()).orElse(0) >> 16 == PROCESSING_ACCELERATOR;
    }
}
