package org.p2psim.p2p;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.base.Splitter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.p2psim.p2p.AcsPolicy.DivergencePorts;
import org.p2psim.topology.AcsBit;
import org.p2psim.topology.PortType;

/** The rules in development (PCIe r7.0 table 6-11, as the KUnit tables of the linux-rdma tree have it). */
class DivergencePortsTest {
    private static final String PROVIDER = "0000:03:00.0";
    private static final String CLIENT = "0000:04:00.0";
    private static final String PROVIDER_PORT = "0000:02:00.0";
    private static final String CLIENT_PORT = "0000:02:01.0";

    private static final DivergencePorts UNTRANSLATED = new DivergencePorts(false, false);
    private static final DivergencePorts TRANSLATED = new DivergencePorts(true, false);
    private static final DivergencePorts RELAXED = new DivergencePorts(false, true);

    /** On a Zen CPU, so that whatever is redirected comes back down. */
    private static MapType mapType(Forest machine, DivergencePorts policy, String provider, String client) {
        P2pdma p2pdma = new P2pdma(machine.fabric(), Forest.ZEN, Forest.rules("7.3"), policy);
        return Forest.verdict(p2pdma, provider, client).mapType();
    }

    private static MapType mapType(Forest machine, DivergencePorts policy) {
        return mapType(machine, policy, PROVIDER, CLIENT);
    }

    private static AcsBit[] bits(String text) {
        return Splitter.on('+')
                .splitToStream(text)
                .filter(name -> !name.equals("0"))
                .map(AcsBit::valueOf)
                .toArray(AcsBit[]::new);
    }

    private static MapType expected(String way) {
        return switch (way) {
            case "direct" -> MapType.BUS_ADDR;
            case "redirect" -> MapType.THRU_HOST_BRIDGE;
            case "blocked" -> MapType.NOT_SUPPORTED;
            default -> throw new IllegalArgumentException(way);
        };
    }

    @ParameterizedTest
    @CsvSource({
        "0, direct, direct",
        "RR, redirect, redirect",
        "CR, direct, direct",
        "RR+CR, redirect, redirect",
        "EC, redirect, redirect",
        "EC+CR, redirect, redirect",
        "SV+UF, direct, direct",
        "DT, direct, direct",
        "DT+RR, redirect, direct",
        "DT+EC, redirect, direct",
        "TB, direct, blocked",
        "TB+RR, redirect, blocked",
        "TB+DT, direct, blocked",
        "TB+DT+RR, redirect, blocked"
    })
    void kd4AndKd5ARequestIsDecidedAtTheClientsPort(String controls, String untranslated, String translated) {
        Forest machine = Forest.oneSwitch(Forest.UNLISTED).acs(CLIENT_PORT, bits(controls));
        assertThat(mapType(machine, UNTRANSLATED)).isEqualTo(expected(untranslated));
        assertThat(mapType(machine, TRANSLATED)).isEqualTo(expected(translated));
        assertThat(mapType(machine, RELAXED)).isEqualTo(expected(untranslated));
    }

    @ParameterizedTest
    @CsvSource({
        "0, direct",
        "RR, direct",
        "CR, redirect",
        "RR+CR, redirect",
        "EC, direct",
        "EC+CR, redirect",
        "DT+CR, redirect",
        "SV+TB+UF, direct"
    })
    void kd6ACompletionIsDecidedAtTheProvidersPortUnlessOrderingIsRelaxed(String controls, String way) {
        Forest machine = Forest.oneSwitch(Forest.UNLISTED).acs(PROVIDER_PORT, bits(controls));
        assertThat(mapType(machine, UNTRANSLATED)).isEqualTo(expected(way));
        assertThat(mapType(machine, TRANSLATED)).isEqualTo(expected(way));
        assertThat(mapType(machine, RELAXED)).isEqualTo(MapType.BUS_ADDR);
    }

    @Test
    void kd1TheCommonBridgeAndWhatIsAboveItDoNotRoute() {
        Forest machine = Forest.oneSwitch(Forest.UNLISTED)
                .acs("0000:01:00.0", AcsBit.RR, AcsBit.CR, AcsBit.EC)
                .acs("0000:00:01.0", AcsBit.RR, AcsBit.CR, AcsBit.EC);
        assertThat(mapType(machine, UNTRANSLATED)).isEqualTo(MapType.BUS_ADDR);
        assertThat(Forest.answer(machine.ask("7.3", Forest.ZEN), PROVIDER, CLIENT))
                .as("released kernels count the common bridge")
                .isEqualTo("THRU_HOST_BRIDGE 4");
    }

