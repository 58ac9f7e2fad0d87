package org.p2psim.p2p;

import static org.assertj.core.api.Assertions.assertThat;
import static org.p2psim.p2p.Forest.LISTED;
import static org.p2psim.p2p.Forest.UNLISTED;
import static org.p2psim.p2p.Forest.XEON;
import static org.p2psim.p2p.Forest.ZEN;
import static org.p2psim.p2p.Forest.log;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.p2psim.topology.AcsBit;
import org.p2psim.topology.PortType;

/** The lines of the kernel log, word for word. */
class KernelMessagesTest {
    private static final String PROVIDER = "0000:03:00.0";
    private static final String CLIENT = "0000:04:00.0";
    private static final String REDIRECT =
            "0000:04:00.0: ACS redirect is set between the client and provider (0000:03:00.0)";
    private static final String HINT = "0000:04:00.0: to disable ACS redirect for this path, add the kernel parameter:"
            + " pci=disable_acs_redir=0000:02:00.0;0000:02:01.0";
    private static final String NOT_LISTED = "0000:00:00.0: Host bridge not in P2PDMA whitelist: 8086:29c0";
    private static final String NO_PATH = "0000:04:00.0: cannot be used for peer-to-peer DMA as the client and provider"
            + " (0000:03:00.0) do not share an upstream bridge or whitelisted host bridge";

    @Test
    void k6ARedirectedPairIsWarnedAboutInThisOrder() {
        assertThat(log(Forest.oneSwitch(UNLISTED, AcsBit.RR).ask("6.12", XEON), PROVIDER, CLIENT))
                .containsExactly(REDIRECT, HINT, NOT_LISTED, NO_PATH);
    }

    @Test
    void k6TheHostBridgeIsNamedFrom5_14On() {
        assertThat(log(Forest.oneSwitch(UNLISTED, AcsBit.RR).ask("5.13", XEON), PROVIDER, CLIENT))
                .containsExactly(REDIRECT, HINT, NO_PATH);
        assertThat(log(Forest.oneSwitch(UNLISTED, AcsBit.RR).ask("5.14", XEON), PROVIDER, CLIENT))
                .containsExactly(REDIRECT, HINT, NOT_LISTED, NO_PATH);
    }

    @Test
    void k6APairThatIsAllowedIsWarnedAboutItsRedirectToo() {
        assertThat(log(Forest.oneSwitch(UNLISTED, AcsBit.RR).ask("6.12", ZEN), PROVIDER, CLIENT))
                .containsExactly(REDIRECT, HINT);
        assertThat(log(Forest.oneSwitch(LISTED, AcsBit.RR).ask("6.12", XEON), PROVIDER, CLIENT))
                .containsExactly(REDIRECT, HINT);
    }

    @Test
    void k5AcrossRootPortsNeitherTheHostBridgeNorRedirectingPortsAreNamed() {
        P2pdma p2pdma = Forest.twoRootPorts(UNLISTED, AcsBit.RR).ask("6.12", XEON);
        assertThat(log(p2pdma, "0000:01:00.0", "0000:02:00.0"))
                .containsExactly("0000:02:00.0: cannot be used for peer-to-peer DMA as the client and provider"
                        + " (0000:01:00.0) do not share an upstream bridge or whitelisted host bridge");
    }

    @Test
    void nothingIsPrintedForAPairBelowOneSwitch() {
        assertThat(log(Forest.oneSwitch(UNLISTED).ask("6.12", XEON), PROVIDER, CLIENT))
                .isEmpty();
    }

    @Test
    void theListBeginsAtTheProviderAndHasTheCommonBridge() {
        Forest machine = Forest.oneSwitch(UNLISTED, AcsBit.RR)
                .acs("0000:01:00.0", AcsBit.CR)
                .acs(PROVIDER, AcsBit.EC)
                .acs(CLIENT, AcsBit.EC);
        assertThat(log(machine.ask("6.12", ZEN), PROVIDER, CLIENT))
                .anyMatch(line -> line.endsWith(
                        "pci=disable_acs_redir=0000:03:00.0;0000:02:00.0;0000:01:00.0;" + "0000:04:00.0;0000:02:01.0"));
        assertThat(log(machine.ask("6.12", ZEN), CLIENT, PROVIDER))
                .anyMatch(line -> line.endsWith(
                        "pci=disable_acs_redir=0000:04:00.0;0000:02:01.0;0000:01:00.0;" + "0000:03:00.0;0000:02:00.0"));
    }

    /** A chain of nine bridges below a root port, all redirecting as far as asked for, and an endpoint. */
    private static Forest chain(int redirecting) {
        Forest machine = new Forest()
                .rootBus("0000:00")
                .on("0000:00:00.0", PortType.HOST_BRIDGE, UNLISTED)
                .on("0000:00:01.0", PortType.ROOT_PORT, UNLISTED);
        String above = "0000:00:01.0";
        for (int level = 1; level <= 10; level++) {
            String address = "0000:%02x:00.0".formatted(level);
            PortType type = level == 10 ? PortType.ENDPOINT : PortType.PCIE_TO_PCI_BRIDGE;
            machine.below(above, address, type);
            if (level <= redirecting) {
                machine.acs(address, AcsBit.RR);
            }
            above = address;
        }
        return machine;
    }

    /** K7: nine names and their semicolons are 117 characters; with the tenth, its last two are cut. */
    @ParameterizedTest
    @CsvSource({"5.13, 10, 129", "5.14, 10, 127", "6.12, 9, 116", "7.3, 10, 127"})
    void k7TheListIsCutAt127CharactersFrom5_14On(String release, int redirecting, int length) {
        String all = IntStream.rangeClosed(1, redirecting)
                .mapToObj(level -> "0000:%02x:00.0".formatted(redirecting + 1 - level))
                .reduce((a, b) -> a + ";" + b)
                .orElseThrow();
        List<String> lines = log(chain(redirecting).ask(release, ZEN), "0000:0a:00.0", "0000:00:01.0");
        assertThat(lines.get(1)).endsWith("pci=disable_acs_redir=" + all.substring(0, length));
        assertThat(Forest.verdict(chain(redirecting).ask(release, ZEN), "0000:0a:00.0", "0000:00:01.0")
                        .redirecting())
                .as("the verdict has all of them")
                .hasSize(redirecting);
    }
}
