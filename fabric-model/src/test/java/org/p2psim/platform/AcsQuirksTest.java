package org.p2psim.platform;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.p2psim.address.DeviceId;
import org.p2psim.platform.AcsQuirks.Effect;

class AcsQuirksTest {
    private static AcsQuirks quirks(String release) {
        return AcsQuirks.of(KernelRelease.parse(release));
    }

    @ParameterizedTest
    @CsvSource({
        "8086:3b42, true",
        "8086:3b51, true",
        "8086:3b52, false",
        "8086:1d10, true",
        "8086:1d11, false",
        "8086:9c9b, true",
        "8086:10c9, true",
        "1def:e00c, true",
        "1def:e00d, false",
        "1957:8db9, true",
        // QEMU
        "1b36:000c, false"
    })
    void theKernelListsDevicesThatKeepPeersApartWithoutSayingSo(String id, boolean listed) {
        assertThat(quirks("6.12")
                        .entries(DeviceId.parse(id))
                        .filter(entry -> entry.effect() == Effect.ISOLATED_WITHOUT_CAPABILITY)
                        .anyMatch(entry -> entry.functions() != AcsQuirks.Functions.INTEGRATED_ENDPOINT))
                .isEqualTo(listed);
    }

    @ParameterizedTest
    @CsvSource({"a110", "a11f", "a167", "a16a", "a290", "a29f", "a2e7", "a2ee", "9d10", "9d1b"})
    void sunriseAndUnionPointHaveTheirControlAtEight(String device) {
        assertThat(quirks("5.10").has(DeviceId.parse("8086:" + device), Effect.CONTROL_AT_8))
                .isTrue();
    }

    @ParameterizedTest
    @CsvSource({"a10f", "a120", "a166", "a16b", "a2ef", "9d1c", "a340"})
    void theirNeighboursDoNot(String device) {
        assertThat(quirks("5.10").has(DeviceId.parse("8086:" + device), Effect.CONTROL_AT_8))
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource({"6.19.9, 80b5, false", "7.0, 80b5, true", "7.0, 8090, true", "7.3.4, 8091, false"})
    void idtSwitchesLoseSourceValidationWithSeven(String release, String device, boolean loses) {
        assertThat(quirks(release).has(DeviceId.parse("111d:" + device), Effect.NO_SOURCE_VALIDATION))
                .isEqualTo(loses);
    }

    @ParameterizedTest
    @CsvSource({
        // Loongson: 6.16, and stable series from a patch level on
        "6.15.9, false",
        "6.16, true",
        "6.12.34, false",
        "6.12.35, true",
        "6.1.141, false",
        "6.1.142, true",
        "6.6.99, false"
    })
    void aStableSeriesTakesARowAtAPatchLevel(String release, boolean listed) {
        assertThat(quirks(release).has(DeviceId.parse("0014:7a09"), Effect.ISOLATED_WITHOUT_CAPABILITY))
                .isEqualTo(listed);
    }

    @Test
    void anIdThatIsNotKnownHasNoQuirk() {
        assertThat(quirks("7.3").entries(DeviceId.NOT_KNOWN)).isEmpty();
    }
}
