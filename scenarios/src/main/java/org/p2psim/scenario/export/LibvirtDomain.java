package org.p2psim.scenario.export;

import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.List;
import javax.xml.stream.XMLStreamException;
import org.p2psim.address.Bdf;
import org.p2psim.scenario.Plan;
import org.p2psim.scenario.export.PassthroughGuest.Assigned;
import org.p2psim.topology.PciFunction;

/**
 * A plan's guest as a libvirt domain: machine type, CPU, and the PCI functions where
 * {@link org.p2psim.virtual.GuestView} has them. Disks, network and console are the user's to add.
 */
public final class LibvirtDomain {
    private static final String QEMU_NAMESPACE = "http://libvirt.org/schemas/domain/qemu/1.0";

    private LibvirtDomain() {}

    /**
     * Domain XML, as {@code virsh define} takes it.
     *
     * @throws ExportException if the plan has no virtual machine, or one that QEMU cannot be
     */
    public static String of(Plan plan) throws ExportException {
        PassthroughGuest guest = PassthroughGuest.of(plan);
        String cpuModel = guest.cpuModel();
        boolean hostCpu = cpuModel.equals(PassthroughGuest.HOST_MODEL);
        ImmutableMap<String, String> attributes =
                hostCpu ? ImmutableMap.of("type", "kvm") : ImmutableMap.of("type", "kvm", "xmlns:qemu", QEMU_NAMESPACE);
        return IndentedXml.document(xml -> {
            xml.comment(comments(plan, guest, hostCpu));
            xml.element("domain", attributes, domain -> {
                machine(domain, plan, guest);
                domain.element("devices", ImmutableMap.of(), devices -> devices(devices, guest));
                if (!hostCpu) {
                    cpu(domain, cpuModel);
                }
            });
        });
    }

    private static void machine(IndentedXml xml, Plan plan, PassthroughGuest guest) throws XMLStreamException {
        // libvirt makes files of the name.
        String name = (plan.scenario() + "-" + plan.variant()).replaceAll("[^A-Za-z0-9_.-]", "_");
        xml.text("name", ImmutableMap.of(), name);
        xml.text("memory", ImmutableMap.of("unit", "GiB"), Integer.toString(PassthroughGuest.MEMORY_GIB));
        String type = switch (guest.machine().machine()) {
            case Q35 -> "q35";
            case I440FX -> "pc";
        };
        xml.element(
                "os",
                ImmutableMap.of(),
                os -> os.text("type", ImmutableMap.of("arch", "x86_64", "machine", type), "hvm"));
        xml.element("features", ImmutableMap.of(), features -> features.empty("acpi", ImmutableMap.of()));
        xml.empty("cpu", ImmutableMap.of("mode", "host-passthrough"));
    }

    /** libvirt has no words for another vendor, family and model than the host's; QEMU goes by the last {@code -cpu}. */
    private static void cpu(IndentedXml domain, String cpuModel) throws XMLStreamException {
        domain.element("qemu:commandline", ImmutableMap.of(), commandline -> {
            commandline.empty("qemu:arg", ImmutableMap.of("value", "-cpu"));
            commandline.empty("qemu:arg", ImmutableMap.of("value", cpuModel));
        });
    }

    private static void devices(IndentedXml xml, PassthroughGuest guest) throws XMLStreamException {
        String root = switch (guest.machine().machine()) {
            case Q35 -> "pcie-root";
            case I440FX -> "pci-root";
        };
        xml.empty("controller", ImmutableMap.of("type", "pci", "index", "0", "model", root));
        for (Assigned assigned : guest.assigned()) {
            if (assigned.rootPort().isPresent()) {
                rootPort(xml, assigned, assigned.rootPort().get());
            }
        }
        for (Assigned assigned : guest.assigned()) {
            hostdev(xml, assigned);
        }
        xml.empty("controller", ImmutableMap.of("type", "usb", "model", "none"));
        xml.empty("memballoon", ImmutableMap.of("model", "none"));
    }

    private static void rootPort(IndentedXml xml, Assigned assigned, PciFunction port) throws XMLStreamException {
        String number = Integer.toString(port.secondaryBus());
        Bdf at = port.address();
        // Port as libvirt itself numbers them: device and function.
        String target = "0x%x".formatted(at.device() << 3 | at.function());
        xml.element(
                "controller",
                ImmutableMap.of("type", "pci", "index", number, "model", "pcie-root-port"),
                controller -> {
                    controller.empty("model", ImmutableMap.of("name", "pcie-root-port"));
                    controller.empty("target", ImmutableMap.of("chassis", number, "port", target));
                    controller.empty("address", guestAddress(at, assigned.multifunction()));
                });
    }

    private static void hostdev(IndentedXml xml, Assigned assigned) throws XMLStreamException {
        boolean multifunction = assigned.rootPort().isEmpty() && assigned.multifunction();
        xml.comment(assigned.host().name());
        xml.element("hostdev", ImmutableMap.of("mode", "subsystem", "type", "pci", "managed", "yes"), hostdev -> {
            hostdev.element(
                    "source",
                    ImmutableMap.of(),
                    source -> source.empty(
                            "address", address(assigned.host().address()).buildOrThrow()));
            hostdev.empty("address", guestAddress(assigned.guest(), multifunction));
        });
    }

    /** The bus of an address in the guest is libvirt's controller index, which is chosen to be the bus number. */
    private static ImmutableMap<String, String> guestAddress(Bdf at, boolean multifunction) {
        ImmutableMap.Builder<String, String> attributes = ImmutableMap.<String, String>builder()
                .put("type", "pci")
                .putAll(address(at).buildOrThrow());
        if (multifunction) {
            attributes.put("multifunction", "on");
        }
        return attributes.buildOrThrow();
    }

    private static ImmutableMap.Builder<String, String> address(Bdf at) {
        return ImmutableMap.<String, String>builder()
                .put("domain", "0x%04x".formatted(at.domain()))
                .put("bus", "0x%02x".formatted(at.bus()))
                .put("slot", "0x%02x".formatted(at.device()))
                .put("function", "0x%x".formatted(at.function()));
    }

    private static List<String> comments(Plan plan, PassthroughGuest guest, boolean hostCpu) {
        List<String> lines = new ArrayList<>();
        lines.add("%s, variant %s: the guest of the virtual machine, for libvirt; written by p2psim."
                .formatted(plan.scenario(), plan.variant()));
        lines.add(plan.title());
        lines.add("Assumed: KVM and %d GiB of memory. There is no USB controller and no memory balloon, so that the"
                .formatted(PassthroughGuest.MEMORY_GIB));
        lines.add("guest's PCI functions are those of the scenario and the chipset's.");
        if (!hostCpu) {
            lines.add("The CPU is the host's with another vendor, family and model: QEMU goes by the last -cpu.");
        }
        lines.addAll(guest.bigBars());
        return lines;
    }
}
