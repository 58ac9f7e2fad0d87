package org.p2psim.scenario.inventory.nccl;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.p2psim.address.Bdf;
import org.p2psim.address.DeviceId;
import org.p2psim.outcome.Note;
import org.p2psim.platform.Cpu;
import org.p2psim.scenario.FunctionSpec;
import org.p2psim.scenario.inventory.Found;
import org.p2psim.scenario.inventory.FoundFunction;
import org.p2psim.scenario.inventory.Inventory;
import org.p2psim.scenario.inventory.InventoryException;
import org.p2psim.scenario.inventory.InventoryScenario;
import org.p2psim.scenario.inventory.Mutation;
import org.p2psim.topology.Acs;
import org.p2psim.topology.Link;
import org.p2psim.topology.PortType;

class NcclReaderTest {
    private static final String SERVER = """
            <system version="1">
              <cpu host_hash="0x1" numaid="0" affinity="ffff" arch="x86_64" vendor="AuthenticAMD" familyid="143" modelid="49">
                <pci busid="0000:41:00.0" class="0x060400" vendor="0x1000" device="0xc010" subsystem_vendor="0x1000" subsystem_device="0xa096" link_speed="16.0 GT/s PCIe" link_width="16">
                  <pci busid="0000:4E:00.0" class="0x030200" vendor="0x10de" device="0x20b0" subsystem_vendor="0x10de" subsystem_device="0x134f" link_speed="16 GT/s" link_width="16">
                    <gpu dev="0" sm="80" rank="0" gdr="1"><nvlink target="0000:c5:00.0" count="2" tclass="0x068000"/></gpu>
                  </pci>
                  <pci busid="0000:4b:00.0" class="0x020700" vendor="0x15b3" device="0x101b" link_speed="" link_width="0">
                    <nic><net name="mlx5_0" dev="0" speed="200000"/><net name="mlx5_1" dev="1" speed="200000"/></nic>
                  </pci>
                </pci>
                <pci busid="61:00.0" class="0x020000" vendor="0x8086" device="0x1592" link_speed="Unknown" link_width="8"/>
                <nic><net name="eth0" dev="2" speed="10000"/></nic>
              </cpu>
              <cpu host_hash="0x1" numaid="-1" arch="x86_64" vendor="AuthenticAMD" familyid="143" modelid="49">
                <pci busid="0000:81:00.0"/>
              </cpu>
            </system>
            """;

    private static Inventory read(String text) throws InventoryException {
        return NcclReader.read("topo.xml", text.getBytes(StandardCharsets.UTF_8));
    }

    private static String messageOf(String text) {
        return Found.messageOf(() -> read(text));
    }

    @Test
    void functionsHangBelowTheSwitchThatEnclosesThem() throws InventoryException {
        Inventory inventory = read(SERVER);
        assertThat(inventory.format()).isEqualTo("nccl");
        assertThat(inventory.complete()).isFalse();
        assertThat(inventory.functions())
                .extracting(FoundFunction::address)
                .containsExactly(
                        Bdf.parse("41:00.0"),
                        Bdf.parse("4e:00.0"),
                        Bdf.parse("4b:00.0"),
                        Bdf.parse("61:00.0"),
                        Bdf.parse("81:00.0"));
        Found.assertWellFormed(inventory);
        FoundFunction gpu = Found.at(inventory, "4e:00.0");
        assertThat(gpu.upstreamBridge()).hasValue(Bdf.parse("41:00.0"));
        assertThat(gpu.id()).isEqualTo(DeviceId.parse("10de:20b0"));
        assertThat(gpu.subsystem()).hasValue(DeviceId.parse("10de:134f"));
        assertThat(gpu.numaNode()).hasValue(0);
        assertThat(gpu.linkCapability()).hasValue(new Link(4, 16));
        assertThat(gpu.linkStatus())
                .as("the file does not say what it trained to")
                .isEmpty();
        assertThat(gpu.description()).hasValue("GPU 0");
        assertThat(gpu.acs()).hasValue(Acs.NOT_KNOWN);
        FoundFunction nic = Found.at(inventory, "4b:00.0");
        assertThat(nic.linkCapability()).isEmpty();
        assertThat(nic.description()).hasValue("mlx5_0 mlx5_1");
        FoundFunction bare = Found.at(inventory, "81:00.0");
        assertThat(bare.id()).isEqualTo(DeviceId.NOT_KNOWN);
        assertThat(bare.classCode()).isEmpty();
        assertThat(bare.numaNode()).isEmpty();
    }

