package org.p2psim.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.p2psim.address.Bdf;
import org.p2psim.address.DeviceId;
import org.p2psim.platform.KernelRelease;
import org.p2psim.topology.Acs;

/** Devices whose ACS words the kernel does not write as it writes all others (drivers/pci/quirks.c). */
class AcsBootQuirksTest {
    private static BootFunction function(String id, int capability, int firmware) {
        return new BootFunction(
                Bdf.parse("00:1c.0"),
                DeviceId.parse(id),
                new DeviceId(0, 0),
                Optional.empty(),
                false,
                false,
                Optional.of(new Acs(capability, firmware)));
    }

    private static Optional<Integer> written(String release, String cmdline, BootFunction function) {
        return AcsBoot.of(KernelRelease.parse(release), true, cmdline).written(function);
    }

    @ParameterizedTest
    @ValueSource(strings = {"5.4", "6.1", "6.12", "7.3"})
    void theWordThatP2pdmaReadsOfSunrisePointPortsStaysTheFirmwares(String release) {
        for (String cmdline :
                new String[] {"", "pci=disable_acs_redir=00:1c.0", "pci=config_acs=0011101@00:1c.0", "pci=noats"}) {
            assertThat(written(release, cmdline, function("8086:a110", 0x0f, 0)))
                    .as(cmdline)
                    .hasValue(0);
            assertThat(written(release, cmdline, function("8086:a110", 0x0f, 0x0c)))
                    .as(cmdline)
                    .hasValue(0x0c);
        }
    }

    @ParameterizedTest
    @CsvSource({"6.19, 111d:80b5, 1d", "7.0, 111d:80b5, 1c", "7.0, 111d:8090, 1c", "7.0, 10b5:8749, 1d"})
    void sourceValidationOfIdtSwitchesStaysOffFromSevenOn(String release, String id, String word) {
        assertThat(written(release, "", function(id, 0x1f, 0)).map(Integer::toHexString))
                .hasValue(word);
    }
}
