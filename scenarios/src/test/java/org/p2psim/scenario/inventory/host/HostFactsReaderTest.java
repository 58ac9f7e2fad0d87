package org.p2psim.scenario.inventory.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.p2psim.platform.Cpu;
import org.p2psim.platform.KernelRelease;
import org.p2psim.scenario.inventory.HostFacts;
import org.p2psim.scenario.inventory.InventoryException;
import org.p2psim.scenario.inventory.KernelRuns;
import org.p2psim.scenario.inventory.lspci.LspciReader;

/** CPU, kernel and command line as people hand them on. */
class HostFactsReaderTest {
    private static HostFacts read(String name, String text) {
        try {
            return HostFactsReader.read(name, text.getBytes(StandardCharsets.UTF_8));
        } catch (InventoryException e) {
            throw new AssertionError(e);
        }
    }

    private static Optional<Cpu> cpu(String text) {
        return read("cpuinfo", text).cpu();
    }

    @Test
    void theFirstBlockOfCpuinfoIsTheBootCpu() {
        String block = "processor\t: %d\nvendor_id\t: %s\ncpu family\t: %d\nmodel\t\t: 17\nmodel name\t: X\n\n";
        assertThat(cpu(block.formatted(0, "AuthenticAMD", 25) + block.formatted(1, "GenuineIntel", 6)))
                .contains(new Cpu("AuthenticAMD", 25, 17));
    }

    @Test
    void zhaoxinsNameKeepsItsBlanks() {
        String text = "processor\t: 0\nvendor_id\t:   Shanghai  \ncpu family\t: 7\nmodel\t\t: 59\n";
        assertThat(cpu(text)).contains(new Cpu("  Shanghai  ", 7, 59));
        assertThat(cpu(text.replace("Shanghai  \n", "Shanghai\n"))).contains(new Cpu("  Shanghai  ", 7, 59));
    }

    @Test
    void otherArchitecturesHaveOtherFields() {
        assertThat(cpu("""
                        processor\t: 0
                        BogoMIPS\t: 50.00
                        CPU implementer\t: 0x41
                        CPU architecture: 8
                        CPU variant\t: 0x3
                        CPU part\t: 0xd0c
                        CPU revision\t: 1
                        """)).contains(new Cpu("ARM", 8, 0xd0c));
        assertThat(cpu("processor\t: 0\ncpu\t\t: POWER9, altivec supported\nclock\t\t: 2300.0MHz\n"))
                .contains(new Cpu("POWER", 9, 0));
        assertThat(cpu("processor\t: 0\nhart\t\t: 0\nisa\t\t: rv64imafdc\n")).contains(new Cpu("RISC-V", 0, 0));
        assertThat(cpu("vendor_id       : IBM/S390\n# processors    : 2\n")).contains(new Cpu("IBM/S390", 0, 0));
    }

    @Test
    void lscpuSaysItInOtherWords() {
        String lscpu = """
                Architecture:             x86_64
                Vendor ID:                AuthenticAMD
                  Model name:             AMD EPYC
                    CPU family:           26
                    Model:                2
                """;
        assertThat(read("lscpu.txt", lscpu).cpu()).contains(new Cpu("AuthenticAMD", 26, 2));
        assertThat(read("lscpu", "Architecture:        aarch64\nVendor ID:           ARM\nModel:               1\n")
                        .cpu())
                .contains(new Cpu("ARM", 8, 0));
    }

    @Test
    void anInfinibandDevicesVendorIsNoCpu() {
        assertThat(cpu("hca_id: mlx5_0\n\tvendor_id:\t\t0x02c9\n\tvendor_part_id:\t4129\n"))
                .isEmpty();
    }

    @Test
    void aFileNamedCmdlineIsTheCommandLine() {
        assertThat(read("cmdline", "quiet pci=nommconf\n").cmdline()).contains("quiet pci=nommconf");
        assertThat(read("folder/proc-cmdline.txt", "\nro\n").cmdline()).contains("ro");
    }

    @Test
    void unameWithAndWithoutEverything() {
        KernelRelease release = KernelRelease.parse("6.8.0-38-generic");
        assertThat(read("uname-r.txt", "6.8.0-38-generic\n").kernel()).contains(release);
        assertThat(read("uname", "Linux box 6.8.0-38-generic #38-Ubuntu SMP x86_64 GNU/Linux\n")
                        .kernel())
                .contains(release);
        assertThat(read("uname", "Darwin\n").kernel()).isEmpty();
    }

