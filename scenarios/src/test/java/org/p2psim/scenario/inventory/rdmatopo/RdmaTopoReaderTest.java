package org.p2psim.scenario.inventory.rdmatopo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.p2psim.address.AddressRange;
import org.p2psim.address.Bdf;
import org.p2psim.address.DeviceId;
import org.p2psim.outcome.Note;
import org.p2psim.scenario.inventory.FoundBar;
import org.p2psim.scenario.inventory.FoundFunction;
import org.p2psim.scenario.inventory.FoundVpd;
import org.p2psim.scenario.inventory.Inventory;
import org.p2psim.scenario.inventory.InventoryException;
import org.p2psim.topology.Acs;
import org.p2psim.topology.Link;
import org.p2psim.topology.PortType;
import org.p2psim.topology.Window;

class RdmaTopoReaderTest {
    private static final String ROOT = "pci0000:00/0000:00:01.0";
    private static final String ROOT_ALIAS = Dump.modalias(0x8086, 0x352a, 0x060400);
    private static final String NIC_ALIAS = Dump.modalias(0x15b3, 0x1023, 0x020000);

    private static Inventory read(Dump dump) throws InventoryException {
        return RdmaTopoReader.read("dump.json", dump.content());
    }

    private static FoundFunction only(Dump dump) throws InventoryException {
        assertThat(read(dump).functions()).hasSize(1);
        return read(dump).functions().get(0);
    }

    private static Dump rootPort(Dump.Config config) {
        return new Dump().add(ROOT, ROOT_ALIAS, config.bytes(4096));
    }

    @Test
    void idsAndClassComeFromTheModalias() throws Exception {
        FoundFunction nic = only(new Dump().add(ROOT, NIC_ALIAS, Dump.endpoint().bytes(4096)));
        assertThat(nic.address()).isEqualTo(Bdf.parse("0000:00:01.0"));
        assertThat(nic.id()).isEqualTo(DeviceId.parse("15b3:1023"));
        assertThat(nic.subsystem()).contains(DeviceId.parse("15b3:0051"));
        assertThat(nic.classCode()).hasValue(0x020000);
    }

    @Test
    void thePlaceInSysfsSaysWhichBridgeIsAbove() throws Exception {
        Dump dump = rootPort(Dump.bridge(4, 1, 1))
                .add(ROOT + "/0000:01:00.0", NIC_ALIAS, Dump.endpoint().bytes(4096))
                .add(
                        "pci0000:00/0000:00:0e.0/pci10000:00/10000:00:02.0",
                        ROOT_ALIAS,
                        Dump.bridge(4, 1, 1).bytes(4096));
        List<FoundFunction> functions = read(dump).functions();
        assertThat(functions.get(0).upstreamBridge()).isEmpty();
        assertThat(functions.get(1).upstreamBridge()).contains(Bdf.parse("0000:00:01.0"));
        assertThat(functions.get(2).upstreamBridge()).isEmpty();
        assertThat(functions.get(2).address()).isEqualTo(new Bdf(0x10000, 0, 2, 0));
    }

    @Test
    void portsHaveTheTypeOfTheirExpressCapability() throws Exception {
        assertThat(only(rootPort(Dump.bridge(4, 1, 9))).type()).isEqualTo(PortType.ROOT_PORT);
        assertThat(only(rootPort(Dump.bridge(5, 1, 9))).type()).isEqualTo(PortType.UPSTREAM_PORT);
        assertThat(only(rootPort(Dump.bridge(6, 1, 9))).type()).isEqualTo(PortType.DOWNSTREAM_PORT);
        assertThat(only(rootPort(Dump.bridge(7, 1, 9))).type()).isEqualTo(PortType.PCIE_TO_PCI_BRIDGE);
        assertThat(only(rootPort(Dump.bridge(6, 1, 9))).secondaryBus()).hasValue(1);
        assertThat(only(rootPort(Dump.bridge(6, 1, 9))).subordinateBus()).hasValue(9);
        assertThat(only(rootPort(new Dump.Config(0, 9))).type()).isEqualTo(PortType.RC_INTEGRATED_ENDPOINT);
    }

    @Test
    void acsAndAtsAreFoundWhereverTheyAreLinked() throws Exception {
        FoundFunction port = only(rootPort(Dump.bridge(4, 1, 1)
                .extended(0x100, 0x01, 0)
                .extended(0x200, 0x0f, 0)
                .extended(0x150, 0x0d, 0x001d_00ff)));
        assertThat(port.acs()).contains(new Acs(0x7f, 0x1d));
        assertThat(port.ats()).contains(true);
        assertThat(port.capabilities()).containsExactly("AER");
    }

