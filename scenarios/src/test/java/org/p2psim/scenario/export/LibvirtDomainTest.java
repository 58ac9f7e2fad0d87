package org.p2psim.scenario.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.p2psim.address.Bdf;
import org.p2psim.platform.Cpu;
import org.p2psim.scenario.Plan;
import org.p2psim.virtual.VirtualMachine.MachineType;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

class LibvirtDomainTest {
    static Stream<Arguments> guests() {
        return QemuArgumentsTest.guests();
    }

    private static Element domain(String xml) throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newDefaultInstance();
        factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
        Element domain = factory.newDocumentBuilder()
                .parse(new InputSource(new StringReader(xml)))
                .getDocumentElement();
        assertThat(domain.getTagName()).isEqualTo("domain");
        return domain;
    }

    private static List<Element> children(Element parent, String name) {
        NodeList nodes = parent.getChildNodes();
        List<Element> children = new ArrayList<>();
        for (int i = 0; i < nodes.getLength(); i++) {
            Node node = nodes.item(i);
            if (node instanceof Element element && element.getTagName().equals(name)) {
                children.add(element);
            }
        }
        return children;
    }

    private static Element child(Element parent, String name) {
        List<Element> children = children(parent, name);
        assertThat(children).as(name).hasSize(1);
        return children.get(0);
    }

    private static Bdf address(Element address) {
        return new Bdf(
                Integer.decode(address.getAttribute("domain")),
                Integer.decode(address.getAttribute("bus")),
                Integer.decode(address.getAttribute("slot")),
                Integer.decode(address.getAttribute("function")));
    }

    private static int devfn(Bdf at) {
        return at.device() << 3 | at.function();
    }

    private static boolean multifunction(Element address) {
        return address.getAttribute("multifunction").equals("on");
    }

    private static GuestTree tree(Element devices, String rootModel) {
        GuestTree tree = new GuestTree();
        for (Element controller : children(devices, "controller")) {
            String model = controller.getAttribute("model");
            String index = controller.getAttribute("index");
            if (model.equals("pcie-root-port")) {
                Element at = child(controller, "address");
                Element target = child(controller, "target");
                assertThat(address(at).bus()).isZero();
                assertThat(Integer.decode(target.getAttribute("port"))).isEqualTo(devfn(address(at)));
                tree.rootPort(
                        index,
                        devfn(address(at)),
                        multifunction(at),
                        Integer.parseInt(target.getAttribute("chassis")),
                        0);
            } else if (controller.getAttribute("type").equals("pci")) {
                assertThat(model).isEqualTo(rootModel);
                assertThat(index).isEqualTo("0");
            }
        }
        for (Element hostdev : children(devices, "hostdev")) {
            assertThat(hostdev.getAttribute("managed")).isEqualTo("yes");
            Bdf host = address(child(child(hostdev, "source"), "address"));
            Element at = child(hostdev, "address");
            if (address(at).bus() == 0) {
                tree.onRootBus(host, devfn(address(at)), multifunction(at));
            } else {
                assertThat(devfn(address(at))).isZero();
                tree.belowRootPort(Integer.toString(address(at).bus()), host);
            }
        }
        return tree;
    }

    @ParameterizedTest
    @MethodSource("guests")
    void libvirtBuildsTheTreeThatTheModelWorksWith(int count, MachineType type) throws Exception {
        Plan plan = Machines.allPassedThrough(Machines.gpus(count), type);
        Element domain = domain(LibvirtDomain.of(plan));
        String root = type == MachineType.Q35 ? "pcie-root" : "pci-root";
        assertThat(tree(child(domain, "devices"), root).places(type))
                .hasSize(count)
                .isEqualTo(GuestTree.modelled(plan));
        assertThat(child(child(domain, "os"), "type").getAttribute("machine"))
                .isEqualTo(type == MachineType.Q35 ? "q35" : "pc");
    }

    @Test
    void nothingElseOfLibvirtsComesToTheRootBus() throws Exception {
        Element domain = domain(LibvirtDomain.of(Machines.shipped("gaudi-rdma", "vm")));
        Element devices = child(domain, "devices");
        assertThat(child(devices, "memballoon").getAttribute("model")).isEqualTo("none");
        assertThat(children(devices, "controller"))
                .filteredOn(controller -> controller.getAttribute("type").equals("usb"))
                .extracting(controller -> controller.getAttribute("model"))
                .containsExactly("none");
        // Without it libvirt starts QEMU with acpi=off.
        assertThat(children(child(domain, "features"), "acpi")).hasSize(1);
    }

    @Test
    void theHostsCpuIsPassedThrough() throws Exception {
        Element domain = domain(LibvirtDomain.of(Machines.shipped("gaudi-rdma", "vm")));
        assertThat(child(domain, "cpu").getAttribute("mode")).isEqualTo("host-passthrough");
        assertThat(children(domain, "qemu:commandline")).isEmpty();
    }

    @Test
    void anotherCpuGoesPastLibvirt() throws Exception {
        Element domain = domain(LibvirtDomain.of(Machines.shipped("vm-zen", "vm-intel")));
        assertThat(domain.getAttribute("xmlns:qemu")).isEqualTo("http://libvirt.org/schemas/domain/qemu/1.0");
        assertThat(children(child(domain, "qemu:commandline"), "qemu:arg"))
                .extracting(argument -> argument.getAttribute("value"))
                .containsExactly("-cpu", "host,vendor=GenuineIntel,family=6,model=85");
    }

    @Test
    void anyTitleAndVendorGiveWellFormedXml() throws Exception {
        Plan plan = Machines.titled(
                Machines.withGuest(Machines.gpus(1), MachineType.Q35, new Cpu("<ab c=\"&]]>'", 6, 1)),
                "-->\0\ufffe\ud800 a--b---- <x> &lt; ../\u2028-");
        Element domain = domain(LibvirtDomain.of(plan));
        assertThat(child(domain, "name").getTextContent()).matches("[A-Za-z0-9_.-]+");
        assertThat(children(child(domain, "qemu:commandline"), "qemu:arg")
                        .get(1)
                        .getAttribute("value"))
                .isEqualTo("host,vendor=<ab c=\"&]]>',family=6,model=1");
    }

    @Test
    void aVariantWithoutVirtualMachineIsRefused() {
        assertThatThrownBy(() -> LibvirtDomain.of(Machines.shipped("two-sockets", "skylake")))
                .isInstanceOf(ExportException.class)
                .hasMessage("variant skylake has no virtual machine; name one with --variant, or give --passthrough");
    }
}
