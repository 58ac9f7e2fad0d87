package org.p2psim.scenario.inventory;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.p2psim.platform.Cpu;

class CpuInfoTest {
    @Test
    void theBootCpuIsTheFirstBlock() {
        String text = """
                processor\t: 0
                vendor_id\t: AuthenticAMD
                cpu family\t: 25
                model\t\t: 17

                processor\t: 1
                vendor_id\t: GenuineIntel
                cpu family\t: 6
                model\t\t: 143
                """;
        assertThat(CpuInfo.bootCpu(text)).hasValue(new Cpu("AuthenticAMD", 25, 17));
    }

    @Test
    void armAndPowerHaveNoVendorField() {
        assertThat(CpuInfo.bootCpu("processor\t: 0\nCPU implementer\t: 0x41\nCPU architecture: 8\n"))
                .hasValue(new Cpu("ARM", 0, 0));
        assertThat(CpuInfo.bootCpu("processor\t: 0\ncpu\t\t: POWER9, altivec supported\n"))
                .hasValue(new Cpu("POWER", 0, 0));
    }

    @Test
    void otherTextIsNoCpu() {
        assertThat(CpuInfo.bootCpu("")).isEmpty();
        assertThat(CpuInfo.bootCpu("vendor_id : GenuineIntel\ncpu family : six\nmodel : 1\n"))
                .isEmpty();
        assertThat(CpuInfo.bootCpu("\0\0\0")).isEmpty();
    }
}
