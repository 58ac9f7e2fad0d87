package org.p2psim.scenario.inventory.lspci;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.p2psim.address.AddressRange;
import org.p2psim.address.Bdf;
import org.p2psim.address.DeviceId;
import org.p2psim.scenario.inventory.FoundBar;
import org.p2psim.scenario.inventory.FoundFunction;
import org.p2psim.scenario.inventory.Inventory;
import org.p2psim.topology.Acs;
import org.p2psim.topology.Link;
import org.p2psim.topology.PortType;
import org.p2psim.topology.Window;

/** The forms of lspci's text. */
class TextTest {
    @Test
    void aRootPortInFull() {
        FoundFunction port = Dumps.only(Dumps.ROOT_PORT);
        assertThat(port.id()).isEqualTo(DeviceId.parse("12ab:0001"));
        assertThat(port.classCode()).hasValue(0x060400);
        assertThat(port.type()).isEqualTo(PortType.ROOT_PORT);
        assertThat(port.secondaryBus()).hasValue(1);
        assertThat(port.subordinateBus()).hasValue(5);
        assertThat(port.numaNode()).hasValue(1);
        assertThat(port.iommuGroup()).hasValue(17);
        assertThat(port.acs()).contains(new Acs(0x1f, 0x1d));
        assertThat(port.mps()).hasValue(256);
        assertThat(port.mrrs()).hasValue(512);
        assertThat(port.linkCapability()).contains(new Link(5, 16));
        assertThat(port.linkStatus()).contains(new Link(3, 8));
        assertThat(port.capabilities()).containsExactly("AER");
        assertThat(port.ats()).contains(false);
        assertThat(port.driver()).contains("pcieport");
        assertThat(port.description()).contains("Example Corp. Root Port");
        assertThat(port.windows())
                .containsExactly(
                        new Window(new AddressRange(0xfe800000L, 0x200000), false),
                        new Window(new AddressRange(0x3800_0000_0000L, 4L << 40), true));
    }

    @Test
    void oneVLeavesOutAcsBitsAndBarNumbers() {
        Inventory inventory = Dumps.read(Dumps.ROOT_PORT + Dumps.GPU);
        FoundFunction gpu = Dumps.function(inventory, "01:00.0");
        assertThat(gpu.id()).isEqualTo(DeviceId.parse("12ab:0900"));
        assertThat(gpu.subsystem()).contains(DeviceId.parse("12ab:0901"));
        assertThat(gpu.description()).contains("Example [EX/AMP] Big GPU [Big 9000]");
        assertThat(gpu.numaNode()).hasValue(1);
        assertThat(gpu.iommuGroup()).hasValue(18);
        assertThat(gpu.type()).isEqualTo(PortType.LEGACY_ENDPOINT);
        assertThat(gpu.acs()).contains(Acs.NOT_KNOWN);
        assertThat(gpu.bars())
                .containsExactly(
                        new FoundBar(0, 0xfe800000L, OptionalLong.of(16L << 20), false, false, true),
                        new FoundBar(1, 0x3800_0000_0000L, OptionalLong.of(16L << 30), true, true, true));
        assertThat(Dumps.notes(inventory))
                .contains("NOT_KNOWN ACS is there, but which of its control bits are on is not")
                .contains("ASSUMED BARs were numbered in order");
    }

    @Test
    void numericListings() {
        Inventory inventory = Dumps.read("""
                10000:e1:00.0 0200: 15b3:101d (rev 02)
                0000:00:00.0 Class 0600: 8086:2020
                """);
        assertThat(Dumps.function(inventory, "10000:e1:00.0").id()).isEqualTo(DeviceId.parse("15b3:101d"));
        assertThat(Dumps.function(inventory, "10000:e1:00.0").classCode()).hasValue(0x020000);
        assertThat(Dumps.function(inventory, "00:00.0").type()).isEqualTo(PortType.HOST_BRIDGE);
    }

    @Test
    void namesAloneAreNoIds() {
        Inventory inventory = Dumps.read("3b:00.0 Ethernet controller: Mellanox Technologies [ConnectX-7]\n");
        assertThat(inventory.functions().get(0).id()).isEqualTo(DeviceId.NOT_KNOWN);
        assertThat(inventory.functions().get(0).classCode()).hasValue(0x020000);
        assertThat(Dumps.notes(inventory))
                .contains("NOT_KNOWN vendor and device ids")
                .contains("-nn");
    }

    @Test
    void ofADeviceWithoutANameLspciPrintsTheIds() {
        assertThat(Dumps.only("3b:00.0 Ethernet controller: Device 1fc9:4022 (rev 01)\n")
                        .id())
                .isEqualTo(DeviceId.parse("1fc9:4022"));
    }