    @Test
    void aCapabilityThatIsNotInTheListIsAbsent() throws Exception {
        FoundFunction port = only(rootPort(Dump.bridge(4, 1, 1).extended(0x100, 0x01, 0)));
        assertThat(port.acs()).isEmpty();
        assertThat(port.ats()).contains(false);
    }

    @Test
    void aCapabilityListThatLoopsEnds() throws Exception {
        Dump.Config config = Dump.bridge(4, 1, 1).extended(0x100, 0x01, 0).extended(0x140, 0x10, 0);
        config.doubleWord(0x140, 0x1400_0000L | 0x10010);
        assertThat(only(rootPort(config)).capabilities()).containsExactly("AER", "SR-IOV");
        assertThat(only(rootPort(config)).acs()).isEmpty();
    }

    @Test
    void withoutRootAcsAndAtsAreNotKnown() throws Exception {
        Dump dump = new Dump()
                .add(ROOT, ROOT_ALIAS, Dump.bridge(4, 1, 9).bytes(64))
                .add(ROOT + "/0000:01:00.0", ROOT_ALIAS, Dump.bridge(5, 2, 9).bytes(64))
                .add(
                        ROOT + "/0000:01:00.0/0000:02:00.0",
                        ROOT_ALIAS,
                        Dump.bridge(6, 3, 3).bytes(64))
                .add(
                        ROOT + "/0000:01:00.0/0000:02:00.0/0000:03:00.0",
                        NIC_ALIAS,
                        Dump.endpoint().bytes(64));
        Inventory inventory = read(dump);
        assertThat(inventory.functions()).allSatisfy(function -> {
            assertThat(function.acs()).contains(Acs.NOT_KNOWN);
            assertThat(function.ats()).isEmpty();
            assertThat(function.linkStatus()).isEmpty();
        });
        assertThat(inventory.functions().stream().map(FoundFunction::type))
                .containsExactly(
                        PortType.ROOT_PORT, PortType.UPSTREAM_PORT, PortType.DOWNSTREAM_PORT, PortType.ENDPOINT);
        assertThat(inventory.notes().stream()
                        .filter(note -> note.text().contains(" (0000:00:01.0, 0000:01:00.0, "))
                        .map(Note::kind))
                .containsExactly(Note.Kind.NOT_KNOWN, Note.Kind.ASSUMED);
    }

    @Test
    void anExpressFunctionWithoutItsExtendedSpaceIsNotKnownToLackAcs() throws Exception {
        Dump dump = new Dump().add(ROOT, ROOT_ALIAS, Dump.bridge(4, 1, 1).bytes(256));
        assertThat(only(dump).acs()).contains(Acs.NOT_KNOWN);
        assertThat(only(dump).type()).isEqualTo(PortType.ROOT_PORT);
    }

    @Test
    void aConventionalFunctionHasNoAcs() throws Exception {
        Dump.Config config = Dump.bridge(4, 1, 1).word(0x06, 0);
        Dump dump = new Dump().add(ROOT, ROOT_ALIAS, config.bytes(256));
        assertThat(only(dump).acs()).isEmpty();
        assertThat(only(dump).type()).isEqualTo(PortType.PCIE_TO_PCI_BRIDGE);
    }

    @Test
    void aFunctionThatReadsAsAllOnesIsNotKnown() throws Exception {
        byte[] ones = new byte[4096];
        Arrays.fill(ones, (byte) 0xff);
        Dump dump = new Dump().add(ROOT, NIC_ALIAS, ones);
        assertThat(only(dump).acs()).contains(Acs.NOT_KNOWN);
        assertThat(only(dump).bars()).isEmpty();
        assertThat(read(dump).notes()).anySatisfy(note -> {
            assertThat(note.kind()).isEqualTo(Note.Kind.CAUTION);
            assertThat(note.text()).contains("did not answer");
        });
    }

    @Test
    void linksAndTransferSizesComeFromTheExpressCapability() throws Exception {
        FoundFunction port = only(rootPort(Dump.bridge(4, 1, 1)
                .word(0x68, 0x5020)
                .doubleWord(0x6c, 0x0000_0105)
                .word(0x72, 0x0083)));
        assertThat(port.linkCapability()).contains(new Link(5, 16));
        assertThat(port.linkStatus()).contains(new Link(3, 8));
        assertThat(port.mps()).hasValue(256);
        assertThat(port.mrrs()).hasValue(4096);
    }

    @Test
    void aLinkThatDidNotTrainIsNone() throws Exception {
        assertThat(only(rootPort(Dump.bridge(4, 1, 1).doubleWord(0x6c, 0x105))).linkStatus())
                .isEmpty();
    }

