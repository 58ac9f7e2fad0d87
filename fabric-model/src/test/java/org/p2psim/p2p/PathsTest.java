package org.p2psim.p2p;

import static org.assertj.core.api.Assertions.assertThat;
import static org.p2psim.p2p.Forest.UNLISTED;
import static org.p2psim.p2p.Forest.XEON;
import static org.p2psim.p2p.Forest.ZEN;
import static org.p2psim.p2p.Forest.answer;
import static org.p2psim.p2p.Forest.verdict;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.p2psim.address.Bdf;
import org.p2psim.topology.Acs;
import org.p2psim.topology.AcsBit;
import org.p2psim.topology.PortType;

/** Common bridges, hop counts, and which ACS bits of which functions count. */
class PathsTest {
    private static final String PROVIDER = "0000:03:00.0";
    private static final String CLIENT = "0000:04:00.0";

    @ParameterizedTest
    @CsvSource({
        "0000:03:00.0, 0",
        "0000:04:00.0, 4",
        "0000:02:00.0, 1",
        "0000:01:00.0, 2",
        "0000:00:01.0, 3",
        "0000:02:01.0, 3"
    })
    void k1HopsAreTheStepsOfBothSidesToTheirCommonFunction(String client, int hops) {
        assertThat(answer(Forest.oneSwitch(UNLISTED).ask("6.12", XEON), PROVIDER, client))
                .isEqualTo("BUS_ADDR " + hops);
    }

    @Test
    void k1TwoFunctionsOfOneDeviceAreTwoHopsApart() {
        Forest machine = Forest.twoRootPorts(UNLISTED).below("0000:00:01.0", "0000:01:00.1", PortType.ENDPOINT);
        assertThat(answer(machine.ask("6.12", XEON), "0000:01:00.0", "0000:01:00.1"))
                .isEqualTo("BUS_ADDR 2");
    }

    @Test
    void k2WithoutACommonBridgeAllFunctionsOfBothSidesCount() {
        Forest machine = Forest.oneSwitch(UNLISTED)
                .on("0000:00:02.0", PortType.ROOT_PORT, UNLISTED)
                .below("0000:00:02.0", "0000:05:00.0", PortType.ENDPOINT);
        assertThat(answer(machine.ask("6.12", ZEN), PROVIDER, "0000:05:00.0")).isEqualTo("THRU_HOST_BRIDGE 6");
        assertThat(verdict(machine.ask("6.12", XEON), PROVIDER, "0000:05:00.0").hops())
                .as("also where the answer is no")
                .isEqualTo(6);
    }

    /** Two cards, each with a switch of its own, below one switch. */
    private static Forest cardsBelowOneSwitch() {
        return Forest.oneSwitch(UNLISTED)
                .below("0000:02:00.0", "0000:10:00.0", PortType.UPSTREAM_PORT)
                .below("0000:10:00.0", "0000:11:00.0", PortType.DOWNSTREAM_PORT)
                .below("0000:11:00.0", "0000:12:00.0", PortType.ENDPOINT)
                .below("0000:02:01.0", "0000:20:00.0", PortType.UPSTREAM_PORT)
                .below("0000:20:00.0", "0000:21:00.0", PortType.DOWNSTREAM_PORT)
                .below("0000:21:00.0", "0000:22:00.0", PortType.ENDPOINT);
    }

    @Test
    void k21TwoCardsWithSwitchesBelowOneSwitchAre8HopsApart() {
        assertThat(answer(cardsBelowOneSwitch().ask("6.12", XEON), "0000:12:00.0", "0000:22:00.0"))
                .isEqualTo("BUS_ADDR 8");
        assertThat(answer(
                        cardsBelowOneSwitch().acs("0000:11:00.0", AcsBit.RR).ask("6.12", XEON),
                        "0000:12:00.0",
                        "0000:22:00.0"))
                .isEqualTo("NOT_SUPPORTED -1");
    }

