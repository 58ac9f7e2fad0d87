package org.p2psim.scenario.inventory.hwloc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.p2psim.address.Bdf;
import org.p2psim.address.DeviceId;
import org.p2psim.outcome.Note;
import org.p2psim.platform.Cpu;
import org.p2psim.scenario.inventory.Found;
import org.p2psim.scenario.inventory.FoundFunction;
import org.p2psim.scenario.inventory.Inventory;
import org.p2psim.scenario.inventory.InventoryException;
import org.p2psim.scenario.inventory.InventoryScenario;
import org.p2psim.scenario.inventory.Mutation;
import org.p2psim.topology.Acs;
import org.p2psim.topology.Link;
import org.p2psim.topology.PortType;

class HwlocReaderTest {
    /** hwloc 2 and 3: NUMA nodes are memory children, infos carry the system. */
    private static final String TWO_PACKAGES = """
            <?xml version="1.0" encoding="UTF-8"?>
            <!DOCTYPE topology SYSTEM "hwloc2.dtd">
            <topology version="2.0">
              <object type="Machine" os_index="0" nodeset="0x00000003">
                <info name="OSName" value="Linux"/>
                <info name="OSRelease" value="6.8.0-1030-aws"/>
                <info name="Architecture" value="x86_64"/>
                <object type="Package" os_index="0" nodeset="0x00000001">
                  <info name="CPUVendor" value="AuthenticAMD"/>
                  <info name="CPUFamilyNumber" value="25"/>
                  <info name="CPUModelNumber" value="17"/>
                  <object type="NUMANode" os_index="0" nodeset="0x00000001"/>
                  <object type="L3Cache" nodeset="0x00000001"/>
                  <object type="Bridge" bridge_type="0-1" depth="0" bridge_pci="0000:[2b-3b]">
                    <object type="PCIDev" pci_busid="0000:2b:01.0" pci_type="0600 [1022:1480] [1022:1480] 00 00"/>
                    <object type="Bridge" bridge_type="1-1" bridge_pci="0000:[2c-3b]" pci_busid="0000:2b:00.0" pci_type="0604 [1022:1483] [0000:0000] 04 00" pci_link_speed="15.753846">
                      <object type="Bridge" bridge_type="1-1" bridge_pci="0000:[2d-3b]" pci_busid="0000:2c:00.0" pci_type="0604 [10b5:9781] [10b5:9781] b0 00" pci_link_speed="15.753846">
                        <object type="Bridge" bridge_type="1-1" bridge_pci="0000:[34-34]" pci_busid="0000:2d:04.0" pci_type="0604 [10b5:9781] [10b5:9781] b0 00">
                          <object type="PCIDev" pci_busid="0000:34:00.0" pci_type="0302 [10de:1db8] [10de:131d] a1 00" pci_link_speed="8.000000">
                            <info name="PCIVendor" value="NVIDIA Corporation"/>
                            <object type="OSDev" name="nvml0" osdev_type="12"/>
                          </object>
                        </object>
                      </object>
                    </object>
                  </object>
                </object>
                <object type="Package" os_index="1" nodeset="0x00000002">
                  <object type="NUMANode" os_index="1" nodeset="0x00000002"/>
                  <object type="Bridge" bridge_type="0-1" depth="0" bridge_pci="0000:[80-84]">
                    <object type="Bridge" bridge_type="1-1" bridge_pci="0000:[81-83]" pci_busid="0000:80:00.0" pci_type="0604 [1022:1483] [0000:0000] 04 00">
                      <object type="PCIDev" pci_busid="0000:83:00.0" pci_type="0207 [15b3:101b] [15b3:0007] 00 00"/>
                    </object>
                  </object>
                </object>
              </object>
            </topology>
            """;

    /** hwloc 1: no version, no programming interface, NUMA nodes enclose their sockets. */
    private static final String VERSION_1 = """
            <?xml version="1.0" encoding="UTF-8"?>
            <!DOCTYPE topology SYSTEM "hwloc.dtd">
            <topology>
              <object type="Machine" os_index="0" nodeset="0x00000003">
                <object type="NUMANode" os_index="1" nodeset="0x00000002">
                  <object type="Socket" os_index="1"/>
                  <object type="Bridge" os_index="0" bridge_type="0-1" depth="0" bridge_pci="0000:[00-03]">
                    <object type="Bridge" os_index="48" bridge_type="1-1" depth="1" bridge_pci="0000:[03-03]" pci_busid="0000:00:03.0" pci_type="0604 [8086:3c08] [0000:0000] 07" pci_link_speed="8.000000">
                      <object type="PCIDev" os_index="12288" pci_busid="0000:03:00.0" pci_type="0302 [10de:1094] [10de:0888] a1" pci_link_speed="8.000000"/>
                    </object>
                  </object>
                </object>
              </object>
            </topology>
            """;

