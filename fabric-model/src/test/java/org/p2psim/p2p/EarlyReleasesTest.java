package org.p2psim.p2p;

import static org.assertj.core.api.Assertions.assertThat;
import static org.p2psim.p2p.Forest.UNLISTED;
import static org.p2psim.p2p.Forest.XEON;
import static org.p2psim.p2p.Forest.ZEN;
import static org.p2psim.p2p.Forest.answer;
import static org.p2psim.p2p.Forest.log;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.p2psim.topology.AcsBit;
import org.p2psim.topology.IommuMode;
import org.p2psim.topology.PortType;

/** p2pdma.c of 4.20 to 5.3, which has no map types, and what 5.4 changed. */
class EarlyReleasesTest {
    private static final String ZEN_ROOT_COMPLEX = "1022:1450";
    private static final String A = "0000:01:00.0";
    private static final String B = "0000:02:00.0";
    private static final String ABOVE_80 = "0000:81:00.0";

    @ParameterizedTest
    @ValueSource(strings = {"4.20", "5.0", "5.1", "5.2", "5.3"})
    void belowOneSwitchTheDistanceIsTheHops(String release) {
        assertThat(answer(Forest.oneSwitch(UNLISTED).ask(release, XEON), "0000:03:00.0", "0000:04:00.0"))
                .isEqualTo("BUS_ADDR 4");
    }

    @ParameterizedTest
    @ValueSource(strings = {"4.20", "5.0", "5.1", "5.2", "5.3"})
    void aRedirectIsRefusedWithItsOwnTextAndNoOther(String release) {
        P2pdma p2pdma = Forest.oneSwitch(ZEN_ROOT_COMPLEX, AcsBit.RR).ask(release, ZEN);
        assertThat(answer(p2pdma, "0000:03:00.0", "0000:04:00.0")).isEqualTo("NOT_SUPPORTED -1");
        assertThat(log(p2pdma, "0000:03:00.0", "0000:04:00.0"))
                .containsExactly(
                        "0000:04:00.0: cannot be used for peer-to-peer DMA as ACS redirect is set between the client and"
                                + " provider (0000:03:00.0)",
                        "0000:04:00.0: to disable ACS redirect for this path, add the kernel parameter:"
                                + " pci=disable_acs_redir=0000:02:00.0;0000:02:01.0");
    }

    @ParameterizedTest
    @ValueSource(strings = {"4.20", "5.0", "5.1"})
    void noHostBridgeForwardsBefore5_2(String release) {
        P2pdma p2pdma = Forest.twoRootPorts(ZEN_ROOT_COMPLEX).ask(release, ZEN);
        assertThat(answer(p2pdma, A, B)).isEqualTo("NOT_SUPPORTED -1");
        assertThat(log(p2pdma, A, B))
                .containsExactly("0000:02:00.0: cannot be used for peer-to-peer DMA as the client and provider"
                        + " (0000:01:00.0) do not share an upstream bridge");
    }

    @ParameterizedTest
    @CsvSource({"5.2", "5.3"})
    void zenRootComplexesForwardWithAPenaltyOf0x1000(String release) {
        assertThat(answer(Forest.twoRootPorts(ZEN_ROOT_COMPLEX).ask(release, ZEN), A, B))
                .isEqualTo("BUS_ADDR " + (0x1000 + 4));
        assertThat(answer(
                        Forest.twoHostBridges(ZEN_ROOT_COMPLEX, ZEN_ROOT_COMPLEX)
                                .ask(release, ZEN),
                        A,
                        ABOVE_80))
                .isEqualTo("BUS_ADDR " + (0x1000 + 4));
    }

    @Test
    void theListCountsNotTheCpuBefore5_9() {
        assertThat(answer(Forest.twoRootPorts(ZEN_ROOT_COMPLEX).ask("5.2", XEON), A, B))
                .startsWith("BUS_ADDR");
        assertThat(answer(Forest.twoRootPorts(UNLISTED).ask("5.2", ZEN), A, B)).isEqualTo("NOT_SUPPORTED -1");
        assertThat(answer(Forest.twoRootPorts(UNLISTED).ask("5.8", ZEN), A, B)).isEqualTo("NOT_SUPPORTED -1");
        assertThat(answer(Forest.twoRootPorts(UNLISTED).ask("5.9", ZEN), A, B)).isEqualTo("THRU_HOST_BRIDGE 4");
        assertThat(answer(Forest.twoRootPorts(ZEN_ROOT_COMPLEX).ask("5.9", XEON), A, B))
                .isEqualTo("NOT_SUPPORTED -1");
    }