    @ParameterizedTest
    @EnumSource(AcsBit.class)
    void k3RedirectOrEgressControlCancelBusAddressesAndNoOtherBit(AcsBit bit) {
        boolean redirects = List.of(AcsBit.RR, AcsBit.CR, AcsBit.EC).contains(bit);
        assertThat(answer(Forest.oneSwitch(UNLISTED, bit).ask("6.12", XEON), PROVIDER, CLIENT))
                .isEqualTo(redirects ? "NOT_SUPPORTED -1" : "BUS_ADDR 4");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0000:03:00.0", "0000:02:00.0", "0000:01:00.0", "0000:02:01.0", "0000:04:00.0"})
    void k3EveryFunctionOfTheWayCountsEndpointsAndTheCommonBridgeIncluded(String redirecting) {
        P2pdma p2pdma = Forest.oneSwitch(UNLISTED).acs(redirecting, AcsBit.EC).ask("6.12", ZEN);
        for (List<String> pair : List.of(List.of(PROVIDER, CLIENT), List.of(CLIENT, PROVIDER))) {
            assertThat(answer(p2pdma, pair.get(0), pair.get(1))).isEqualTo("THRU_HOST_BRIDGE 4");
            assertThat(verdict(p2pdma, pair.get(0), pair.get(1)).redirecting()).containsExactly(Bdf.parse(redirecting));
        }
    }

    @Test
    void aPortAboveTheCommonBridgeDoesNotCount() {
        assertThat(answer(
                        Forest.oneSwitch(UNLISTED)
                                .acs("0000:00:01.0", AcsBit.RR)
                                .ask("6.12", XEON),
                        PROVIDER,
                        CLIENT))
                .isEqualTo("BUS_ADDR 4");
    }

    @Test
    void aPortBesideTheWayDoesNotCount() {
        Forest machine = Forest.oneSwitch(UNLISTED)
                .below("0000:01:00.0", "0000:02:02.0", PortType.DOWNSTREAM_PORT, AcsBit.RR)
                .below("0000:02:02.0", "0000:05:00.0", PortType.ENDPOINT);
        assertThat(answer(machine.ask("6.12", XEON), PROVIDER, CLIENT)).isEqualTo("BUS_ADDR 4");
    }

    @Test
    void onlyTheControlWordCountsNotTheCapability() {
        Forest machine = Forest.oneSwitch(UNLISTED)
                .acs("0000:02:00.0", new Acs(0x7f, 0))
                .acs("0000:02:01.0", new Acs(0, AcsBit.RR.mask()));
        assertThat(verdict(machine.ask("6.12", ZEN), PROVIDER, CLIENT).redirecting())
                .containsExactly(Bdf.parse("0000:02:01.0"));
    }

    @Test
    void aFunctionThatRedirectsDoesNotReachItself() {
        Forest machine = Forest.oneSwitch(UNLISTED).acs(PROVIDER, AcsBit.RR);
        assertThat(answer(machine.ask("6.12", ZEN), PROVIDER, PROVIDER)).isEqualTo("THRU_HOST_BRIDGE 0");
        assertThat(answer(machine.ask("6.12", XEON), PROVIDER, PROVIDER)).isEqualTo("NOT_SUPPORTED -1");
    }

    @Test
    void bridgesToConventionalPciAreFunctionsOfTheWayLikeOthers() {
        Forest machine = Forest.twoRootPorts(UNLISTED)
                .below("0000:00:01.0", "0000:01:01.0", PortType.PCIE_TO_PCI_BRIDGE)
                .below("0000:01:01.0", "0000:05:00.0", PortType.LEGACY_ENDPOINT);
        assertThat(answer(machine.ask("6.12", XEON), "0000:05:00.0", "0000:01:00.0"))
                .isEqualTo("BUS_ADDR 3");
    }

    /** A VF is below the bridge of its PF, whatever its bus number is, and the PF is not on its way. */
    @Test
    void aVirtualFunctionIsBesideItsPhysicalFunction() {
        Forest machine = Forest.twoRootPorts(UNLISTED)
                .below("0000:00:01.0", "0000:05:00.1", PortType.ENDPOINT)
                .below("0000:00:01.0", "0000:05:00.2", PortType.ENDPOINT);
        String physical = "0000:01:00.0";
        assertThat(answer(machine.ask("6.12", XEON), physical, "0000:05:00.1")).isEqualTo("BUS_ADDR 2");
        assertThat(answer(machine.ask("6.12", XEON), "0000:05:00.2", "0000:05:00.1"))
                .isEqualTo("BUS_ADDR 2");
        P2pdma redirecting = machine.acs(physical, AcsBit.RR).ask("6.12", XEON);
        assertThat(answer(redirecting, "0000:05:00.2", "0000:05:00.1"))
                .as("the PF's own ACS is not the VF's")
                .isEqualTo("BUS_ADDR 2");
        assertThat(answer(redirecting, physical, "0000:05:00.1")).isEqualTo("NOT_SUPPORTED -1");
    }
}
