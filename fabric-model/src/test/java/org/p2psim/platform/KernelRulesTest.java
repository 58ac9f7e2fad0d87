package org.p2psim.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
        // Zen's host bridge left the table when the CPU check came
        "5.8, 1022:1450, true",
        "5.9, 1022:1450, false",
        "5.5, 8086:2020, false",
        "5.6, 8086:2020, true",
        "5.17, 8086:09a2, false",
        "5.18, 8086:09a2, true",
        // Broadwell-EP, Ivy Bridge-E, q35 and i440fx never were in it
        "7.3, 8086:6f00, false",
        "7.3, 8086:0e00, false",
        "7.3, 8086:29c0, false",
        "7.3, 8086:1237, false",
        // Google's entry is for any device; 7.1.y took the 7.2 entries
        "7.0, 1ae0:0042, false",
        "7.1, 1ae0:0042, true",
        "7.1, 8086:0b25, false",
        "7.1.3, 8086:0b25, true",
        "7.2, 8086:0b25, true",
        "7.2, 10de:2f95, false",
        "7.3-rc7, 10de:2f95, true"
    })
    void theHostBridgeTableGrowsByRelease(String release, String id, boolean listed) {
        assertThat(KernelRules.of(KernelRelease.parse(release))
                        .allowlist()
                        .find(DeviceId.parse(id))
                        .isPresent())
                .isEqualTo(listed);
    }

    @ParameterizedTest
    @CsvSource({
        "8086:3c00,true",
        "8086:3c01,true",
        "8086:2f00,true",
        "8086:2f01,true",
        "8086:2030,false",
        "8086:09a2,false"
    })
    void sandyBridgeAndHaswellForwardBelowOneHostBridgeOnly(String id, boolean same) {
        assertThat(KernelRules.of(KernelRelease.parse("6.12"))
                        .allowlist()
                        .find(DeviceId.parse(id))
                        .orElseThrow()
                        .sameHostBridgeOnly())
                .isEqualTo(same);
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