    private static Forest nested() {
        return Forest.oneSwitch(Forest.UNLISTED)
                .below(CLIENT_PORT, "0000:10:00.0", PortType.UPSTREAM_PORT)
                .below("0000:10:00.0", "0000:11:00.0", PortType.DOWNSTREAM_PORT)
                .below("0000:11:00.0", "0000:12:00.0", PortType.ENDPOINT);
    }

    @Test
    void kd2APortBelowTheDivergenceDoesNotRoute() {
        Forest machine = nested().acs("0000:11:00.0", AcsBit.RR, AcsBit.CR).acs("0000:12:00.0", AcsBit.RR, AcsBit.CR);
        assertThat(mapType(machine, UNTRANSLATED, PROVIDER, "0000:12:00.0")).isEqualTo(MapType.BUS_ADDR);
        assertThat(mapType(machine, UNTRANSLATED, "0000:12:00.0", PROVIDER)).isEqualTo(MapType.BUS_ADDR);
        assertThat(Forest.answer(machine.ask("7.3", Forest.ZEN), PROVIDER, "0000:12:00.0"))
                .as("released kernels count every function")
                .isEqualTo("THRU_HOST_BRIDGE 6");
    }

    @Test
    void kd3TheVerdictIsNotSymmetric() {
        Forest machine = Forest.oneSwitch(Forest.UNLISTED)
                .acs(PROVIDER_PORT, AcsBit.RR, AcsBit.EC)
                .acs(CLIENT_PORT, AcsBit.CR);
        assertThat(mapType(machine, UNTRANSLATED, PROVIDER, CLIENT)).isEqualTo(MapType.BUS_ADDR);
        assertThat(mapType(machine, UNTRANSLATED, CLIENT, PROVIDER)).isEqualTo(MapType.THRU_HOST_BRIDGE);
    }

    @Test
    void kd5TranslationBlockingAnywhereBelowTheDivergenceRefuses() {
        Forest machine = nested().acs("0000:11:00.0", AcsBit.TB);
        assertThat(mapType(machine, TRANSLATED, PROVIDER, "0000:12:00.0")).isEqualTo(MapType.NOT_SUPPORTED);
        assertThat(mapType(machine, UNTRANSLATED, PROVIDER, "0000:12:00.0")).isEqualTo(MapType.BUS_ADDR);
        assertThat(mapType(machine, TRANSLATED, "0000:12:00.0", PROVIDER))
                .as("it is not on the way up of this client")
                .isEqualTo(MapType.BUS_ADDR);
    }

    @Test
    void kd5TranslationBlockingAboveTheDivergenceRefusesWhatIsRedirected() {
        Forest machine = Forest.oneSwitch(Forest.UNLISTED).acs("0000:00:01.0", AcsBit.TB);
        assertThat(mapType(machine, TRANSLATED)).isEqualTo(MapType.BUS_ADDR);
        machine.acs(CLIENT_PORT, AcsBit.RR);
        assertThat(mapType(machine, TRANSLATED)).isEqualTo(MapType.NOT_SUPPORTED);
        assertThat(mapType(machine, UNTRANSLATED)).isEqualTo(MapType.THRU_HOST_BRIDGE);
    }

    @Test
    void kd5TranslationBlockingOnTheWayToAnotherRootPortRefuses() {
        Forest machine = Forest.twoRootPorts(Forest.UNLISTED).acs("0000:00:02.0", AcsBit.TB);
        assertThat(mapType(machine, TRANSLATED, "0000:01:00.0", "0000:02:00.0")).isEqualTo(MapType.NOT_SUPPORTED);
        assertThat(mapType(machine, TRANSLATED, "0000:02:00.0", "0000:01:00.0")).isEqualTo(MapType.THRU_HOST_BRIDGE);
        assertThat(mapType(machine, UNTRANSLATED, "0000:01:00.0", "0000:02:00.0"))
                .isEqualTo(MapType.THRU_HOST_BRIDGE);
    }

    @Test
    void functionsOfOneDeviceDecideByTheirOwnControls() {
        Forest machine = Forest.twoRootPorts(Forest.UNLISTED).below("0000:00:01.0", "0000:01:00.1", PortType.ENDPOINT);
        machine.acs("0000:01:00.1", AcsBit.RR);
        assertThat(mapType(machine, UNTRANSLATED, "0000:01:00.0", "0000:01:00.1"))
                .isEqualTo(MapType.THRU_HOST_BRIDGE);
        assertThat(mapType(machine, UNTRANSLATED, "0000:01:00.1", "0000:01:00.0"))
                .isEqualTo(MapType.BUS_ADDR);
    }
}
