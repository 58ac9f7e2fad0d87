package org.p2psim.scenario.inventory;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.p2psim.topology.Link;

class SysfsLinkTest {
    @ParameterizedTest
    @CsvSource({
        "2.5 GT/s,1",
        "2.5 GT/s PCIe,1",
        "5 GT/s,2",
        "5.0 GT/s PCIe,2",
        "8 GT/s,3",
        "8.0 GT/s PCIe,3",
        "16 GT/s,4",
        "16.0 GT/s PCIe,4",
        "32.0 GT/s PCIe,5",
        "64.0 GT/s PCIe,6"
    })
    void oldAndNewKernelsWriteSpeedsDifferently(String speed, int generation) {
        assertThat(SysfsLink.parse(speed, "16")).hasValue(new Link(generation, 16));
    }

    @Test
    void anUnknownSpeedOrNoLanesAreNoLink() {
        assertThat(SysfsLink.parse("Unknown", "16")).isEmpty();
        assertThat(SysfsLink.parse("Unknown speed", "16")).isEmpty();
        assertThat(SysfsLink.parse("", "16")).isEmpty();
        assertThat(SysfsLink.parse("8.0 GT/s PCIe", "0")).isEmpty();
        assertThat(SysfsLink.parse("8.0 GT/s PCIe", "63")).isEmpty();
        assertThat(SysfsLink.parse("8.0 GT/s PCIe", "255")).isEmpty();
        assertThat(SysfsLink.parse("8.0 GT/s PCIe", "")).isEmpty();
        assertThat(SysfsLink.parse("133 MHz PCI-X", "8")).isEmpty();
    }
}
