package org.p2psim.p2p;

import static org.assertj.core.api.Assertions.assertThat;
import static org.p2psim.p2p.Forest.LISTED;
import static org.p2psim.p2p.Forest.UNLISTED;
import static org.p2psim.p2p.Forest.XEON;
import static org.p2psim.p2p.Forest.ZEN;
import static org.p2psim.p2p.Forest.answer;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.p2psim.platform.Cpu;
import org.p2psim.topology.AcsBit;
import org.p2psim.topology.PortType;

/** Which device stands for a host bridge, which are listed, and which CPUs need no list. */
class HostBridgesTest {
    private static final String A = "0000:01:00.0";
    private static final String B = "0000:02:00.0";

    private static Forest firstOnTheRootBus(String address, PortType type, String id) {
        Forest machine = new Forest().rootBus("0000:00").on(address, type, id);
        return machine.on("0000:00:0a.0", PortType.ROOT_PORT, "8086:ffff")
                .below("0000:00:0a.0", A, PortType.ENDPOINT)
                .on("0000:00:0b.0", PortType.ROOT_PORT, "8086:ffff")
                .below("0000:00:0b.0", B, PortType.ENDPOINT);
    }

    /** K8: from 5.19 on, a root port that is first on its bus counts at any address. */
    @ParameterizedTest
    @CsvSource({
        "5.18, 0000:00:01.0, ROOT_PORT, NOT_SUPPORTED -1",
        "5.19, 0000:00:01.0, ROOT_PORT, THRU_HOST_BRIDGE 4",
        "6.12, 0000:00:00.1, ROOT_PORT, THRU_HOST_BRIDGE 4",
        "6.12, 0000:00:01.0, RC_INTEGRATED_ENDPOINT, NOT_SUPPORTED -1",
        "6.12, 0000:00:00.1, HOST_BRIDGE, NOT_SUPPORTED -1",
        "5.18, 0000:00:00.0, ROOT_PORT, THRU_HOST_BRIDGE 4",
        "5.18, 0000:00:00.0, RC_INTEGRATED_ENDPOINT, THRU_HOST_BRIDGE 4"
    })
    void k8TheFirstDeviceOfTheRootBusStandsForTheHostBridge(
            String release, String address, PortType type, String expected) {
        assertThat(answer(firstOnTheRootBus(address, type, LISTED).ask(release, XEON), A, B))
                .isEqualTo(expected);
    }

    @Test
    void k8AnUnlistedFirstRootPortHidesAListedHostBridgeBehindIt() {
        Forest machine = new Forest()
                .rootBus("0000:00")
                .on("0000:00:01.0", PortType.ROOT_PORT, UNLISTED)
                .below("0000:00:01.0", A, PortType.ENDPOINT)
                .on("0000:00:00.0", PortType.HOST_BRIDGE, LISTED)
                .on("0000:00:02.0", PortType.ROOT_PORT, LISTED)
                .below("0000:00:02.0", B, PortType.ENDPOINT);
        assertThat(answer(machine.ask("6.12", XEON), A, B)).isEqualTo("NOT_SUPPORTED -1");
    }

    /** A function that is removed and found again goes to the end of the list. */
    @Test
    void afterAHotRemovalOf00_0TheNextDeviceIsLookedUp() {
        Forest before = new Forest()
                .rootBus("0000:00")
                .on("0000:00:00.0", PortType.HOST_BRIDGE, LISTED)
                .on("0000:00:04.0", PortType.RC_INTEGRATED_ENDPOINT, LISTED)
                .on("0000:00:05.0", PortType.RC_INTEGRATED_ENDPOINT, LISTED);
        Forest after = new Forest()
                .rootBus("0000:00")
                .on("0000:00:04.0", PortType.RC_INTEGRATED_ENDPOINT, LISTED)
                .on("0000:00:05.0", PortType.RC_INTEGRATED_ENDPOINT, LISTED)
                .on("0000:00:00.0", PortType.HOST_BRIDGE, LISTED);
        assertThat(answer(before.ask("6.12", XEON), "0000:00:04.0", "0000:00:05.0"))
                .isEqualTo("THRU_HOST_BRIDGE 2");
        assertThat(answer(after.ask("6.12", XEON), "0000:00:04.0", "0000:00:05.0"))
                .isEqualTo("NOT_SUPPORTED -1");
    }

