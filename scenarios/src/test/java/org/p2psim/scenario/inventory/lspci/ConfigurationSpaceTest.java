package org.p2psim.scenario.inventory.lspci;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.p2psim.address.AddressRange;
import org.p2psim.address.DeviceId;
import org.p2psim.scenario.inventory.FoundBar;
import org.p2psim.scenario.inventory.FoundFunction;
import org.p2psim.scenario.inventory.Inventory;
import org.p2psim.scenario.inventory.lspci.Dumps.Space;
import org.p2psim.topology.Acs;
import org.p2psim.topology.Link;
import org.p2psim.topology.PortType;
import org.p2psim.topology.Window;

/** Registers, built bit by bit from the specifications, mean what the specifications say. */
class ConfigurationSpaceTest {
    private static final String DEVICE = "00:03.0 Ethernet controller: Somebody Something";
    private static final String BRIDGE = "00:02.0 PCI bridge: Somebody Something";

    private static FoundFunction endpoint(Space space) {
        return Dumps.only(space.print(DEVICE));
    }

    private static FoundFunction bridge(Space space) {
        return Dumps.only(space.print(BRIDGE));
    }

    @Test
    void aSixtyFourBitPrefetchableBarTakesTwoRegisters() {
        FoundFunction function = endpoint(Space.endpoint(64)
                .set(0x04, 0x0002, 2)
                .set(0x10, 0xe000000cL, 4)
                .set(0x14, 0x00000038L, 4)
                .set(0x18, 0x0000e001L, 4)
                .set(0x1c, 0xfe800000L, 4));
        assertThat(function.bars())
                .containsExactly(
                        new FoundBar(0, 0x38_e0000000L, OptionalLong.empty(), true, true, true),
                        new FoundBar(3, 0xfe800000L, OptionalLong.empty(), false, false, true));
    }

    @Test
    void barsOfAFunctionThatDoesNotDecodeMemoryAreDisabled() {
        FoundFunction function = endpoint(Space.endpoint(64).set(0x10, 0xfe800000L, 4));
        assertThat(function.bars())
                .singleElement()
                .extracting(FoundBar::enabled)
                .isEqualTo(false);
    }

    @Test
    void anUnassignedBarHasBaseZero() {
        FoundFunction function =
                endpoint(Space.endpoint(64).set(0x04, 0x0002, 2).set(0x10, 0x0000000cL, 4));
        assertThat(function.bars()).containsExactly(new FoundBar(0, 0, OptionalLong.empty(), true, true, false));
    }

    @Test
    void theResizableBarControlRegisterSaysTheSize() {
        // Two BARs: BAR 0 of 2^(20+14) = 16 GiB, BAR 4 of 2^(20+5) = 32 MiB (PCIe base specification 7.8.6).
        FoundFunction function = endpoint(Space.endpoint(4096)
                .express(0)
                .set(0x04, 0x0002, 2)
                .set(0x10, 0x0000000cL, 4)
                .set(0x14, 0x00000100L, 4)
                .set(0x20, 0xf000000cL, 4)
                .extended(0x100, 0x0015, 0)
                .set(0x108, 0 | 2 << 5 | 14 << 8, 4)
                .set(0x110, 4 | 5 << 8, 4));
        assertThat(function.bars().stream().map(FoundBar::size))
                .containsExactly(OptionalLong.of(16L << 30), OptionalLong.of(32L << 20));
        assertThat(function.capabilities()).contains("Resizable BAR");
    }

    @Test
    void windowsHaveUpperHalvesIfTheirTypeSaysSo() {
        FoundFunction function = bridge(Space.bridge(64)
                .set(0x20, 0xfe90_fe80L, 4)
                .set(0x24, 0x1ff1_0001L, 4)
                .set(0x28, 0x38, 4)
                .set(0x2c, 0x39, 4));
        assertThat(function.windows())
                .containsExactly(
                        new Window(new AddressRange(0xfe800000L, 0x200000), false),
                        new Window(new AddressRange(0x38_00000000L, 0x1_20000000L), true));
    }

    @Test
    void aLimitBelowItsBaseIsNoWindow() {
        assertThat(bridge(Space.bridge(64).set(0x20, 0x0000_fff0L, 4).set(0x24, 0x0001_fff1L, 4))
                        .windows())
                .isEmpty();
    }

    @Test
    void aBridgeThatNobodyConfiguredHasNoBusBelow() {
        Inventory inventory =
                Dumps.read(Space.bridge(256).express(4).set(0x19, 0, 2).print(BRIDGE));
        FoundFunction function = inventory.functions().get(0);
        assertThat(function.type()).isEqualTo(PortType.ROOT_PORT);
        assertThat(function.secondaryBus()).isEmpty();
        assertThat(Dumps.notes(inventory)).contains("NOT_KNOWN bus numbers of bridges that nobody configured");
    }