    @Test
    void recordsOfVmm() {
        Inventory inventory = Dumps.read("""
                Slot:\t00:00.0
                Class:\tHost bridge [0600]
                Vendor:\tIntel Corporation [8086]
                Device:\tSky Lake-E DMI3 Registers [2020]
                ProgIf:\t00

                Slot:\t3b:00.0
                Class:\tEthernet controller [0200]
                Vendor:\tMellanox Technologies [15b3]
                Device:\tMT2910 Family [ConnectX-7] [1021]
                SVendor:\tMellanox Technologies [15b3]
                SDevice:\tDevice [0041]
                PhySlot:\t4
                Driver:\tmlx5_core
                NUMANode:\t1
                IOMMUGroup:\t33

                Slot:\t3a:00.0
                Class:\tPCI bridge [0604]
                Vendor:\tIntel Corporation [8086]
                Device:\tSky Lake-E PCI Express Root Port A [2030]
                """);
        FoundFunction nic = Dumps.function(inventory, "3b:00.0");
        assertThat(nic.id()).isEqualTo(DeviceId.parse("15b3:1021"));
        assertThat(nic.subsystem()).contains(DeviceId.parse("15b3:0041"));
        assertThat(nic.classCode()).hasValue(0x020000);
        assertThat(nic.driver()).contains("mlx5_core");
        assertThat(nic.numaNode()).hasValue(1);
        assertThat(nic.iommuGroup()).hasValue(33);
        assertThat(nic.description()).contains("Mellanox Technologies MT2910 Family [ConnectX-7]");
        assertThat(nic.acs()).contains(Acs.NOT_KNOWN);
        assertThat(Dumps.notes(inventory)).contains("NOT_KNOWN the tree");
    }

    @Test
    void quotedListings() {
        FoundFunction nic = Dumps.only(
                "3b:00.0 \"Ethernet controller [0200]\" \"Mellanox [15b3]\" \"MT2910 [1021]\" -r02 \"A [15b3]\" \"B\"\n");
        assertThat(nic.id()).isEqualTo(DeviceId.parse("15b3:1021"));
        assertThat(nic.classCode()).hasValue(0x020000);
    }

    @Test
    void theLoopOverIommuGroupsIsAListing() {
        FoundFunction gpu = Dumps.only("IOMMU Group 17 01:00.0 3D controller [0302]: Example X [12ab:0900] (rev a1)\n");
        assertThat(gpu.iommuGroup()).hasValue(17);
        assertThat(gpu.id()).isEqualTo(DeviceId.parse("12ab:0900"));
    }

    @Test
    void capabilitiesThatRootOnlyReadsAreNotKnown() {
        Inventory inventory = Dumps.read("""
                00:00.0 Host bridge [0600]: A B [12ab:0000]
                \tFlags: fast devsel

                00:01.0 PCI bridge [0604]: A B [12ab:0001] (prog-if 00 [Normal decode])
                \tFlags: bus master, fast devsel, latency 0, IRQ 24
                \tBus: primary=00, secondary=01, subordinate=04, sec-latency=0
                \tCapabilities: <access denied>

                01:00.0 PCI bridge [0604]: A B [12ab:0002]
                \tFlags: bus master
                \tBus: primary=01, secondary=02, subordinate=04, sec-latency=0
                \tCapabilities: <access denied>

                02:00.0 PCI bridge [0604]: A B [12ab:0003]
                \tFlags: bus master
                \tBus: primary=02, secondary=03, subordinate=03, sec-latency=0
                \tCapabilities: <access denied>

                03:00.0 Ethernet controller [0200]: A B [12ab:0004]
                \tFlags: bus master
                \tCapabilities: <access denied>
                """);
        assertThat(Dumps.function(inventory, "00:00.0").acs()).isEmpty();
        assertThat(Dumps.function(inventory, "00:01.0").acs()).contains(Acs.NOT_KNOWN);
        assertThat(Dumps.function(inventory, "00:01.0").type()).isEqualTo(PortType.ROOT_PORT);
        assertThat(Dumps.function(inventory, "01:00.0").type()).isEqualTo(PortType.UPSTREAM_PORT);
        assertThat(Dumps.function(inventory, "02:00.0").type()).isEqualTo(PortType.DOWNSTREAM_PORT);
        assertThat(Dumps.function(inventory, "03:00.0").type()).isEqualTo(PortType.ENDPOINT);
        assertThat(Dumps.notes(inventory))
                .contains("ASSUMED port types of bridges were derived from their place")
                .contains("(0000:00:01.0, 0000:01:00.0, 0000:02:00.0)");
        assertThat(inventory.complete()).isTrue();
    }