    @Test
    void anEmptyRootBusIsNotListed() {
        Forest machine = Forest.twoRootPorts(LISTED).rootBus("0000:90");
        assertThat(answer(machine.ask("6.12", XEON), A, B)).isEqualTo("THRU_HOST_BRIDGE 4");
        Forest behindVf = new Forest()
                .rootBus("0000:00")
                .on("0000:01:00.0", PortType.ENDPOINT, LISTED)
                .on("0000:01:00.1", PortType.ENDPOINT, LISTED);
        assertThat(answer(behindVf.ask("6.12", XEON), "0000:01:00.0", "0000:01:00.1"))
                .isEqualTo("NOT_SUPPORTED -1");
    }

    @ParameterizedTest
    @CsvSource({
        "8086:3c00, THRU_HOST_BRIDGE 4, NOT_SUPPORTED -1",
        "8086:3c01, THRU_HOST_BRIDGE 4, NOT_SUPPORTED -1",
        "8086:2f00, THRU_HOST_BRIDGE 4, NOT_SUPPORTED -1",
        "8086:2f01, THRU_HOST_BRIDGE 4, NOT_SUPPORTED -1",
        "8086:2030, THRU_HOST_BRIDGE 4, THRU_HOST_BRIDGE 4",
        "8086:2033, THRU_HOST_BRIDGE 4, THRU_HOST_BRIDGE 4",
        "8086:2020, THRU_HOST_BRIDGE 4, THRU_HOST_BRIDGE 4",
        "8086:09a2, THRU_HOST_BRIDGE 4, THRU_HOST_BRIDGE 4",
        // K10: Broadwell-EP is not there, though Haswell-EP is
        "8086:6f00, NOT_SUPPORTED -1, NOT_SUPPORTED -1",
        // K13: a q35 guest
        "8086:29c0, NOT_SUPPORTED -1, NOT_SUPPORTED -1"
    })
    void k9SomeHostBridgesForwardBelowThemselvesOnly(String id, String within, String across) {
        assertThat(answer(Forest.twoRootPorts(id).ask("6.12", XEON), A, B)).isEqualTo(within);
        assertThat(answer(Forest.twoHostBridges(id, id).ask("6.12", XEON), A, "0000:81:00.0"))
                .isEqualTo(across);
    }

