package org.p2psim.scenario.dump;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.collect.Iterables;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.p2psim.address.Bdf;
import org.p2psim.outcome.Note;
import org.p2psim.p2p.MapType;
import org.p2psim.p2p.P2pdma;
import org.p2psim.p2p.Verdict;
import org.p2psim.platform.Cpu;
import org.p2psim.platform.KernelRules;
import org.p2psim.scenario.Plan;
import org.p2psim.scenario.inventory.InventoryException;
import org.p2psim.scenario.inventory.KernelRuns;
import org.p2psim.scenario.yaml.ScenarioFile;
import org.p2psim.scenario.yaml.ScenarioReader;
import org.p2psim.scenario.yaml.ScenarioWriter;
import org.p2psim.topology.Fabric;

/** A dump is a machine: asked directly, or through the scenario file that import makes of it. */
class DumpTest {
    @TempDir
    private Path folder;

    static List<String> runs() {
        return KernelRuns.names();
    }

    private Dump captured(String run) throws IOException {
        return captured(run, "lspci-vvv.txt", "lspci-xxxx.txt");
    }

    private Dump captured(String run, String... listings) throws IOException {
        for (String file : Iterables.concat(List.of(listings), List.of("cpuinfo.txt", "cmdline", "uname.txt"))) {
            Files.write(folder.resolve(file), KernelRuns.bytes(run, file));
        }
        return dump("lspci:" + folder);
    }

    private static Dump dump(String text) {
        return Dump.of(text).orElseThrow();
    }

    private static Plan plan(ScenarioFile file) {
        assertThat(file.problems()).isEmpty();
        return file.plans().get(0);
    }

    private static Plan imported(Dump dump, String... settings) throws InventoryException {
        byte[] text = ScenarioWriter.write(dump.machine()).getBytes(StandardCharsets.UTF_8);
        return plan(ScenarioReader.read("imported.yaml", text, List.of(settings)));
    }

    @ParameterizedTest
    @MethodSource("runs")
    void importedFileIsTheMachineThatTheDumpShows(String run) throws Exception {
        Dump dump = captured(run);
        Plan direct = plan(dump.read(List.of()));
        Plan imported = imported(dump);
        assertThat(imported.fabric()).isEqualTo(direct.fabric());
        assertThat(imported.kernel()).isEqualTo(direct.kernel());
        assertThat(imported.cmdline()).isEqualTo(direct.cmdline());
        assertThat(imported.classCodes()).isEqualTo(direct.classCodes()).isNotEmpty();
    }

    @ParameterizedTest
    @MethodSource("runs")
    void everyPairOfABootedKernelIsAnsweredAsItAnswered(String run) throws Exception {
        assertAnswersOfTheKernel(run, captured(run));
    }

    @ParameterizedTest
    @MethodSource("runs")
    void configurationSpaceAloneGivesTheKernelsAnswers(String run) throws Exception {
        assertAnswersOfTheKernel(run, captured(run, "lspci-xxxx.txt"));
    }

    /** Without -nn there are no ids, and the root complex may or may not be on the kernel's list. */
    @ParameterizedTest
    @MethodSource("runs")
    void textWithoutIdsGivesTheKernelsAnswerOrLeavesItOpen(String run) throws Exception {
        Plan plan = plan(captured(run, "lspci-vvv.txt").read(List.of()));
        P2pdma p2pdma = new P2pdma(plan.fabric(), plan.fabric().bootCpu(), KernelRules.of(plan.kernel()));
        for (List<String> row : KernelRuns.table(run, "p2p.tsv")) {
            var verdict = p2pdma.verdict(Bdf.parse(row.get(0)), Bdf.parse(row.get(1)));
            List<MapType> answers = verdict.mapType() == MapType.DEPENDS_ON
                    ? verdict.branches().stream()
                            .map(branch -> branch.mapType())
                            .toList()
                    : List.of(verdict.mapType());
            assertThat(answers).as(row.toString()).contains(MapType.valueOf(row.get(3)));
        }
    }

    private static void assertAnswersOfTheKernel(String run, Dump dump) throws InventoryException {
        Plan plan = plan(dump.read(List.of()));
        Fabric fabric = plan.fabric();
        P2pdma p2pdma = new P2pdma(fabric, fabric.bootCpu(), KernelRules.of(plan.kernel()));
        for (List<String> row : KernelRuns.table(run, "p2p.tsv")) {
            var verdict = p2pdma.verdict(Bdf.parse(row.get(0)), Bdf.parse(row.get(1)));
            assertThat(List.of(
                            Integer.toString(verdict.distance().orElseThrow()),
                            verdict.mapType().name(),
                            Integer.toString(verdict.hops())))
                    .as(row.toString())
                    .isEqualTo(row.subList(2, 5));
        }
    }