    @Test
    void regionsThatAreVirtualDisabledOrIgnored() {
        FoundFunction function = Dumps.only("""
                01:00.1 Ethernet controller [0200]: A B [12ab:0004]
                \tControl: I/O- Mem-
                \tRegion 0: Memory at fe804000 (64-bit, non-prefetchable) [virtual] [size=16K]
                \tRegion 2: Memory at <ignored> (64-bit, prefetchable) [disabled] [size=16G]
                \tRegion 4: Memory at fe900000 (32-bit, non-prefetchable) [disabled] [size=128]
                \tRegion 5: I/O ports at <unassigned> [disabled]
                \tExpansion ROM at fea00000 [virtual] [disabled] [size=512K]
                """);
        assertThat(function.bars())
                .containsExactly(
                        new FoundBar(0, 0xfe804000L, OptionalLong.of(16 << 10), false, true, true),
                        new FoundBar(2, 0, OptionalLong.of(16L << 30), true, true, false),
                        new FoundBar(4, 0xfe900000L, OptionalLong.of(128), false, false, false));
    }

    @Test
    void anEmptySlotAndASpeedThatNobodyKnowsAreNoLinks() {
        String text = """
                00:01.0 PCI bridge [0604]: A B [12ab:0001]
                \tBus: primary=00, secondary=01, subordinate=01, sec-latency=0
                \tCapabilities: [40] Express (v2) Root Port (Slot+), MSI 00
                \t\tLnkCap:\tPort #0, Speed unknown, Width x0, ASPM L0s
                \t\tLnkSta:\tSpeed 2.5GT/s (downgraded), Width x0 (downgraded)
                """;
        assertThat(Dumps.only(text).linkCapability()).isEmpty();
        assertThat(Dumps.only(text).linkStatus()).isEmpty();
    }

    @Test
    void linkStatusInOldAndNewWords() {
        String text = """
                01:00.0 Ethernet controller [0200]: A B [12ab:0001]
                \tCapabilities: [40] Express Endpoint, MSI 00
                \t\tLnkSta:\t%s
                """;
        assertThat(Dumps.only(text.formatted("Speed 2.5GT/s, Width x4, TrErr- Train- SlotClk+"))
                        .linkStatus())
                .contains(new Link(1, 4));
        assertThat(Dumps.only(text.formatted("Speed 8GT/s (downgraded), Width x8 (ok)"))
                        .linkStatus())
                .contains(new Link(3, 8));
        assertThat(Dumps.only(text.formatted("Speed 64GT/s, Width x16")).linkStatus())
                .contains(new Link(6, 16));
        assertThat(Dumps.only(text.formatted("Speed 128GT/s, Width x16")).linkStatus())
                .isEmpty();
    }

    @Test
    void aFunctionThatDoesNotAnswerIsSilentNotConventional() {
        Inventory inventory = Dumps.read("""
                01:00.0 3D controller [0302]: A B [12ab:0900] (rev ff) (prog-if ff)
                \t!!! Unknown header type 7f
                \tKernel driver in use: example
                """);
        FoundFunction gpu = inventory.functions().get(0);
        assertThat(gpu.id()).isEqualTo(DeviceId.parse("12ab:0900"));
        assertThat(gpu.acs()).contains(Acs.NOT_KNOWN);
        assertThat(Dumps.notes(inventory)).contains("functions that do not answer");
    }

    @Test
    void configurationSpaceOfAllOnesSaysNothing() {
        StringBuilder text = new StringBuilder("01:00.0 3D controller [0302]: A B [12ab:0900] (rev ff)\n");
        for (int row = 0; row < 256; row += 16) {
            text.append("%02x:".formatted(row)).append(" ff".repeat(16)).append('\n');
        }
        FoundFunction gpu = Dumps.only(text.toString());
        assertThat(gpu.id()).isEqualTo(DeviceId.parse("12ab:0900"));
        assertThat(gpu.acs()).contains(Acs.NOT_KNOWN);
        assertThat(gpu.bars()).isEmpty();
    }

    @Test
    void functionsComeInTheOrderOfTheDump() {
        Inventory inventory = Dumps.read("""
                00:1f.0 ISA bridge [0601]: A B [12ab:0001]
                10000:00:00.0 PCI bridge [0604]: A B [12ab:0003]
                00:00.0 Host bridge [0600]: A B [12ab:0002]
                """);
        assertThat(inventory.functions().stream().map(FoundFunction::address))
                .containsExactly(Bdf.parse("00:1f.0"), Bdf.parse("10000:00:00.0"), Bdf.parse("00:00.0"));
    }
}