    private static Inventory read(String text) throws InventoryException {
        return HwlocReader.read("topo.xml", text.getBytes(StandardCharsets.UTF_8));
    }

    private static String messageOf(String text) {
        return Found.messageOf(() -> read(text));
    }

    @Test
    void theTreeIsTheNestingOfBridges() throws InventoryException {
        Inventory inventory = read(TWO_PACKAGES);
        assertThat(inventory.format()).isEqualTo("hwloc");
        assertThat(inventory.complete()).as("hwloc filters").isFalse();
        assertThat(inventory.functions()).hasSize(7);
        Found.assertWellFormed(inventory);
        FoundFunction gpu = Found.at(inventory, "34:00.0");
        assertThat(gpu.upstreamBridge()).hasValue(Bdf.parse("2d:04.0"));
        assertThat(gpu.id()).isEqualTo(DeviceId.parse("10de:1db8"));
        assertThat(gpu.subsystem()).hasValue(DeviceId.parse("10de:131d"));
        assertThat(gpu.classCode()).hasValue(0x030200);
        assertThat(gpu.description()).hasValue("NVIDIA Corporation nvml0");
        assertThat(gpu.acs()).hasValue(Acs.NOT_KNOWN);
        FoundFunction port = Found.at(inventory, "2b:00.0");
        assertThat(port.upstreamBridge()).isEmpty();
        assertThat(port.secondaryBus()).hasValue(0x2c);
        assertThat(port.subordinateBus()).hasValue(0x3b);
        assertThat(port.subsystem()).isEmpty();
    }

    @Test
    void portTypesFollowFromTheNestingAndAreNoted() throws InventoryException {
        Inventory inventory = read(TWO_PACKAGES);
        assertThat(Found.at(inventory, "2b:01.0").type()).isEqualTo(PortType.HOST_BRIDGE);
        assertThat(Found.at(inventory, "2b:00.0").type()).isEqualTo(PortType.ROOT_PORT);
        assertThat(Found.at(inventory, "2c:00.0").type()).isEqualTo(PortType.UPSTREAM_PORT);
        assertThat(Found.at(inventory, "2d:04.0").type()).isEqualTo(PortType.DOWNSTREAM_PORT);
        assertThat(Found.at(inventory, "34:00.0").type()).isEqualTo(PortType.ENDPOINT);
        assertThat(Found.notes(inventory, Note.Kind.ASSUMED))
                .containsExactly("port type taken from the place in the tree"
                        + " (0000:2b:00.0, 0000:2c:00.0, 0000:2d:04.0, 0000:80:00.0)");
    }

    @Test
    void localityIsThatOfTheEnclosingPackage() throws InventoryException {
        Inventory inventory = read(TWO_PACKAGES);
        assertThat(Found.at(inventory, "34:00.0").numaNode()).hasValue(0);
        assertThat(Found.at(inventory, "83:00.0").numaNode()).hasValue(1);
        assertThat(Found.at(read(TWO_PACKAGES.replace("nodeset=\"0x00000002\"", "nodeset=\"0x00000006\"")), "83:00.0")
                        .numaNode())
                .as("a package with two nodes")
                .isEmpty();
    }

    @Test
    void theHostIsInTheInfos() throws InventoryException {
        Inventory inventory = read(TWO_PACKAGES);
        assertThat(inventory.host().cpu()).hasValue(new Cpu("AuthenticAMD", 25, 17));
        assertThat(inventory.host().kernel().map(Object::toString)).hasValue("6.8.0-1030-aws");
        assertThat(inventory.host().cmdline()).isEmpty();
        String arm = TWO_PACKAGES.replaceAll(".*\"CPU.*\n", "").replace("x86_64", "aarch64");
        assertThat(read(arm).host().cpu()).hasValue(new Cpu("ARM", 0, 0));
    }

    @Test
    void bridgesThatWereLeftOutAreNamed() throws InventoryException {
        assertThat(Found.notes(read(TWO_PACKAGES), Note.Kind.NOT_KNOWN))
                .contains("the bridges right above; lstopo --whole-io keeps them in the file (0000:83:00.0)");
    }

    @Test
    void aBridgeWithoutItsDownstreamPortsIsStillASwitch() throws InventoryException {
        String text = TWO_PACKAGES.replaceAll(
                "<object type=\"Bridge\"[^>]*pci_busid=\"0000:2d:04.0\"[^>]*>", "<object type=\"Misc\">");
        Inventory inventory = read(text);
        assertThat(Found.at(inventory, "34:00.0").upstreamBridge()).hasValue(Bdf.parse("2c:00.0"));
        assertThat(Found.at(inventory, "2c:00.0").type()).isEqualTo(PortType.UPSTREAM_PORT);
        assertThat(Found.at(inventory, "34:00.0").type()).isEqualTo(PortType.ENDPOINT);
    }