    @Test
    void kernelOfTheCommandLineReplacesTheCapturedOne() throws Exception {
        Plan plan = plan(captured("6.12.107-o21-google-hostbridge")
                .read(List.of("kernel.release=7.1", "kernel.cmdline=iommu=pt")));
        assertThat(plan.kernel()).hasToString("7.1");
        assertThat(plan.cmdline()).isEqualTo("iommu=pt");
    }

    @Test
    void anyValueOfAnImportedMachineCanBeSet() throws Exception {
        Dump dump = captured("6.12.107-o05-switch");
        Plan plan = plan(dump.read(List.of("node0.cpu.vendor=AuthenticAMD", "node0.cpu.family=25")));
        assertThat(plan.fabric().bootCpu()).isEqualTo(new Cpu("AuthenticAMD", 25, 94));
    }

    private static final String TWO_ENDPOINTS = """
            01:00.0 Ethernet controller [0200]: Synthetic [15b3:101b]
            \tRegion 0: Memory at e0000000 (64-bit, prefetchable) [size=32M]
            \tCapabilities: [60] Express (v2) Endpoint, MSI 00
            \t\tDevCap:\tMaxPayload 512 bytes, PhantFunc 0
            \tCapabilities: [100 v1] Advanced Error Reporting
            02:00.0 3D controller [0302]: Synthetic [10de:20b0]
            \tCapabilities: [60] Express (v2) Endpoint, MSI 00
            \t\tDevCap:\tMaxPayload 256 bytes, PhantFunc 0
            \tCapabilities: [100 v1] Advanced Error Reporting
            """;

    @Test
    void excerptWithoutBridgesGivesNoVerdict() throws Exception {
        Path file = Files.writeString(folder.resolve("excerpt.txt"), TWO_ENDPOINTS);
        Plan plan = plan(dump("lspci:" + file).read(List.of()));
        P2pdma p2pdma = new P2pdma(plan.fabric(), plan.fabric().bootCpu(), KernelRules.of(plan.kernel()));
        var verdict = p2pdma.verdict(Bdf.parse("01:00.0"), Bdf.parse("02:00.0"));
        assertThat(verdict.mapType()).isEqualTo(MapType.DEPENDS_ON);
        assertThat(verdict.branches())
                .extracting(Verdict.Branch::mapType)
                .containsExactly(MapType.BUS_ADDR, MapType.THRU_HOST_BRIDGE, MapType.NOT_SUPPORTED);
        assertThat(plan.notes())
                .filteredOn(note -> note.kind() == Note.Kind.NOT_KNOWN)
                .extracting(Note::text)
                .anyMatch(text -> text.contains("no bridge above") && text.contains("0000:01:00.0"));
    }

    @Test
    void whatIsNotKnownStaysSoInTheScenarioFile() throws Exception {
        Path file = Files.writeString(folder.resolve("excerpt.txt"), TWO_ENDPOINTS);
        Dump dump = dump("lspci:" + file);
        Plan imported = imported(dump);
        assertThat(imported.fabric()).isEqualTo(plan(dump.read(List.of())).fabric());
        assertThat(imported.fabric().bootCpu().isKnown()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"lspci:x.txt, LSPCI", "sysfs:/tmp/t.tar, SYSFS", "rdma-topo:t.json, RDMA_TOPO", "nccl:a:b.xml, NCCL"})
    void aFormatAndAPathNameADump(String text, DumpFormat format) {
        assertThat(dump(text).format()).isEqualTo(format);
        assertThat(dump(text).path()).isEqualTo(Path.of(text.substring(text.indexOf(':') + 1)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"gaudi-rdma", "C:/x.yaml", "lspci.txt", ":x"})
    void otherTextNamesNone(String text) {
        assertThat(Dump.of(text)).isEmpty();
    }

    @Test
    void missingFileAndEmptyFolderAreSaid() {
        assertThatThrownBy(() -> dump("lspci:" + folder.resolve("no.txt")).inventory())
                .isInstanceOf(InventoryException.class)
                .hasMessageContaining("no such file");
        assertThatThrownBy(() -> dump("lspci:" + folder).inventory())
                .isInstanceOf(InventoryException.class)
                .hasMessageContaining("sudo lspci -vvvnn -xxxx");
    }
}