    @Test
    void oneBigPasteHoldsThemAll() throws InventoryException {
        String paste = """
                On 2026-03-01 Somebody wrote:
                > $ uname -a; cat /proc/cmdline; head /proc/cpuinfo; lspci -vvvnn -xxxx
                > Linux box 6.12.9-1-default #1 SMP PREEMPT_DYNAMIC x86_64 GNU/Linux
                > BOOT_IMAGE=/boot/vmlinuz root=UUID=00 ro quiet intel_iommu=on
                > processor\t: 0
                > vendor_id\t: GenuineIntel
                > cpu family\t: 6
                > model\t\t: 143
                > 00:00.0 Host bridge [0600]: A B [8086:09a2] (rev 20)
                > \tSubsystem: A B [8086:0000]
                """;
        HostFacts expected = new HostFacts(
                Optional.of(new Cpu("GenuineIntel", 6, 143)),
                Optional.of(KernelRelease.parse("6.12.9-1-default")),
                Optional.of("BOOT_IMAGE=/boot/vmlinuz root=UUID=00 ro quiet intel_iommu=on"));
        assertThat(read("paste.txt", paste)).isEqualTo(expected);
        assertThat(LspciReader.read("paste.txt", paste.getBytes(StandardCharsets.UTF_8))
                        .host())
                .isEqualTo(expected);
    }

    @Test
    void whatTheCallerKnowsGoesBeforeWhatThePasteShows() throws InventoryException {
        byte[] paste = "Linux box 6.12.9 #1 SMP x86_64\n\n00:00.0 0600: 8086:09a2\n".getBytes(StandardCharsets.UTF_8);
        HostFacts known = new HostFacts(Optional.empty(), Optional.of(KernelRelease.parse("6.1")), Optional.empty());
        assertThat(LspciReader.read("paste.txt", paste, known).host()).isEqualTo(known);
    }

    @Test
    void aKernelLogHoldsReleaseAndCommandLine() {
        String log = """
                [    0.000000] Linux version 6.6.30 (builder@host) (gcc) #1 SMP
                [    0.000000] Command line: BOOT_IMAGE=/vmlinuz ro pci=noats
                """;
        HostFacts facts = read("dmesg.txt", log);
        assertThat(facts.kernel()).contains(KernelRelease.parse("6.6.30"));
        assertThat(facts.cmdline()).contains("BOOT_IMAGE=/vmlinuz ro pci=noats");
    }

    @Test
    void proseAndGrubsSettingsAreNoFacts() {
        assertThat(read("mail.txt", """
                        I tried pci=nommconf and it did not help.
                        Linux kernel 6.8 is what I use, Linux version 6.1 was worse.
                        GRUB_CMDLINE_LINUX="pci=nommconf"
                        """)).isEqualTo(HostFacts.NONE);
    }

    @Test
    void theFilesBesideADump(@TempDir Path folder) throws IOException, InventoryException {
        for (String file : new String[] {"cmdline", "cpuinfo.txt", "uname.txt", "lspci-xxxx.txt"}) {
            Files.write(folder.resolve(file), KernelRuns.bytes("7.2.12-o29-cpu-family-26", file));
        }
        Files.writeString(folder.resolve("notes.txt"), "console=tty0 something else\n");
        HostFacts facts = HostFactsReader.beside(folder.resolve("lspci-xxxx.txt"));
        assertThat(facts.cpu().map(Cpu::family)).contains(26);
        assertThat(facts.kernel()).contains(KernelRelease.parse("7.2.12+deb13-amd64"));
        assertThat(facts.cmdline()).contains("console=ttyS0 log_buf_len=4M panic=-1");
        assertThat(HostFactsReader.beside(folder)).isEqualTo(facts);
    }

    @Test
    void nothingBesideADumpIsFine(@TempDir Path folder) throws InventoryException {
        assertThat(HostFactsReader.beside(folder.resolve("lspci.txt"))).isEqualTo(HostFacts.NONE);
        assertThat(HostFactsReader.beside(folder.resolve("none/lspci.txt"))).isEqualTo(HostFacts.NONE);
    }

    @Test
    void everyRecordedMachineSaysItsCpuKernelAndCommandLine() {
        for (String run : KernelRuns.names()) {
            assertThat(read("cpuinfo.txt", KernelRuns.text(run, "cpuinfo.txt")).cpu())
                    .as(run)
                    .isPresent();
            assertThat(read("uname.txt", KernelRuns.text(run, "uname.txt"))
                            .kernel()
                            .map(KernelRelease::text))
                    .as(run)
                    .contains(run.startsWith("6.12") ? "6.12.107-p2ptest" : "7.2.12+deb13-amd64");
        }
    }

    @Test
    void giantFilesAreRefused() {
        assertThatThrownBy(() -> HostFactsReader.read("cpuinfo", new byte[(64 << 20) + 1]))
                .isInstanceOf(InventoryException.class)
                .hasMessage("cpuinfo: larger than 64 MiB, the limit for a dump");
    }
}