    @Test
    void version1IsReadToo() throws InventoryException {
        Inventory inventory = read(VERSION_1);
        assertThat(Found.at(inventory, "00:03.0").type()).isEqualTo(PortType.ROOT_PORT);
        FoundFunction gpu = Found.at(inventory, "03:00.0");
        assertThat(gpu.id()).isEqualTo(DeviceId.parse("10de:1094"));
        assertThat(gpu.numaNode()).as("the node encloses the host bridge").hasValue(1);
        assertThat(gpu.linkStatus()).hasValue(new Link(2, 16));
        assertThat(inventory.host().cpu()).isEmpty();
        assertThat(inventory.host().kernel()).isEmpty();
    }

    /** GB/s in one direction, by hwloc's own formula; 63 GB/s is gen5 x16, and gen6 x8 to versions before gen 6. */
    @ParameterizedTest
    @CsvSource({
        "0.250000, gen1 x1",
        "8.000000, gen2 x16",
        "0.984615, gen3 x1",
        "121.000000, gen6 x16",
        "126.030769, gen6 x16",
        "15.753846,",
        "31.507692,",
        "63.015385,",
        "4.000000,",
        "1.000000,",
        "7.000000,",
        "0.000000,"
    })
    void aLinkIsDerivedOnlyFromASpeedThatNoOtherLinkHas(String speed, String link) throws InventoryException {
        String text = VERSION_1.replace("pci_link_speed=\"8.000000\"/>", "pci_link_speed=\"%s\"/>".formatted(speed));
        assertThat(Found.at(read(text), "03:00.0")
                        .linkStatus()
                        .map(Link::toString)
                        .orElse(null))
                .isEqualTo(link);
    }

    @Test
    void nodeSetsAreWordsWithTheHighestFirst() throws InventoryException {
        String set = "<object type=\"Group\" nodeset=\"%s\"><object type=\"Bridge\" os_index=\"0\"";
        for (String[] pair : new String[][] {
            {"0x00000004", "OptionalInt[2]"},
            {"0x00000001,0x0", "OptionalInt[32]"},
            {"0x00000008,,", "OptionalInt[67]"},
            {"0xf...f,0x00000001", "OptionalInt.empty"},
            {"0x00000001,0x00000001", "OptionalInt.empty"},
            {"nonsense", "OptionalInt.empty"}
        }) {
            String text = VERSION_1
                    .replace("<object type=\"Bridge\" os_index=\"0\"", set.formatted(pair[0]))
                    .replace(
                            "    </object>\n    </object>\n  </object>\n</topology>",
                            "    </object></object>\n    </object>\n  </object>\n</topology>");
            assertThat(Found.at(read(text), "03:00.0").numaNode().toString())
                    .as(pair[0])
                    .isEqualTo(pair[1]);
        }
    }

    @Test
    void whatHwlocNeverWritesIsSaid() throws InventoryException {
        assertThat(Found.notes(read(VERSION_1), Note.Kind.NOT_KNOWN))
                .contains(
                        "ACS, ATS, BARs, bridge windows, payload sizes, IOMMU groups and drivers: hwloc does not write them");
        assertThat(Found.notes(read(TWO_PACKAGES), Note.Kind.NOT_KNOWN))
                .contains("generation and width of the link: hwloc writes only their product, which several links share"
                        + " (0000:2b:00.0, 0000:2c:00.0)");
    }

    @Test
    void filesThatAreNotHwlocsAreRefused() {
        assertThat(messageOf("<system/>"))
                .isEqualTo("topo.xml:1: <system>: the root element; that of hwloc is <topology>");
        assertThat(messageOf("<topology/>"))
                .isEqualTo("topo.xml:1: <topology>: no PCI function below it; lstopo --whole-io --of xml writes them");
        assertThat(messageOf("")).startsWith("topo.xml:1: not well-formed XML: ");
    }

    @Test
    void brokenAttributesAreRefusedWithTheirLine() {
        assertThat(messageOf(VERSION_1.replace("pci_busid=\"0000:03:00.0\" ", "")))
                .isEqualTo("topo.xml:9: <object>: no pci_busid; hwloc writes one, as in 0000:3b:00.0");
        assertThat(messageOf(VERSION_1.replace("0000:03:00.0", "0000:03:40.0")))
                .isEqualTo(
                        "topo.xml:9: <object>: pci_busid: \"0000:03:40.0\" is not a PCI address; it looks like 0000:3b:00.0");
        assertThat(messageOf(VERSION_1.replace("0302 [", "0302 {")))
                .startsWith("topo.xml:9: <object>: pci_type \"0302 {10de:1094]");
        assertThat(messageOf(VERSION_1.replace("0000:[03-03]", "03-03")))
                .isEqualTo(
                        "topo.xml:8: <object>: bridge_pci \"03-03\"; hwloc writes the buses below, as in 0000:[18-19]");
        assertThat(messageOf(VERSION_1.replace("8.000000\"/>", "fast\"/>")))
                .isEqualTo("topo.xml:9: <object>: pci_link_speed \"fast\"; hwloc writes GB/s, as in 15.753846");
    }

