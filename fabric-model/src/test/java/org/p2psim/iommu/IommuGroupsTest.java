package org.p2psim.iommu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.p2psim.address.Bdf;
import org.p2psim.p2p.MapType;
import org.p2psim.p2p.P2pdma;
import org.p2psim.platform.KernelRelease;
import org.p2psim.platform.KernelRules;
import org.p2psim.topology.Acs;
import org.p2psim.topology.Fabric;
import org.p2psim.topology.IommuMode;
import org.p2psim.topology.PciFunction;
import org.p2psim.topology.PortType;

class IommuGroupsTest {
    private static final KernelRelease RELEASE = KernelRelease.parse("6.12");

    private final Machines machine = new Machines().hostBridge(0, 0, IommuMode.TRANSLATING);

    private IommuGroups groups() {
        return IommuGroups.of(machine.fabric(), RELEASE);
    }

    private static boolean together(IommuGroups groups, PciFunction one, PciFunction other) {
        return group(groups, one).functions().contains(other.address());
    }

    private static IommuGroup group(IommuGroups groups, PciFunction function) {
        return groups.groupOf(function.address()).orElseThrow();
    }

    @Test
    void withoutAnIommuNothingIsInAGroup() {
        Machines off = new Machines().hostBridge(0, 0, IommuMode.OFF);
        PciFunction port = off.root("00:01.0", PortType.ROOT_PORT, "8086:2030", Machines.ON);

        IommuGroups groups = IommuGroups.of(off.fabric(), RELEASE);

        assertThat(groups.groups()).isEmpty();
        assertThat(groups.groupOf(port.address())).isEmpty();
    }

    @Test
    void aBridgeWithoutSourceValidationOnKeepsNothingApart() {
        PciFunction port = machine.root("00:01.0", PortType.ROOT_PORT, "8086:2030", Optional.of(new Acs(0x1f, 0x1c)));
        PciFunction endpoint = machine.endpoint(port, "00.0");

        assertThat(together(groups(), port, endpoint)).isTrue();
    }

    @Test
    void bitsThatACapabilityLacksCountAsOn() {
        PciFunction port = machine.root("00:01.0", PortType.ROOT_PORT, "8086:2030", Optional.of(new Acs(0x01, 0x01)));
        PciFunction endpoint = machine.endpoint(port, "00.0");

        assertThat(together(groups(), port, endpoint)).isFalse();
    }

    @Test
    void peersInGroupsOfTheirOwnMayStillReachEachOther() {
        PciFunction rootPort = machine.root("00:01.0", PortType.ROOT_PORT, "8086:2030", Machines.ON);
        PciFunction up = machine.below(rootPort, "00.0", PortType.UPSTREAM_PORT, "104c:8232", Machines.NONE);
        PciFunction one = machine.endpoint(
                machine.below(up, "00.0", PortType.DOWNSTREAM_PORT, "104c:8233", Machines.NONE), "00.0");
        PciFunction other = machine.endpoint(
                machine.below(up, "01.0", PortType.DOWNSTREAM_PORT, "104c:8233", Machines.NONE), "00.0");
        Fabric fabric = machine.fabric();

        assertThat(together(groups(), one, other)).isFalse();
        assertThat(new P2pdma(fabric, fabric.bootCpu(), KernelRules.of(RELEASE))
                        .verdict(one.address(), other.address())
                        .mapType())
                .isEqualTo(MapType.BUS_ADDR);
    }

    @Test
    void virtualFunctionsShareNothingWithOthersOfTheirDeviceNumber() {
        PciFunction port = machine.root("00:01.0", PortType.ROOT_PORT, "8086:2030", Machines.ON);
        PciFunction physical = machine.endpoint(port, "00.0");
        PciFunction second = machine.endpoint(port, "00.1");
        PciFunction one = machine.endpoint(port, "00.2");
        PciFunction two = machine.endpoint(port, "00.3");

        IommuGroups groups = IommuGroups.of(machine.fabric(), RELEASE, Set.of(one.address(), two.address()));

        assertThat(together(groups, physical, second)).isTrue();
        assertThat(together(groups, physical, one)).isFalse();
        assertThat(together(groups, one, two)).isFalse();
        assertThat(group(groups, physical).number()).hasValue(1);
        assertThat(group(groups, one).number())
                .as("depends on when it was enabled")
                .isEmpty();
    }