    @ParameterizedTest
    @CsvSource({
        "8086:2020, 8086:09a2, THRU_HOST_BRIDGE 4",
        "8086:2020, 8086:29c0, NOT_SUPPORTED -1",
        "8086:29c0, 8086:2020, NOT_SUPPORTED -1",
        "8086:2020, 8086:2f00, NOT_SUPPORTED -1",
        "8086:2f00, 8086:2020, NOT_SUPPORTED -1"
    })
    void k9AcrossHostBridgesBothMustBeListedWithoutTheFlag(String provider, String client, String expected) {
        assertThat(answer(Forest.twoHostBridges(provider, client).ask("6.12", XEON), A, "0000:81:00.0"))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "AuthenticAMD, 22, NOT_SUPPORTED -1",
        "AuthenticAMD, 23, THRU_HOST_BRIDGE 4",
        "AuthenticAMD, 24, THRU_HOST_BRIDGE 4",
        "AuthenticAMD, 26, THRU_HOST_BRIDGE 4",
        "HygonGenuine, 24, NOT_SUPPORTED -1",
        "GenuineIntel, 23, NOT_SUPPORTED -1",
        "ARM, 25, NOT_SUPPORTED -1"
    })
    void k11AmdFromFamily17hOnNeedsNoListAndNoCommonHostBridge(String vendor, int family, String expected) {
        Cpu cpu = new Cpu(vendor, family, 1);
        assertThat(answer(Forest.twoRootPorts(UNLISTED).ask("6.12", cpu), A, B)).isEqualTo(expected);
        assertThat(answer(Forest.twoHostBridges(UNLISTED, UNLISTED).ask("6.12", cpu), A, "0000:81:00.0"))
                .isEqualTo(expected);
    }

    @Test
    void twoIntegratedEndpointsHaveNoCommonBridge() {
        Forest machine = new Forest()
                .rootBus("0000:00")
                .on("0000:00:00.0", PortType.HOST_BRIDGE, UNLISTED)
                .on("0000:00:04.0", PortType.RC_INTEGRATED_ENDPOINT, UNLISTED)
                .on("0000:00:04.1", PortType.RC_INTEGRATED_ENDPOINT, UNLISTED);
        assertThat(answer(machine.ask("6.12", ZEN), "0000:00:04.0", "0000:00:04.1"))
                .isEqualTo("THRU_HOST_BRIDGE 2");
        assertThat(answer(machine.ask("6.12", XEON), "0000:00:04.0", "0000:00:04.1"))
                .isEqualTo("NOT_SUPPORTED -1");
        assertThat(answer(machine.ask("6.12", XEON), "0000:00:04.0", "0000:00:04.0"))
                .isEqualTo("BUS_ADDR 0");
    }

    /** A root bus in domain 0x10000: its paths end at the VMD root ports. */
    private static Forest behindVmd(String rootPortId) {
        return Forest.twoRootPorts(LISTED)
                .rootBus("10000:e0")
                .on("10000:e0:00.0", PortType.ROOT_PORT, rootPortId)
                .below("10000:e0:00.0", "10000:e1:00.0", PortType.ENDPOINT)
                .on("10000:e0:01.0", PortType.ROOT_PORT, rootPortId)
                .below("10000:e0:01.0", "10000:e2:00.0", PortType.ENDPOINT);
    }

    @Test
    void aVmdDomainIsAHostBridgeOfItsOwnThatItsFirstRootPortStandsFor() {
        String one = "10000:e1:00.0";
        String other = "10000:e2:00.0";
        assertThat(answer(behindVmd("8086:2030").ask("6.12", XEON), one, other)).isEqualTo("THRU_HOST_BRIDGE 4");
        assertThat(answer(behindVmd("8086:2030").ask("6.12", XEON), one, A)).isEqualTo("THRU_HOST_BRIDGE 4");
        // Ice Lake and later have root ports that are not listed
        assertThat(answer(behindVmd("8086:347a").ask("6.12", XEON), one, other)).isEqualTo("NOT_SUPPORTED -1");
        assertThat(answer(behindVmd("8086:347a").ask("6.12", XEON), A, one)).isEqualTo("NOT_SUPPORTED -1");
        assertThat(answer(behindVmd("8086:347a").ask("6.12", XEON), A, B)).isEqualTo("THRU_HOST_BRIDGE 4");
    }

    /** The host bridge is looked up for a redirected pair too: one bridge, so flagged entries are enough. */
    @Test
    void aRedirectedPairNeedsTheOneHostBridgeAboveIt() {
        assertThat(answer(Forest.oneSwitch("8086:2f00", AcsBit.CR).ask("6.12", XEON), "0000:03:00.0", "0000:04:00.0"))
                .isEqualTo("THRU_HOST_BRIDGE 4");
        assertThat(answer(Forest.oneSwitch("8086:6f00", AcsBit.CR).ask("6.12", XEON), "0000:03:00.0", "0000:04:00.0"))
                .isEqualTo("NOT_SUPPORTED -1");
    }
}