    @Test
    void theDevicePortTypeFieldNamesThePort() {
        assertThat(bridge(Space.bridge(256).express(4)).type()).isEqualTo(PortType.ROOT_PORT);
        assertThat(bridge(Space.bridge(256).express(5)).type()).isEqualTo(PortType.UPSTREAM_PORT);
        assertThat(bridge(Space.bridge(256).express(6)).type()).isEqualTo(PortType.DOWNSTREAM_PORT);
        assertThat(bridge(Space.bridge(256).express(7)).type()).isEqualTo(PortType.PCIE_TO_PCI_BRIDGE);
        assertThat(bridge(Space.bridge(256).express(8)).type()).isEqualTo(PortType.PCIE_TO_PCI_BRIDGE);
        assertThat(endpoint(Space.endpoint(256).express(0)).type()).isEqualTo(PortType.ENDPOINT);
        assertThat(endpoint(Space.endpoint(256).express(1)).type()).isEqualTo(PortType.LEGACY_ENDPOINT);
        assertThat(endpoint(Space.endpoint(256).express(9)).type()).isEqualTo(PortType.RC_INTEGRATED_ENDPOINT);
        assertThat(endpoint(Space.endpoint(256).express(10)).type()).isEqualTo(PortType.RC_INTEGRATED_ENDPOINT);
    }

    @Test
    void withoutPciExpressABridgeIsConventionalAndAFunctionLegacy() {
        assertThat(bridge(Space.bridge(256)).type()).isEqualTo(PortType.PCIE_TO_PCI_BRIDGE);
        assertThat(endpoint(Space.endpoint(256)).type()).isEqualTo(PortType.LEGACY_ENDPOINT);
        assertThat(endpoint(Space.endpoint(256)).acs()).isEmpty();
    }

    /** As on Intel's first PCIe host bridges: class 0600, header type 0, and a root port's capability. */
    @Test
    void aHostBridgeMayCallItselfARootPort() {
        FoundFunction function = Dumps.only(new Space(256)
                .set(0x00, 0x2f00_8086L, 4)
                .set(0x0a, 0x0600, 2)
                .express(4)
                .print(DEVICE));
        assertThat(function.type()).isEqualTo(PortType.HOST_BRIDGE);
    }

    @Test
    void aCardbusBridgeHasBusesAndItsListElsewhere() {
        FoundFunction function = Dumps.only(new Space(256)
                .set(0x00, 0x8039_104cL, 4)
                .set(0x0a, 0x0607, 2)
                .set(0x0e, 0x82, 1)
                .set(0x06, 0x10, 1)
                .set(0x14, 0xa0, 1)
                .set(0x18, 0x201d1cL, 3)
                .set(0x40, 0x13f5_10cfL, 4)
                .set(0xa0, 0x0001, 2)
                .print("00:0a.0 CardBus bridge: Somebody Something"));
        assertThat(function.type()).isEqualTo(PortType.PCIE_TO_PCI_BRIDGE);
        assertThat(function.secondaryBus()).hasValue(0x1d);
        assertThat(function.subordinateBus()).hasValue(0x20);
        assertThat(function.subsystem()).contains(DeviceId.parse("10cf:13f5"));
        assertThat(function.capabilities()).containsExactly("Power Management");
    }

    @Test
    void linksAndPayloadsComeFromTheExpressCapability() {
        FoundFunction function = endpoint(Space.endpoint(256)
                .express(0)
                .set(0x88, 1 << 5 | 5 << 12, 2)
                .set(0x8c, 5 | 16 << 4, 4)
                .set(0x92, 3 | 8 << 4, 2));
        assertThat(function.linkCapability()).contains(new Link(5, 16));
        assertThat(function.linkStatus()).contains(new Link(3, 8));
        assertThat(function.mps()).hasValue(256);
        assertThat(function.mrrs()).hasValue(4096);
    }

    @Test
    void anEmptySlotHasNoTrainedLink() {
        assertThat(bridge(Space.bridge(256).express(4).set(0x92, 1, 2)).linkStatus())
                .isEmpty();
    }

    @Test
    void acsWordsAreSevenBitsEach() {
        FoundFunction function = bridge(Space.bridge(4096)
                .express(4)
                .extended(0x100, 0x0001, 0x140)
                .extended(0x140, 0x000d, 0)
                .set(0x144, 0x5f, 2)
                .set(0x146, 0x1d, 2));
        assertThat(function.acs()).contains(new Acs(0x5f, 0x1d));
        assertThat(function.capabilities()).containsExactly("AER");
    }

    @Test
    void aFunctionWithAllOfItsSpaceAndNoAcsHasNone() {
        FoundFunction function =
                bridge(Space.bridge(4096).express(4).extended(0x100, 0x0001, 0).set(0xff0, 1, 1));
        assertThat(function.acs()).isEmpty();
        assertThat(function.ats()).contains(false);
    }

    @Test
    void atsIsAnExtendedCapability() {
        assertThat(endpoint(Space.endpoint(4096).express(0).extended(0x100, 0x000f, 0))
                        .ats())
                .contains(true);
    }