    @Test
    void whatIsBelowAVolumeManagementDeviceSharesItsGroup() {
        Machines vmd = new Machines().hostBridge(0x10000, 0, IommuMode.TRANSLATING);
        PciFunction port = vmd.root("10000:00:00.0", PortType.ROOT_PORT, "8086:2030", Machines.ON);
        PciFunction other = vmd.root("10000:00:01.0", PortType.ROOT_PORT, "8086:2031", Machines.ON);
        PciFunction drive = vmd.endpoint(other, "00.0");

        IommuGroups groups = IommuGroups.of(vmd.fabric(), RELEASE);

        assertThat(together(groups, port, drive)).isTrue();
        assertThat(group(groups, port).certain())
                .as("the device itself belongs to it and is not named")
                .isFalse();
    }

    @Test
    void acsThatNobodyCapturedLeavesBothPossibilities() {
        PciFunction first = machine.root("00:01.0", PortType.ROOT_PORT, "8086:2030", Machines.ON);
        PciFunction port = machine.root("00:02.0", PortType.ROOT_PORT, "8086:2031", Machines.NOT_KNOWN);
        PciFunction endpoint = machine.endpoint(port, "00.0");

        IommuGroups groups = groups();

        assertThat(group(groups, endpoint).functions()).containsExactly(endpoint.address());
        assertThat(group(groups, endpoint).perhaps()).containsExactly(port.address());
        assertThat(group(groups, endpoint).certain()).isFalse();
        assertThat(group(groups, endpoint).number()).isEmpty();
        assertThat(group(groups, first))
                .matches(IommuGroup::certain)
                .matches(g -> g.number().equals(Optional.of(0)));
    }

    @Test
    void aBitThatIsKnownToBeOffDecidesWhateverTheOthersAre() {
        PciFunction port =
                machine.root("00:01.0", PortType.ROOT_PORT, "8086:2030", Optional.of(new Acs(0x1f, 0, 0x1e)));
        PciFunction endpoint = machine.endpoint(port, "00.0");

        assertThat(together(groups(), port, endpoint)).isTrue();
        assertThat(group(groups(), port).certain()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        // the quirk does not work in 5.9 and 6.11 before it was repaired
        "5.8.18, true",
        "5.9, false",
        "5.9.8, false",
        "5.9.9, true",
        "5.10, true",
        "6.11, false",
        "6.11.6, false",
        "6.11.7, true",
        "6.12, true"
    })
    void intelPchRootPortsKeepPeersApartWithoutACapability(String release, boolean apart) {
        PciFunction port = machine.root("00:1c.0", PortType.ROOT_PORT, "8086:8d10", Machines.NONE);
        PciFunction next = machine.root("00:1c.2", PortType.ROOT_PORT, "8086:8d14", Machines.NONE);

        assertThat(together(IommuGroups.of(machine.fabric(), KernelRelease.parse(release)), port, next))
                .isEqualTo(!apart);
    }

    @Test
    void otherRootPortsOfOneDeviceWithoutACapabilityShareAGroup() {
        PciFunction port = machine.root("00:1c.0", PortType.ROOT_PORT, "8086:3420", Machines.NONE);
        PciFunction next = machine.root("00:1c.2", PortType.ROOT_PORT, "8086:3420", Machines.NONE);
        PciFunction endpoint = machine.endpoint(next, "00.0");

        assertThat(together(groups(), port, endpoint)).isTrue();
    }

    @Test
    void sunrisePointRootPortsAreIsolatedThoughTheirWordDoesNotSayIt() {
        PciFunction port = machine.root("00:1c.0", PortType.ROOT_PORT, "8086:a110", Machines.OFF);
        PciFunction endpoint = machine.endpoint(port, "00.0");

        assertThat(together(groups(), port, endpoint)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"6.19, true", "7.0, false"})
    void idtSwitchesNeedNoSourceValidationFromSevenOn(String release, boolean together) {
        PciFunction rootPort = machine.root("00:01.0", PortType.ROOT_PORT, "8086:2030", Machines.ON);
        PciFunction up = machine.below(rootPort, "00.0", PortType.UPSTREAM_PORT, "111d:80b5", Machines.NONE);
        PciFunction down =
                machine.below(up, "02.0", PortType.DOWNSTREAM_PORT, "111d:80b5", Optional.of(new Acs(0x1f, 0x1c)));
        PciFunction endpoint = machine.endpoint(down, "00.0");

        assertThat(together(IommuGroups.of(machine.fabric(), KernelRelease.parse(release)), down, endpoint))
                .isEqualTo(together);
    }

