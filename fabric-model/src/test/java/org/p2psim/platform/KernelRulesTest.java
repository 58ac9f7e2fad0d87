package org.p2psim.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.p2psim.address.DeviceId;
import org.p2psim.platform.KernelRules.Rule;

class KernelRulesTest {
    @ParameterizedTest
    @CsvSource({
        "5.8, AMD_ZEN_CPU_ALLOWED, false",
        "5.9, AMD_ZEN_CPU_ALLOWED, true",
        "5.18.19, ROOT_PORT_STANDS_FOR_HOST_BRIDGE, false",
        "5.19, ROOT_PORT_STANDS_FOR_HOST_BRIDGE, true",
        "5.13.19, ACS_HINT_IN_128_BYTES, false",
        "5.14, WARNS_HOST_BRIDGE_NOT_LISTED, true"
    })
    void aRuleHoldsFromItsRelease(String release, Rule rule, boolean holds) {
        assertThat(KernelRules.of(KernelRelease.parse(release)).has(rule)).isEqualTo(holds);
    }

    @ParameterizedTest
    @CsvSource({
        // Broadwell-EP, Ivy Bridge-E, q35 and i440fx never were in it
        "7.3, 8086:6f00, false",
        "7.3, 8086:0e00, false",
        "7.3, 8086:29c0, false",
        "7.3, 8086:1237, false",
        // 7.1.y took the 7.2 entries
        "7.1, 8086:0b25, false",
        "7.1.3, 8086:0b25, true",
        "7.3-rc7, 10de:2f95, true"
    })
    void whatPeopleExpectInTheTableAndStableSeries(String release, String id, boolean listed) {
        assertThat(listed(release, id).isPresent()).isEqualTo(listed);
    }

    /** Every entry that mainline ever had: the release before it, its first one, its last one and the one after. */
    @ParameterizedTest
    @CsvSource({
        "1022:1450, 5.1, 5.2, 5.8, 5.9, across",
        "1022:15d0, 5.7, 5.8, 5.8, 5.9, across",
        "1022:1630, 5.7, 5.8, 5.8, 5.9, across",
        "8086:3c00, 5.3, 5.4, 99.0, -, within",
        "8086:3c01, 5.3, 5.4, 99.0, -, within",
        "8086:2f00, 5.3, 5.4, 99.0, -, within",
        "8086:2f01, 5.3, 5.4, 99.0, -, within",
        "8086:2030, 5.5, 5.6, 99.0, -, across",
        "8086:2020, 5.5, 5.6, 99.0, -, across",
        "8086:2031, 5.6, 5.7, 99.0, -, across",
        "8086:2032, 5.6, 5.7, 99.0, -, across",
        "8086:2033, 5.6, 5.7, 99.0, -, across",
        "8086:09a2, 5.17, 5.18, 99.0, -, across",
        "1ae0:0001, 7.0, 7.1, 99.0, -, across",
        "1ae0:ffff, 7.0, 7.1, 99.0, -, across",
        "8086:0b25, 7.1, 7.2, 99.0, -, across",
        "8086:0cfe, 7.1, 7.2, 99.0, -, across",
        "8086:11fb, 7.1, 7.2, 99.0, -, across",
        "8086:1212, 7.1, 7.2, 99.0, -, across",
        "8086:1216, 7.1, 7.2, 99.0, -, across",
        "8086:4940, 7.1, 7.2, 99.0, -, across",
        "8086:4942, 7.1, 7.2, 99.0, -, across",
        "8086:4944, 7.1, 7.2, 99.0, -, across",
        "8086:4946, 7.1, 7.2, 99.0, -, across",
        "8086:4948, 7.1, 7.2, 99.0, -, across",
        "10de:2f95, 7.2, 7.3, 99.0, -, across",
        "10de:2f96, 7.2, 7.3, 99.0, -, across",
        "10de:2f97, 7.2, 7.3, 99.0, -, across",
        "10de:2f98, 7.2, 7.3, 99.0, -, across",
        "1d17:1003, 7.3, 7.4, 99.0, -, within",
        "1d17:1005, 7.3, 7.4, 99.0, -, within",
        "1d17:1006, 7.3, 7.4, 99.0, -, within",
        "1d17:1007, 7.3, 7.4, 99.0, -, within",
        "1d17:1008, 7.3, 7.4, 99.0, -, across"
    })
    void aHostBridgeIsListedFromItsFirstReleaseToItsLast(
            String id, String before, String first, String last, String after, String reach) {
        assertThat(listed(before, id)).isEmpty();
        assertThat(listed(first, id).orElseThrow().sameHostBridgeOnly()).isEqualTo(reach.equals("within"));
        assertThat(listed(last, id)).isPresent();
        if (!after.equals("-")) {
            assertThat(listed(after, id)).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "5.1, 0",
        "5.2, 1",
        "5.4, 5",
        "5.6, 7",
        "5.7, 10",
        "5.8, 12",
        "5.9, 9",
        "5.18, 10",
        "7.1, 11",
        "7.2, 21",
        "7.3, 25",
        "7.4, 30"
    })
    void theTableHasNoOtherEntries(String release, int entries) {
        assertThat(KernelRules.of(KernelRelease.parse(release)).allowlist().entries())
                .hasSize(entries);
    }

    private static Optional<HostBridgeAllowlist.Entry> listed(String release, String id) {
        return KernelRules.of(KernelRelease.parse(release)).allowlist().find(DeviceId.parse(id));
    }

    @ParameterizedTest
    @CsvSource({"6.12.107,6,12,107", "7.3-rc7,7,3,0", "6.1.0-55-amd64,6,1,0", "5.10,5,10,0", "7.2.12+deb13-amd64,7,2,12"
    })
    void releasesAreReadAsUnamePrintsThem(String text, int version, int patchLevel, int subLevel) {
        assertThat(KernelRelease.parse(text)).isEqualTo(new KernelRelease(version, patchLevel, subLevel, text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "six", "6", "6.x", "-5.4", "5.4.3.2.1x"})
    void whatIsNoReleaseIsRefused(String text) {
        assertThatThrownBy(() -> KernelRelease.parse(text)).hasMessageContaining("is not a kernel release");
    }

    @ParameterizedTest
    @ValueSource(strings = {"4.19", "4.4", "3.10.0-1160.el7"})
    void releasesBeforeTheOldestKnownOneAreRefused(String release) {
        assertThatThrownBy(() -> KernelRules.of(KernelRelease.parse(release))).hasMessageContaining("from 4.20 on");
    }
}
