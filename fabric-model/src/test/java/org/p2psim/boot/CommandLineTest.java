package org.p2psim.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.p2psim.address.Bdf;
import org.p2psim.address.DeviceId;
import org.p2psim.platform.Cpu;
import org.p2psim.platform.KernelRelease;
import org.p2psim.topology.Acs;

class CommandLineTest {
    private static final KernelRelease RELEASE = KernelRelease.parse("6.1.176");
    private static final Cpu INTEL = new Cpu("GenuineIntel", 6, 94);
    private static final Cpu AMD = new Cpu("AuthenticAMD", 0x17, 1);
    private static final Cpu HYGON = new Cpu("HygonGenuine", 0x18, 0);
    private static final Cpu ARM = new Cpu("ARM", 8, 0);

    /** Word of a root port at an address, of which the firmware left 0, as {@code lspci} shows it. */
    private static String booted(KernelRelease release, boolean requested, String cmdline, String address) {
        return AcsBoot.of(release, requested, cmdline)
                .booted(new BootFunction(
                        Bdf.parse(address),
                        DeviceId.parse("1b36:000c"),
                        new DeviceId(0, 0),
                        Optional.empty(),
                        false,
                        false,
                        Optional.of(new Acs(0x5f, 0))))
                .map(acs -> "%02x".formatted(acs.control()))
                .orElseThrow();
    }

