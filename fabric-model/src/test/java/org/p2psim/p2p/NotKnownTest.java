package org.p2psim.p2p;

import static org.assertj.core.api.Assertions.assertThat;
import static org.p2psim.p2p.Forest.UNLISTED;
import static org.p2psim.p2p.Forest.XEON;
import static org.p2psim.p2p.Forest.ZEN;

import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.p2psim.address.Bdf;
import org.p2psim.p2p.Verdict.Branch;
import org.p2psim.platform.Cpu;
import org.p2psim.topology.Acs;
import org.p2psim.topology.PortType;

/** A dump that does not show what decides gives two answers or more, never a guess. */
class NotKnownTest {
    private static final String PROVIDER = "0000:03:00.0";
    private static final String CLIENT = "0000:04:00.0";
    private static final String NO_ID = "ffff:ffff";

    @Test
    void anAcsWordThatWasNotCapturedLeavesThePairOpen() {
        Verdict verdict = Forest.verdict(
                Forest.oneSwitch(UNLISTED).acs("0000:02:00.0", Acs.NOT_KNOWN).ask("6.12", XEON), PROVIDER, CLIENT);
        assertThat(verdict.mapType()).isEqualTo(MapType.DEPENDS_ON);
        assertThat(verdict.distance()).isEmpty();
        assertThat(verdict.messages()).isEmpty();
        assertThat(verdict.branches())
                .extracting(Branch::toString)
                .containsExactly(
                        "BUS_ADDR (4) if ACS RR, CR and EC are off at 0000:02:00.0",
                        "NOT_SUPPORTED (-1) if one of them is on at 0000:02:00.0");
    }

    @Test
    void whatDoesNotChangeTheAnswerLeavesNothingOpen() {
        Forest above = Forest.oneSwitch(UNLISTED).acs("0000:00:01.0", Acs.NOT_KNOWN);
        assertThat(Forest.answer(above.ask("6.12", XEON), PROVIDER, CLIENT)).isEqualTo("BUS_ADDR 4");
        Forest harmless = Forest.oneSwitch(UNLISTED).acs("0000:02:00.0", new Acs(0x7f, 0, 0x53));
        assertThat(Forest.answer(harmless.ask("6.12", XEON), PROVIDER, CLIENT))
                .as("SV, TB, UF and DT never count")
                .isEqualTo("BUS_ADDR 4");
        Forest redirected =
                Forest.oneSwitch(UNLISTED).acs("0000:02:00.0", Acs.NOT_KNOWN).acs("0000:02:01.0", new Acs(0x7f, 0x04));
        assertThat(Forest.answer(redirected.ask("6.12", XEON), PROVIDER, CLIENT))
                .isEqualTo("NOT_SUPPORTED -1");
        assertThat(Forest.answer(redirected.ask("6.12", ZEN), PROVIDER, CLIENT)).isEqualTo("THRU_HOST_BRIDGE 4");
    }

    @Test
    void aCpuThatWasNotCapturedLeavesOpenWhatPassesTheRootComplex() {
        P2pdma p2pdma = Forest.twoRootPorts(UNLISTED).ask("6.12", Cpu.NOT_KNOWN);
        assertThat(Forest.verdict(p2pdma, "0000:01:00.0", "0000:02:00.0").branches())
                .extracting(Branch::mapType)
                .containsExactly(MapType.THRU_HOST_BRIDGE, MapType.NOT_SUPPORTED);
        assertThat(Forest.answer(
                        Forest.twoRootPorts(Forest.LISTED).ask("6.12", Cpu.NOT_KNOWN), "0000:01:00.0", "0000:02:00.0"))
                .as("listed, so the CPU does not matter")
                .isEqualTo("THRU_HOST_BRIDGE 4");
        assertThat(Forest.answer(Forest.oneSwitch(UNLISTED).ask("6.12", Cpu.NOT_KNOWN), PROVIDER, CLIENT))
                .isEqualTo("BUS_ADDR 4");
        assertThat(Forest.answer(
                        Forest.twoRootPorts(UNLISTED).ask("5.8", Cpu.NOT_KNOWN), "0000:01:00.0", "0000:02:00.0"))
                .as("before 5.9 no CPU counts")
                .isEqualTo("NOT_SUPPORTED -1");
    }

    @Test
    void aHostBridgeIdThatWasNotCapturedLeavesOpenWhatPassesIt() {
        P2pdma p2pdma = Forest.twoRootPorts(NO_ID).ask("6.12", XEON);
        assertThat(Forest.verdict(p2pdma, "0000:01:00.0", "0000:02:00.0").mapType())
                .isEqualTo(MapType.DEPENDS_ON);
        assertThat(Forest.answer(Forest.twoRootPorts(NO_ID).ask("6.12", ZEN), "0000:01:00.0", "0000:02:00.0"))
                .as("the CPU alone decides")
                .isEqualTo("THRU_HOST_BRIDGE 4");
        assertThat(Forest.answer(
                        Forest.twoHostBridges(UNLISTED, NO_ID).ask("6.12", XEON), "0000:01:00.0", "0000:81:00.0"))
                .as("the other one is not listed")
                .isEqualTo("NOT_SUPPORTED -1");
        assertThat(Forest.answer(
                        Forest.twoHostBridges(NO_ID, "8086:2f00").ask("6.12", XEON), "0000:01:00.0", "0000:81:00.0"))
                .as("the other one forwards below itself only")
                .isEqualTo("NOT_SUPPORTED -1");
    }

    @Test
    void aBranchThroughHostBridgesHasThePenaltyOf5_2() {
        P2pdma p2pdma = Forest.twoRootPorts(NO_ID).ask("5.2", XEON);
        assertThat(Forest.verdict(p2pdma, "0000:01:00.0", "0000:02:00.0").branches())
                .extracting(Branch::distance)
                .containsExactly(OptionalInt.of(0x1000 + 4), OptionalInt.of(-1));
    }

    @Test
    void severalClientsOfWhichOneIsOpenAreOpenUnlessOneIsRefused() {
        Forest machine = Forest.oneSwitch(UNLISTED)
                .acs("0000:02:01.0", Acs.NOT_KNOWN)
                .on("0000:00:02.0", PortType.ROOT_PORT, UNLISTED);
        P2pdma p2pdma = machine.ask("6.12", XEON);
        Distance open = p2pdma.distance(bdf(PROVIDER), List.of(client(PROVIDER), client(CLIENT)));
        assertThat(open.sum()).isEmpty();
        assertThat(open.mapType()).isEqualTo(MapType.DEPENDS_ON);
        Distance refused = p2pdma.distance(bdf(PROVIDER), List.of(client(CLIENT), client("0000:00:02.0")));
        assertThat(refused.sum()).hasValue(-1);
        assertThat(refused.mapType()).isEqualTo(MapType.NOT_SUPPORTED);
    }

    private static Bdf bdf(String address) {
        return Bdf.parse(address);
    }

    private static Client client(String address) {
        return Client.of(bdf(address));
    }
}