    @Test
    void bothHostBridgesMustBeListed() {
        Forest one = Forest.twoHostBridges(ZEN_ROOT_COMPLEX, UNLISTED);
        assertThat(answer(one.ask("5.3", ZEN), A, ABOVE_80)).isEqualTo("NOT_SUPPORTED -1");
        assertThat(answer(one.ask("5.3", ZEN), ABOVE_80, A)).isEqualTo("NOT_SUPPORTED -1");
        assertThat(log(one.ask("5.3", ZEN), A, ABOVE_80))
                .containsExactly("0000:81:00.0: cannot be used for peer-to-peer DMA as the client and provider"
                        + " (0000:01:00.0) do not share an upstream bridge");
    }

    @ParameterizedTest
    @CsvSource({
        "5.2, OFF, BUS_ADDR 4100",
        "5.2, IDENTITY, NOT_SUPPORTED -1",
        "5.3, TRANSLATING, NOT_SUPPORTED -1",
        "5.4, OFF, THRU_HOST_BRIDGE 4",
        "5.4, IDENTITY, THRU_HOST_BRIDGE 4",
        "5.4, TRANSLATING, THRU_HOST_BRIDGE 4"
    })
    void k12BeforeReleases5_4AnIommuVoidsTheList(String release, IommuMode iommu, String expected) {
        assertThat(answer(Forest.twoRootPorts(ZEN_ROOT_COMPLEX).withIommu(iommu).ask(release, XEON), A, B))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @EnumSource(IommuMode.class)
    void k12AnIommuDoesNotChangeTheWayThroughASwitch(IommuMode iommu) {
        Forest machine = Forest.oneSwitch(UNLISTED).withIommu(iommu);
        assertThat(answer(machine.ask("5.3", XEON), "0000:03:00.0", "0000:04:00.0"))
                .isEqualTo("BUS_ADDR 4");
        assertThat(answer(machine.ask("6.12", XEON), "0000:03:00.0", "0000:04:00.0"))
                .isEqualTo("BUS_ADDR 4");
    }

    @Test
    void k4From5_4OnARedirectedPairMayPassAListedHostBridge() {
        Forest machine = Forest.oneSwitch(ZEN_ROOT_COMPLEX, AcsBit.RR);
        assertThat(answer(machine.ask("5.3", XEON), "0000:03:00.0", "0000:04:00.0"))
                .isEqualTo("NOT_SUPPORTED -1");
        assertThat(answer(machine.ask("5.4", XEON), "0000:03:00.0", "0000:04:00.0"))
                .isEqualTo("THRU_HOST_BRIDGE 4");
    }

    /** 5.2 to 5.13 ask for slot 00.0, wherever it is in the list; 5.10.y took the later lookup. */
    @ParameterizedTest
    @CsvSource({
        "5.3, 1022:1450, BUS_ADDR 4100",
        "5.8, 8086:2020, THRU_HOST_BRIDGE 4",
        "5.10.262, 8086:2020, NOT_SUPPORTED -1",
        "5.13.19, 8086:2020, THRU_HOST_BRIDGE 4",
        "5.14, 8086:2020, NOT_SUPPORTED -1"
    })
    void afterAHotRemovalOf00_0OnlyTheLookupBySlotFindsIt(String release, String id, String expected) {
        Forest machine = new Forest()
                .rootBus("0000:00")
                .on("0000:00:01.0", PortType.ROOT_PORT, UNLISTED)
                .below("0000:00:01.0", A, PortType.ENDPOINT)
                .on("0000:00:02.0", PortType.ROOT_PORT, UNLISTED)
                .below("0000:00:02.0", B, PortType.ENDPOINT)
                .on("0000:00:00.0", PortType.HOST_BRIDGE, id);
        assertThat(answer(machine.ask(release, XEON), A, B)).isEqualTo(expected);
    }
}