    @Test
    void bridgesAreTheUpstreamPortsOfSwitchesAndTheOthersAreMissing() throws InventoryException {
        Inventory inventory = read(SERVER);
        assertThat(Found.at(inventory, "41:00.0").type()).isEqualTo(PortType.UPSTREAM_PORT);
        assertThat(Found.at(inventory, "41:00.0").secondaryBus()).isEmpty();
        assertThat(Found.notes(inventory, Note.Kind.ASSUMED))
                .containsExactly(
                        "the upstream port of a switch: of the bridges on a path NCCL writes those (0000:41:00.0)");
        assertThat(Found.notes(inventory, Note.Kind.NOT_KNOWN))
                .contains("the root port and host bridge above: NCCL writes none,"
                        + " and functions below one <cpu> may have different ones"
                        + " (0000:41:00.0, 0000:61:00.0, 0000:81:00.0)")
                .contains("the downstream ports of the switch, one for each function below:"
                        + " NCCL writes only the upstream port (0000:41:00.0)")
                .contains(
                        "vendor and device; a bridge without them may have been made up to group devices (0000:81:00.0)")
                .contains("where these network interfaces are: the file gives them no PCI function (eth0)");
    }

    /** Families as /proc/cpuinfo shows them: Zen 2 and 3 are 23 and 25, a Sapphire Rapids 6, an Opteron of 2007 16. */
    @ParameterizedTest
    @CsvSource({
        "AuthenticAMD, 143, 23", "AuthenticAMD, 175, 25", "AuthenticAMD, 191, 26", "AuthenticAMD, 31, 16",
        "GenuineIntel, 6, 6", "GenuineIntel, 15, 15", "GenuineIntel, 79, 19", "HygonGenuine, 159, 24"
    })
    void familyidIsBaseAndExtendedFamilySideBySide(String vendor, int familyid, int family) throws InventoryException {
        String text =
                SERVER.replace("AuthenticAMD", vendor).replace("familyid=\"143\"", "familyid=\"" + familyid + "\"");
        assertThat(read(text).host().cpu()).hasValue(new Cpu(vendor, family, 49));
    }

    @Test
    void aFamilyidThatNcclCannotHaveWrittenIsTakenAsItStands() throws InventoryException {
        Inventory inventory = read(SERVER.replace("familyid=\"143\"", "familyid=\"25\""));
        assertThat(inventory.host().cpu()).hasValue(new Cpu("AuthenticAMD", 25, 49));
        assertThat(Found.notes(inventory, Note.Kind.ASSUMED))
                .contains("familyid 25 is the family as /proc/cpuinfo shows it: NCCL itself never writes it");
    }

    @Test
    void otherArchitecturesHaveNoVendor() throws InventoryException {
        String arm = SERVER.replaceAll(
                "arch=\"x86_64\" vendor=\"AuthenticAMD\" familyid=\"143\" modelid=\"49\"", "arch=\"arm64\"");
        assertThat(read(arm).host().cpu()).hasValue(new Cpu("ARM", 0, 0));
    }

    @ParameterizedTest
    @CsvSource({"0xffff, 0000:41:00.0", "0x0000, 0000:41:00.0", "0x1000, ffff:ff:01.0"})
    void bridgesThatCloudsMakeUpAreKeptAndMarked(String vendor, String busid) throws InventoryException {
        String text = SERVER.replaceFirst("vendor=\"0x1000\"", "vendor=\"" + vendor + "\"")
                .replace("0000:41:00.0", busid);
        Inventory inventory = read(text);
        FoundFunction bridge = Found.at(inventory, busid);
        assertThat(bridge.invented()).isTrue();
        assertThat(bridge.type()).isEqualTo(PortType.UPSTREAM_PORT);
        assertThat(Found.at(inventory, "4e:00.0").upstreamBridge()).hasValue(bridge.address());
        assertThat(Found.at(inventory, "4e:00.0").invented()).isFalse();
        assertThat(Found.notes(inventory, Note.Kind.CAUTION))
                .containsExactly("no machine has this bridge: the author of the file groups devices with it (%s)"
                        .formatted(busid));
    }