    @Test
    void memoryBarsHaveAddressesAndNoSizes() throws Exception {
        FoundFunction nic = only(new Dump()
                .add(
                        ROOT,
                        NIC_ALIAS,
                        Dump.endpoint()
                                .doubleWord(0x10, 0xe000_000cL)
                                .doubleWord(0x14, 0x0000_0380L)
                                .doubleWord(0x18, 0x0000_f001L)
                                .doubleWord(0x1c, 0xfea0_0000L)
                                .bytes(4096)));
        assertThat(nic.bars())
                .containsExactly(
                        new FoundBar(0, 0x380_e000_0000L, OptionalLong.empty(), true, true, true),
                        new FoundBar(3, 0xfea0_0000L, OptionalLong.empty(), false, false, true));
    }

    @Test
    void bridgesForwardTheirWindows() throws Exception {
        FoundFunction port = only(rootPort(Dump.bridge(4, 1, 1)
                .word(0x20, 0xfe00)
                .word(0x22, 0xfe10)
                .word(0x24, 0x0001)
                .word(0x26, 0xfff1)
                .doubleWord(0x28, 0x380)
                .doubleWord(0x2c, 0x380)));
        assertThat(port.windows())
                .containsExactly(
                        new Window(new AddressRange(0xfe00_0000L, 0x20_0000), false),
                        new Window(new AddressRange(0x380_0000_0000L, 0x1_0000_0000L), true));
    }

    @Test
    void closedAndUnsetWindowsAreNone() throws Exception {
        assertThat(only(rootPort(Dump.bridge(4, 1, 1)
                                .word(0x20, 0xfff0)
                                .word(0x24, 0xfff1)
                                .word(0x26, 1)))
                        .windows())
                .isEmpty();
        assertThat(only(rootPort(Dump.bridge(4, 1, 1))).windows()).isEmpty();
    }

    @Test
    void whatTheKernelKnowsIsTaken() throws Exception {
        FoundFunction nic = only(new Dump()
                .add(
                        ROOT,
                        NIC_ALIAS,
                        Dump.endpoint().bytes(4096),
                        "\"iommu_group\": 12",
                        "\"numa_node\": 1",
                        "\"subsystems\": {\"infiniband\": [\"mlx5_0\"], \"net\": [\"eth0\"]}",
                        "\"vpd\": \"%s\"".formatted(Dump.encoded(Dump.vpd("ConnectX-8 ", "MT1", "a-b-c")))));
        assertThat(nic.iommuGroup()).hasValue(12);
        assertThat(nic.numaNode()).hasValue(1);
        assertThat(nic.description()).contains("ConnectX-8, mlx5_0, eth0");
        assertThat(nic.vpd().flatMap(FoundVpd::serialNumber)).contains("MT1");
        assertThat(nic.vpd().flatMap(FoundVpd::v3)).contains("a-b-c");
    }

    @Test
    void nullIsNone() throws Exception {
        FoundFunction nic = only(new Dump()
                .add(
                        ROOT,
                        NIC_ALIAS,
                        Dump.endpoint().bytes(4096),
                        "\"iommu_group\": null",
                        "\"numa_node\": -1",
                        "\"subsystems\": null",
                        "\"vpd\": null",
                        "\"a key of a later version\": {\"x\": [1, 2]}"));
        assertThat(nic.iommuGroup()).isEmpty();
        assertThat(nic.numaNode()).isEmpty();
        assertThat(nic.description()).isEmpty();
        assertThat(nic.vpd()).isEmpty();
    }

    @Test
    void brokenVitalProductDataCountsUpToItsBreak() throws Exception {
        byte[] broken = Dump.vpd("ConnectX", "MT1", "abc");
        broken[broken.length - 2] = (byte) 0xe9;
        FoundFunction nic = only(new Dump()
                .add(ROOT, NIC_ALIAS, Dump.endpoint().bytes(4096), "\"vpd\": \"%s\"".formatted(Dump.encoded(broken))));
        assertThat(nic.vpd().flatMap(FoundVpd::productName)).contains("ConnectX");
        assertThat(nic.vpd().flatMap(FoundVpd::v3)).isEmpty();
    }

    @Test
    void theDumpNeverShowsHostBridges() throws Exception {
        Inventory inventory = read(rootPort(Dump.bridge(4, 1, 1)));
        assertThat(inventory.format()).isEqualTo("rdma_topo");
        assertThat(inventory.complete()).isFalse();
        assertThat(inventory.notes()).anySatisfy(note -> assertThat(note.text()).contains("host bridges"));
    }

    @Test
    void aBridgeThatIsMissingIsNoted() throws Exception {
        Inventory inventory = read(new Dump()
                .add(ROOT + "/0000:01:00.0", NIC_ALIAS, Dump.endpoint().bytes(4096)));
        assertThat(inventory.functions().get(0).upstreamBridge()).contains(Bdf.parse("0000:00:01.0"));
        assertThat(inventory.notes())
                .anySatisfy(note -> assertThat(note.text()).contains("not in the dump (0000:00:01.0)"));
    }
}