    @Test
    void listsThatLeadInACircleEnd() {
        FoundFunction function = endpoint(Space.endpoint(4096)
                .express(0)
                .set(0x81, 0x80, 1)
                .extended(0x100, 0x0001, 0x200)
                .extended(0x200, 0x0003, 0x100));
        assertThat(function.type()).isEqualTo(PortType.ENDPOINT);
        assertThat(function.capabilities()).containsExactly("AER", "Device Serial Number");
    }

    @Test
    void aListThatWasCutOffSaysNothingOfAcs() {
        String whole = Space.bridge(4096)
                .express(4)
                .extended(0x100, 0x0001, 0x140)
                .extended(0x140, 0x000d, 0)
                .print(BRIDGE);
        FoundFunction function = Dumps.only(whole.substring(0, whole.indexOf("140:")));
        assertThat(function.acs()).contains(Acs.NOT_KNOWN);
    }

    @Test
    void sixtyFourBytesSayNothingOfCapabilitiesUnlessThereAreNone() {
        Inventory hidden = Dumps.read(Space.bridge(64).set(0x06, 0x10, 1).print(BRIDGE));
        assertThat(hidden.functions().get(0).acs()).contains(Acs.NOT_KNOWN);
        assertThat(hidden.functions().get(0).ats()).isEmpty();
        assertThat(Dumps.notes(hidden)).contains("sudo lspci -vvvnn -xxxx (0000:00:02.0)");
        assertThat(bridge(Space.bridge(64)).acs()).isEmpty();
    }

    /** lspci -xxxx prints 4096 bytes where the kernel has them, so 256 bytes beside 4096 are all that there is. */
    @Test
    void twoHundredAndFiftySixBytesBesideFourThousandAreAllThatTheKernelReads() {
        String full = Space.bridge(4096).express(4).extended(0x100, 0x0001, 0).print("00:01.0 PCI bridge: A B");
        String small = Space.bridge(256).express(4).set(0x19, 0x0303, 2).print(BRIDGE);
        assertThat(bridge(Space.bridge(256).express(4)).acs()).contains(Acs.NOT_KNOWN);
        Inventory inventory = Dumps.read(full + small);
        assertThat(Dumps.function(inventory, "00:02.0").acs()).isEmpty();
        assertThat(Dumps.notes(inventory)).contains("ASSUMED no ACS and no ATS: 256 bytes");
    }

    @Test
    void bridgesKeepTheirSubsystemInACapability() {
        FoundFunction function = bridge(Space.bridge(256)
                .set(0x06, 0x10, 1)
                .set(0x34, 0x40, 1)
                .set(0x40, 0x0d, 2)
                .set(0x44, 0x836b_1043L, 4));
        assertThat(function.subsystem()).contains(DeviceId.parse("1043:836b"));
    }

    @Test
    void virtualFunctionsTakeTheirIdsFromThePhysicalOne() {
        String physical = Space.endpoint(4096)
                .express(0)
                .set(0x88, 1 << 5, 2)
                .extended(0x100, 0x0010, 0)
                .set(0x108, 1, 2)
                .set(0x110, 2, 2)
                .set(0x114, 0x81, 2)
                .set(0x116, 2, 2)
                .set(0x11a, 0x101e, 2)
                .print("01:00.0 Ethernet controller: A B");
        Space virtual = new Space(4096)
                .set(0x00, 0xffffffffL, 4)
                .set(0x08, 0x02000000L, 4)
                .express(0);
        String port = Space.bridge(4096).express(4).set(0x1a, 0x02, 1).print("00:01.0 PCI bridge: A B");
        Inventory inventory = Dumps.read(port
                + physical
                + virtual.print("01:10.1 Ethernet controller: A B Virtual Function")
                + virtual.print("01:10.3 Ethernet controller: A B Virtual Function"));
        FoundFunction first = Dumps.function(inventory, "01:10.1");
        assertThat(first.id()).isEqualTo(DeviceId.parse("15b3:101e"));
        assertThat(first.mps()).hasValue(256);
        assertThat(Dumps.function(inventory, "01:10.3").id()).isEqualTo(DeviceId.parse("15b3:101e"));
    }

    /** Beyond the 256th routing id a virtual function is on a bus of its own, below its physical function's bridge. */
    @Test
    void aVirtualFunctionOnTheNextBusIsBelowItsPhysicalFunctionsBridge() {
        String physical = Space.endpoint(4096)
                .express(0)
                .extended(0x100, 0x0010, 0)
                .set(0x108, 1, 2)
                .set(0x110, 1, 2)
                .set(0x114, 0x100, 2)
                .set(0x116, 1, 2)
                .set(0x11a, 0x101e, 2)
                .print("01:00.0 Ethernet controller: A B");
        String port = Space.bridge(4096).express(4).set(0x1a, 0x02, 1).print("00:01.0 PCI bridge: A B");
        String virtual = new Space(64).set(0x00, 0xffffffffL, 4).print("02:00.0 Ethernet controller: A B");
        Inventory inventory = Dumps.read(port + physical + virtual);
        assertThat(Dumps.function(inventory, "02:00.0").upstreamBridge())
                .contains(Dumps.function(inventory, "00:01.0").address());
    }
}