    @Test
    void ofAFileWithSeveralHostsTheFirstIsRead() throws InventoryException {
        String host = SERVER.substring(SERVER.indexOf("<cpu"), SERVER.indexOf("</system>"));
        String text = "<system version=\"1\">" + host + host.replace("0x1\"", "0x2\"") + "</system>";
        Inventory inventory = read(text);
        assertThat(inventory.functions()).isEqualTo(read(SERVER).functions());
        assertThat(Found.notes(inventory, Note.Kind.CAUTION))
                .containsExactly("the file holds 2 hosts; only the first, host_hash 0x1, was read");
    }

    @Test
    void aBridgeThatIsListedForEachOfItsDevicesIsOneBridge() throws InventoryException {
        String text = """
                <system version="2"><cpu numaid="0">
                  <pci busid="0000:c5:00.0" class="0x060400"><pci busid="0000:cf:00.0" class="0x038000"/></pci>
                  <pci busid="0000:c5:00.0" class="0x060400"><pci busid="0000:d0:00.0" class="0x038000"/></pci>
                </cpu></system>
                """;
        Inventory inventory = read(text);
        assertThat(inventory.functions()).hasSize(3);
        assertThat(Found.at(inventory, "d0:00.0").upstreamBridge()).hasValue(Bdf.parse("c5:00.0"));
        assertThat(Found.notes(inventory, Note.Kind.CAUTION))
                .containsExactly("listed several times; taken as one bridge (0000:c5:00.0)");
    }

    private static final String TWO_MACHINES_IN_ONE = """
            <system version="2"><cpu numaid="0">
              <pci busid="0000:c5:00.0" class="0x060400" vendor="0x1000" device="0xc010">
                <pci busid="0000:cf:00.0" class="0x038000" vendor="0x1002" device="0x740c"/>
              </pci>
              <pci busid="0000:c5:00.0" class="0x060400" vendor="0x1000" device="0xc030">
                <pci busid="0000:cf:00.0" class="0x020700" vendor="0x15b3" device="0x101b"/>
              </pci>
              <pci busid="0000:c5:00.0" class="0x060400" vendor="0x1000" device="0xc030">
                <pci busid="0000:d0:00.0" class="0x020700" vendor="0x15b3" device="0x101b"/>
              </pci>
            </cpu></system>
            """;

    @Test
    void ofTwoFunctionsWithOneAddressTheSecondGetsTheNextFreeOne() throws InventoryException {
        Inventory inventory = read(TWO_MACHINES_IN_ONE);
        Found.assertWellFormed(inventory);
        assertThat(inventory.functions())
                .extracting(function -> "%s %s".formatted(function.address(), function.id()))
                .containsExactly(
                        "0000:c5:00.0 1000:c010",
                        "0000:cf:00.0 1002:740c",
                        "0000:c5:01.0 1000:c030",
                        "0000:cf:01.0 15b3:101b",
                        "0000:d0:00.0 15b3:101b");
        assertThat(Found.at(inventory, "cf:01.0").upstreamBridge()).hasValue(Bdf.parse("c5:01.0"));
        assertThat(Found.at(inventory, "d0:00.0").upstreamBridge())
                .as("the second bridge is listed again")
                .hasValue(Bdf.parse("c5:01.0"));
        assertThat(Found.notes(inventory, Note.Kind.CAUTION))
                .containsExactly(
                        "other functions of the file have these addresses; both were kept, these under another address"
                                + " (line 5: 0000:c5:00.0 taken as 0000:c5:01.0,"
                                + " line 6: 0000:cf:00.0 taken as 0000:cf:01.0)",
                        "listed several times; taken as one bridge (0000:c5:01.0)");
    }

    @Test
    void twoSwitchesWithOneBusBelowKeepTheirOwnDevices() throws InventoryException {
        Map<String, String> below = new HashMap<>();
        for (FunctionSpec function : InventoryScenario.of(read(TWO_MACHINES_IN_ONE), "t")
                .scenario()
                .fabric()
                .functions()) {
            below.put(function.at().toString(), function.below().orElse(""));
        }
        String port = below.getOrDefault("0000:cf:00.0", "");
        String other = below.getOrDefault("0000:cf:01.0", "");
        assertThat(below).containsEntry(port, "0000:c5:00.0").containsEntry(other, "0000:c5:01.0");
    }

    @Test
    void aBridgeBelowItselfIsTwoBridges() throws InventoryException {
        Inventory inventory = read("<system><cpu><pci busid='1:0.0' class='0x060400'>"
                + "<pci busid='1:0.0' class='0x060400'/></pci></cpu></system>");
        assertThat(Found.at(inventory, "1:01.0").upstreamBridge()).hasValue(Bdf.parse("1:00.0"));
    }