    /**
     * Root ports 00:02.0 and 00:03.0 of an emulated machine with VT-d, as Debian's 6.1.176 left them (QEMU 7.2,
     * recorded by this project).
     */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\'',
            value = {
                "pci=disable_acs_redir=00:02.0 pci=disable_acs_redir=00:03.0    | 1d | 11",
                "pci=disable_acs_redir=00:02.0,00:03.0                          | 11 | 1d",
                "pci=disable_acs_redir=00:02.0;00:03.0 pci=noacs                | 11 | 11",
                "\"pci=disable_acs_redir=00:02.0\"                              | 11 | 1d",
                "pci=\"disable_acs_redir=00:02.0\"                              | 11 | 1d",
                "pci=disable_acs_redir=\"00:02.0\"                              | 1d | 1d",
                "\"pci=disable_acs_redir=00:02.0;00:03.0 x\"                    | 11 | 1d",
                "-- pci=disable_acs_redir=00:02.0                               | 1d | 1d",
                "pci=noats,disable_acs_redir=00:02.0                            | 13 | 1f",
                "pci=noatsfoo                                                   | 1f | 1f",
                "pci=DISABLE_ACS_REDIR=00:02.0                                  | 1d | 1d",
                "pci=config_acs=0000000@00:02.0                                 | 1d | 1d",
                "pci=noacs                                                      | 1d | 1d",
                "pcie_acs_override=downstream,multifunction                     | 1d | 1d",
                "iommu=nopt                                                     | 1d | 1d",
                "intel-iommu=off                                                | 00 | 00",
                "intel_iommu=off                                                | 00 | 00",
                "iommu=off                                                      | 00 | 00",
                "iommu=pt,off                                                   | 00 | 00",
                "intel_iommu=off iommu=force                                    | 00 | 00",
                "intel_iommu=off intel_iommu=on                                 | 1d | 1d",
                "intel_iommu=off,on                                             | 1d | 1d",
            })
    void linuxReadTheseLinesSo(String cmdline, String first, String second) {
        boolean requested = CommandLine.parse(cmdline).requestsAcs(INTEL);

        assertThat(booted(RELEASE, requested, cmdline, "00:02.0")).isEqualTo(first);
        assertThat(booted(RELEASE, requested, cmdline, "00:03.0")).isEqualTo(second);
        assertThat(CommandLine.parse(cmdline).disablesIommu(INTEL)).isEqualTo(!requested);
    }

    /** The same machine with AMD's IOMMU: whether its functions were in IOMMU groups, and the word of the ports. */
    @ParameterizedTest
    @CsvSource({
        "'', true, 1d",
        "iommu=pt, true, 1d",
        "amd_iommu=on, true, 1d",
        "amd_iommu=pt, true, 1d",
        "amd_iommu=off, false, 1d",
        "'amd_iommu=fullflush,off', false, 1d",
        "iommu=off, false, 1d",
        "amd_iommu=off iommu=off, false, 1d",
        "amd-iommu=off intremap=off, false, 1d",
        "iommu=off intremap=off, false, 00",
        "iommu=off nointremap, false, 00"
    })
    void amdRequestsAcsThoughItsIommuIsOff(String cmdline, boolean on, String word) {
        CommandLine line = CommandLine.parse(cmdline);

        assertThat(line.disablesIommu(AMD)).isEqualTo(!on);
        assertThat(line.disablesIommu(HYGON)).isEqualTo(!on);
        assertThat(booted(RELEASE, line.requestsAcs(AMD), cmdline, "00:02.0")).isEqualTo(word);
    }

    @Test
    void parametersOfAnotherVendorsIommuDoNotCount() {
        assertThat(CommandLine.parse("intel_iommu=off").disablesIommu(AMD)).isFalse();
        assertThat(CommandLine.parse("amd_iommu=off").disablesIommu(INTEL)).isFalse();
        assertThat(CommandLine.parse("iommu=off amd_iommu=off intel_iommu=off").disablesIommu(ARM))
                .isFalse();
        assertThat(CommandLine.parse("amd_iommu=off").disablesIommu(Cpu.NOT_KNOWN))
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "pci=noacs",
                "pcie_acs_override=downstream,multifunction",
                "iommu=pt",
                "iommu.passthrough=1",
                "amd_iommu=on",
                "pci=pcie_bus_peer2peer"
            })
    void whatIsSaidToEnablePeerToPeerChangesNoWord(String cmdline) {
        for (String release : new String[] {"5.4", "6.1", "6.12", "7.3"}) {
            KernelRelease kernel = KernelRelease.parse(release);
            for (Cpu cpu : new Cpu[] {INTEL, AMD}) {
                assertThat(CommandLine.parse(cmdline).requestsAcs(cpu)).isTrue();
                assertThat(CommandLine.parse(cmdline).disablesIommu(cpu)).isFalse();
            }
            assertThat(booted(kernel, true, cmdline, "00:02.0")).isEqualTo(booted(kernel, true, "", "00:02.0"));
            assertThat(CommandLine.parse(cmdline).remarks(kernel))
                    .as("says so, on %s", release)
                    .anyMatch(remark -> remark.startsWith(cmdline.contains(",") ? "pcie_acs_override=" : cmdline));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "6.6  | pci=noacs | pci=noacs: no released kernel knows it; the verdict is the same without it",
                "6.6  | pci=config_acs=0@00:02.0 | pci=config_acs=0@00:02.0: 6.6 does not know it, it came with 6.11;"
                        + " the verdict is the same without it",
                "6.6  | intel_iommu=off | intel_iommu=off: ACS is not requested for VT-d, and the words that the"
                        + " firmware left stay",
                "6.6  | iommu=off intremap=off | iommu=off: with interrupt remapping off too ACS is not requested, and"
                        + " the words that the firmware left stay",
                "6.6  | pci=disable_acs_redir=00:02.0,00:03.0 | pci=00:03.0: a comma ends the option before it, so"
                        + " this is one of its own, which no kernel knows; separate functions by ;",
                "6.6  | pci=disable_acs_redir=00:02.0 pci=disable_acs_redir=00:03.0 |"
                        + " pci=disable_acs_redir=00:02.0: a later one replaces it; write all functions into one,"
                        + " separated by ;",
                "7.0  | quiet | 7.0 writes ACS when a device's DMA is set up, not when the device is found: early in"
                        + " boot a port may not redirect yet"
            })
    void aRemarkSaysWhatAnOperatorShouldKnow(String release, String cmdline, String remark) {
        assertThat(CommandLine.parse(cmdline).remarks(KernelRelease.parse(release)))
                .containsExactly(remark);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "quiet splash root=/dev/sda1",
                "pci=disable_acs_redir=00:02.0;00:03.0",
                "intel_iommu=on",
                "pci=realloc=off,nommconf",
                "noacs",
                "-- pci=noacs"
            })
    void aLineThatDoesWhatIsExpectedGivesNoRemark(String cmdline) {
        assertThat(CommandLine.parse(cmdline).remarks(KernelRelease.parse("6.6")))
                .isEmpty();
    }

    @Test
    void fromSixElevenOnConfigAcsNeedsNoRemark() {
        assertThat(CommandLine.parse("pci=config_acs=0@00:02.0").remarks(KernelRelease.parse("6.11")))
                .isEmpty();
    }

    @Test
    void anyTextIsACommandLine() {
        String alphabet = "pci=,;@\"-_ \t\n\0offiommu:0.x\u00a0";
        for (long seed = 0; seed < 2000; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            StringBuilder text = new StringBuilder("pci=");
            for (int length = random.nextInt(60); length > 0; length--) {
                text.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            CommandLine line = CommandLine.parse(text.toString());

            assertThat(line.remarks(KernelRelease.parse("6.6")))
                    .as("seed %d: %s", seed, text)
                    .doesNotHaveDuplicates();
        }
    }
}