    @ParameterizedTest
    @CsvSource({"5.7, true", "5.8, false"})
    void intelsIntegratedEndpointsAreIsolatedFromFiveEightOn(String release, boolean together) {
        PciFunction one = machine.root("00:02.0", PortType.RC_INTEGRATED_ENDPOINT, "8086:0b25", Machines.NONE);
        PciFunction other = machine.root("00:02.1", PortType.RC_INTEGRATED_ENDPOINT, "8086:0b25", Machines.NONE);

        assertThat(together(IommuGroups.of(machine.fabric(), KernelRelease.parse(release)), one, other))
                .isEqualTo(together);
    }

    @Test
    void amdsSouthbridgeFunctionsAreIsolatedOnTheRootBusOnly() {
        PciFunction usb = machine.root("00:14.0", PortType.LEGACY_ENDPOINT, "1002:4385", Machines.NONE);
        PciFunction audio = machine.root("00:14.2", PortType.LEGACY_ENDPOINT, "1002:4383", Machines.NONE);
        PciFunction lpc = machine.root("00:14.3", PortType.LEGACY_ENDPOINT, "1002:ffff", Machines.NONE);
        PciFunction port = machine.root("00:01.0", PortType.ROOT_PORT, "8086:2030", Machines.ON);
        PciFunction moved = machine.below(port, "00.0", PortType.LEGACY_ENDPOINT, "1002:4385", Machines.NONE);
        PciFunction beside = machine.below(port, "00.1", PortType.LEGACY_ENDPOINT, "1002:4383", Machines.NONE);

        assertThat(together(groups(), usb, audio)).isFalse();
        assertThat(together(groups(), usb, lpc)).isFalse();
        assertThat(together(groups(), moved, beside)).isTrue();
    }

    @Test
    void whatIsBehindAnIsolatedBridgeToConventionalPciStillHasItsRequesterId() {
        PciFunction bridge = machine.root("00:14.4", PortType.PCIE_TO_PCI_BRIDGE, "1002:4384", Machines.NONE);
        machine.root("00:14.0", PortType.LEGACY_ENDPOINT, "1002:4385", Machines.NONE);
        PciFunction card = machine.below(bridge, "05.0", PortType.LEGACY_ENDPOINT, "8086:100e", Machines.NONE);

        assertThat(together(groups(), bridge, card)).isTrue();
    }

    @Test
    void aZhaoxinPortThatIsNotListedIsNeverIsolated() {
        PciFunction port = machine.root("00:03.0", PortType.ROOT_PORT, "1d17:9999", Machines.ON);
        PciFunction listed = machine.root("00:04.0", PortType.ROOT_PORT, "1d17:0710", Machines.NONE);

        PciFunction behindOther = machine.endpoint(port, "00.0");
        PciFunction behindListed = machine.endpoint(listed, "00.0");

        assertThat(together(groups(), port, behindOther)).isTrue();
        assertThat(together(groups(), listed, behindListed)).isFalse();
    }

    @Test
    void severalIommusLeaveTheNumbersOpen() {
        Machines two =
                new Machines().hostBridge(0, 0, IommuMode.TRANSLATING).hostBridge(0, 0x20, IommuMode.TRANSLATING);
        PciFunction port = two.root("00:01.0", PortType.ROOT_PORT, "8086:2030", Machines.ON);
        two.root("20:01.0", PortType.ROOT_PORT, "8086:2030", Machines.ON);

        assertThat(IommuGroups.of(two.fabric(), RELEASE)
                        .groupOf(port.address())
                        .orElseThrow()
                        .number())
                .isEmpty();
    }

    @Test
    void anUnknownAddressIsInNoGroup() {
        assertThat(groups().groupOf(Bdf.parse("0000:7f:00.0"))).isEmpty();
    }
}