    @Test
    void networkInterfacesOfASandboxStandOnAHostBridge() throws InventoryException {
        String text = SERVER.replace("0000:4b:00.0\" class=\"0x020700\"", "0000:00:00.0\" class=\"0x060000\"");
        Inventory inventory = read(text);
        assertThat(Found.at(inventory, "00:00.0").type()).isEqualTo(PortType.HOST_BRIDGE);
        assertThat(Found.notes(inventory, Note.Kind.CAUTION))
                .containsExactly(
                        "network interfaces shown on a host bridge: their own functions are not in the file (0000:00:00.0)");
    }

    @Test
    void linksBetweenSwitchesAreSaidToBeLeftOut() throws InventoryException {
        String text =
                SERVER.replaceFirst("(<pci busid=\"0000:41:00.0\"[^>]*>)", "$1<pcilink target=\"0000:01:00.0\"/>");
        assertThat(Found.notes(read(text), Note.Kind.NOT_MODELLED))
                .containsExactly("links between virtual switches (pcilink) (0000:41:00.0)");
    }

    @Test
    void filesThatAreNotNcclsAreRefused() {
        assertThat(messageOf("<topology/>"))
                .isEqualTo("topo.xml:1: <topology>: the root element; that of NCCL is <system>");
        assertThat(messageOf("<system version='1'><cpu numaid='0'/></system>"))
                .isEqualTo("topo.xml:1: <system>: no <pci> in any <cpu>; NCCL writes <system><cpu><pci busid=...>");
        assertThat(messageOf("<system version='1'>")).startsWith("topo.xml:1: not well-formed XML: ");
    }

    @Test
    void brokenAttributesAreRefusedWithTheirLine() {
        assertThat(messageOf(SERVER.replace("busid=\"61:00.0\" ", "")))
                .isEqualTo("topo.xml:11: <pci>: no busid; NCCL writes 0000:3b:00.0");
        assertThat(messageOf(SERVER.replace("\"61:00.0\"", "\"fffffff1:00:00.0\"")))
                .startsWith("topo.xml:11: <pci>: busid: not a PCI address");
        assertThat(messageOf(SERVER.replace("0x8086", "Intel")))
                .isEqualTo("topo.xml:11: <pci>: vendor \"Intel\"; NCCL writes 0x and 4 hexadecimal digits");
        assertThat(messageOf(SERVER.replaceFirst("0x060400", "0x020000")))
                .isEqualTo(
                        "topo.xml:3: <pci>: class 0x020000 has functions below it; only a bridge, class 0x060400, has");
        assertThat(messageOf(SERVER.replaceFirst("numaid=\"0\"", "numaid=\"none\"")))
                .isEqualTo("topo.xml:2: <cpu>: numaid \"none\"; NCCL writes the number of a NUMA node, or -1");
        assertThat(messageOf(SERVER.replaceFirst("familyid=\"143\"", "familyid=\"Zen\"")))
                .isEqualTo("topo.xml:2: <cpu>: familyid \"Zen\" or modelid is not a number");
    }

    @Test
    void deepNestingIsRefused() {
        StringBuilder deep = new StringBuilder("<system><cpu>");
        for (int i = 0; i < 100_000; i++) {
            deep.append("<pci busid='%x:%02x:00.0'>".formatted(i / 256, i % 256));
        }
        assertThat(messageOf(deep.toString())).isEqualTo("topo.xml:1: nested deeper than 200");
    }

    @Test
    void damagedFilesGiveAWholeInventoryOrAMessage() {
        Mutation mutation = new Mutation(
                "0000:41:00.0",
                "ffff:ff:01.0",
                "0x060400",
                "0x",
                "<pci ",
                "/>",
                "</pci>",
                "<cpu>",
                "</cpu>",
                "busid=\"",
                "\"",
                "-1",
                "99999999999999999999",
                "&amp;",
                "&x;",
                "<!DOCTYPE x []>",
                "<![CDATA[",
                "\u0000",
                "16 GT/s",
                "<nic>");
        for (long seed = 0; seed < 3000; seed++) {
            byte[] damaged = mutation.of(SERVER.getBytes(StandardCharsets.UTF_8), new SplittableRandom(seed));
            Found.assertWholeOrRefused(seed, "topo.xml:", () -> NcclReader.read("topo.xml", damaged));
        }
    }
}