    @Test
    void ofTwoFunctionsWithOneAddressTheSecondGetsTheNextFreeOne() throws InventoryException {
        String text = VERSION_1.replace("    </object>\n  </object>\n</topology>", """
                      <object type="Bridge" bridge_type="0-1" bridge_pci="0000:[00-03]">
                        <object type="PCIDev" pci_busid="0000:00:04.0" pci_type="0108 [144d:a80a] [144d:a801] 00"/>
                        <object type="Bridge" bridge_type="1-1" bridge_pci="0000:[03-03]" pci_busid="0000:00:03.0" pci_type="0604 [8086:2f08] [0000:0000] 02">
                          <object type="PCIDev" pci_busid="0000:03:00.0" pci_type="0207 [15b3:1013] [15b3:0008] 00"/>
                        </object>
                      </object>
                    </object>
                  </object>
                </topology>
                """);
        Inventory inventory = read(text);
        Found.assertWellFormed(inventory);
        assertThat(inventory.functions()).hasSize(5);
        assertThat(Found.at(inventory, "00:03.0").id()).isEqualTo(DeviceId.parse("8086:3c08"));
        assertThat(Found.at(inventory, "03:00.0").upstreamBridge()).hasValue(Bdf.parse("00:03.0"));
        assertThat(Found.at(inventory, "00:05.0").id())
                .as("device 4 is the file's own")
                .isEqualTo(DeviceId.parse("8086:2f08"));
        assertThat(Found.at(inventory, "03:01.0").upstreamBridge()).hasValue(Bdf.parse("00:05.0"));
        assertThat(Found.notes(inventory, Note.Kind.CAUTION))
                .containsExactly("other functions of the file have these addresses; both were kept, these under another"
                        + " address (line 14: 0000:00:03.0 taken as 0000:00:05.0,"
                        + " line 15: 0000:03:00.0 taken as 0000:03:01.0)");
    }

    @Test
    void twoFunctionsWithOneAddressKeepTheirPlacesInTheScenario() throws InventoryException {
        String text = VERSION_1.replace(
                "<object type=\"PCIDev\" os_index=\"12288\"",
                "<object type=\"PCIDev\" pci_busid=\"0000:03:00.0\" pci_type=\"0207 [15b3:1013] [15b3:0008] 00\"/>"
                        + "<object type=\"PCIDev\" os_index=\"12288\"");
        assertThat(InventoryScenario.of(read(text), "t").scenario().fabric().functions())
                .extracting(function -> function.at().toString())
                .contains("0000:00:03.0", "0000:03:00.0", "0000:03:01.0");
    }

    @Test
    void aBusWithoutAFreeAddressIsSaid() {
        StringBuilder functions = new StringBuilder("<topology>");
        for (int devfn = 0; devfn < 256; devfn++) {
            functions.append("<object type='PCIDev' pci_busid='0000:00:%02x.%d'/>".formatted(devfn >> 3, devfn & 7));
        }
        assertThat(messageOf(functions + "<object type='PCIDev' pci_busid='0000:00:02.0'/></topology>"))
                .isEqualTo("topo.xml:1: <object>: another function has the address 0000:00:02.0,"
                        + " and its bus has no free one");
    }

    @Test
    void deepNestingIsRefused() {
        assertThatThrownBy(() -> read("<topology>" + "<object type='Bridge'>".repeat(100_000)))
                .isInstanceOf(InventoryException.class)
                .hasMessage("topo.xml:1: nested deeper than 200");
    }

    @Test
    void damagedFilesGiveAWholeInventoryOrAMessage() {
        Mutation mutation = new Mutation(
                "0000:00:00.0",
                "ffffffff:ff:1f.7",
                "0604",
                "[",
                "0-1",
                "1-1",
                "Bridge",
                "PCIDev",
                "<object",
                "/>",
                "</object>",
                "nodeset=\"",
                "\"",
                "&lt;",
                "&#0;",
                "<!--",
                "]]>",
                "<?x?>",
                "-1",
                "99999999999999999999",
                "\u0000",
                "1e309");
        for (long seed = 0; seed < 3000; seed++) {
            byte[] text = (seed % 2 == 0 ? TWO_PACKAGES : VERSION_1).getBytes(StandardCharsets.UTF_8);
            byte[] damaged = mutation.of(text, new SplittableRandom(seed));
            Found.assertWholeOrRefused(seed, "topo.xml:", () -> HwlocReader.read("topo.xml", damaged));
        }
    }
}
