package org.p2psim.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.p2psim.scenario.library.Library;

/** What the commands promise: exit codes, streams, files. */
class CommandLineTest {
    private record Result(int code, String out, String err) {}

    private static Result p2psim(String... args) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int code = Main.execute(
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                args);
        return new Result(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    static List<String> shipped() {
        return Library.names();
    }

    @ParameterizedTest
    @MethodSource("shipped")
    void everyShippedScenarioMeetsItsExpectations(String name) {
        Result result = p2psim("compare", name);
        assertThat(result.err()).isEmpty();
        assertThat(result.code()).as(result.out()).isZero();
    }

    /** TLPs that repeat what the one before did while a function goes away; a run that ends with somebody waiting. */
    @ParameterizedTest
    @ValueSource(strings = {"vfio-close-window", "vfio-importer-never-unmaps"})
    void whatIsSkippedIsJudgedLikeWhatIsNot(String name) {
        Result all = p2psim("run", name, "--json", "--fidelity=L0");
        assertThat(all.code()).isZero();
        assertThat(p2psim("run", name, "--json", "--fidelity=L2").out()).isEqualTo(all.out());
    }

    /** Linux 7.2.8, "dma-buf: Split sgl by largest page-aligned chunk". */
    @ParameterizedTest
    @CsvSource({"6.19, true", "7.1, true", "7.2.7, true", "7.2.8, false", "7.3, false"})
    void whoExportsMoreThan4GibIsWarnedOfReleasesThatCutItBadly(String release, boolean warned) {
        String json = p2psim(
                        "run",
                        "vfio-beyond-4-gib",
                        "--variant=translating",
                        "--set=kernel.release=" + release,
                        "--json")
                .out();
        assertThat(json.contains("as released, %s may do otherwise".formatted(release)))
                .isEqualTo(warned);
    }

    @ParameterizedTest
    @MethodSource("shipped")
    void everyShippedScenarioIsGoodWhenItIsShownAndValidated(String name, @TempDir Path folder) throws Exception {
        Path file = folder.resolve("mine.yaml");
        Files.writeString(file, p2psim("show", name).out());
        assertThat(p2psim("validate", file.toString()).code()).isZero();
    }

    @ParameterizedTest
    @MethodSource("shipped")
    void twoRunsOfOneScenarioPrintTheSameBytes(String name) {
        assertThat(p2psim("compare", name, "--json").out())
                .isEqualTo(p2psim("compare", name, "--json").out());
    }

    @Test
    void jsonIsOneDocumentAndAllThatStandardOutputGets() {
        Result result = p2psim("run", "gaudi-rdma", "--json");
        assertThat(result.out()).startsWith("{").endsWith("}\n").contains("\"p2psim-outcome\" : 2");
        assertThat(result.err()).isEmpty();
    }

    @Test
    void profilesAreListedWithValuesSourceAndErrorLeft() {
        Result result = p2psim("list", "--profiles");
        assertThat(result.code()).isZero();
        assertThat(result.out())
                .contains("arrow-lake", "root complex: Intel Core Ultra", "values      p2p.reads refused")
                .contains("source      NVIDIA/open-gpu-kernel-modules#1253", "error left  ");
    }

    @Test
    void everyBugIsListedByTheNameThatAScenarioSays() {
        Result result = p2psim("list", "--bugs");
        assertThat(result.code()).isZero();
        assertThat(result.out())
                .contains(
                        "revoked-inverted\n  effect  ",
                        "  with    vfio-rfc\n",
                        "  with    no profile: kernel.bugs only\n",
                        "  breaks  I-08, I-27\n",
                        "  breaks  no invariant: an operation has another errno than vfio-slices expects\n",
                        "  shown   p2psim run vfio-reset --variant vfio-6.19 --bugs revoked-inverted --explore 100\n");
        assertThat(p2psim("list", "--bugs", "--json").out())
                .startsWith("{")
                .contains("\"p2psim-bugs\" : 1", "\"name\" : \"page-cursor-stale\"")
                .contains("\"breaks\" : [ \"I-16\" ]", "\"scenario\" : \"rdma-double-unpin\"");
        String all = result.out().lines().filter(line -> !line.startsWith(" ")).collect(Collectors.joining(","));
        assertThat(p2psim("run", "gaudi-rdma", "--set", "kernel.bugs=[" + all + "]")
                        .code())
                .isNotEqualTo(2);
    }

    @Test
    void theCommandLineSaysWhichMistakesTheKernelMakesWhateverTheScenarioSays() {
        Result none = p2psim("run", "rdma-double-unpin", "--variant", "before-2026", "--bugs", "none");
        assertThat(none.code()).isEqualTo(1);
        assertThat(none.out()).contains("FAILED", "Invariants: 17 of 17 held");
        Result one = p2psim("run", "rdma-double-unpin", "--variant", "fixed", "--bugs", "pinned-unpinned-twice");
        assertThat(one.code()).isEqualTo(1);
        assertThat(one.out()).contains("I-16");
        Result unknown = p2psim("run", "rdma-double-unpin", "--bugs", "gremlins");
        assertThat(unknown.code()).isEqualTo(2);
        assertThat(unknown.err()).startsWith("--bugs gremlins: no such mistake");
    }

    @Test
    void anExplorationOfSeveralVariantsSaysHowMuchInAll() {
        assertThat(p2psim("run", "rdma-double-unpin", "vfio-reset", "--explore", "3", "--bugs", "none")
                        .out())
                .contains("In all: 12 interleavings of 4 variants of 2 scenarios", "no invariant broke unexpectedly");
    }

    @Test
    void whatCannotBeExploredIsSaid() {
        String[][] wrong = {
            {"--explore", "0"},
            {"--explore", "-1"},
            {"--explore", "1e12"},
            {"--explore", "2", "--within", "0"},
            {"--explore", "2", "--within", "garbage"},
            {"--explore", "2", "--interleaving", "1"},
            {"--interleaving", "-1"},
            {"--shrink"},
        };
        for (String[] options : wrong) {
            Result result = p2psim(Stream.concat(Stream.of("run", "vfio-reset"), Arrays.stream(options))
                    .toArray(String[]::new));
            assertThat(result.code()).as("%s", (Object) options).isEqualTo(2);
            assertThat(result.err()).as("%s", (Object) options).contains("--").doesNotContain("Exception");
            assertThat(result.out()).isEmpty();
        }
    }

    @Test
    void anExplorationIsReportedWithTheCommandThatReplaysIt() {
        Result result = p2psim("run", "gaudi-rdma", "--variant", "vm", "--explore", "3", "--workers", "2");
        assertThat(result.err()).isEmpty();
        assertThat(result.code()).isZero();
        assertThat(result.out())
                .startsWith("gaudi-rdma  [vm]: 3 interleavings of seed 1")
                .endsWith("no invariant broke\n");
        assertThat(p2psim("run", "gaudi-rdma", "--variant", "vm", "--interleaving", "2")
                        .code())
                .isLessThan(2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--explore 0",
                "--explore 5 --interleaving 2",
                "--shrink",
                "--within 1us",
                "--explore 5 --within soon",
                "--explore 5 --workers 0",
                "--explore 5 --html x.html",
                "--interleaving -1"
            })
    void whatCannotBeExploredIsSaid(String options) {
        Result result = p2psim(("run gaudi-rdma " + options).split(" "));
        assertThat(result.code()).isEqualTo(2);
        assertThat(result.err()).contains("--").doesNotContain("defect");
    }

    static Stream<String> examples() {
        return Stream.of("", "compare", "run", "matrix", "conformance", "validate", "list", "show", "schema", "report")
                .map(command -> p2psim(command.isEmpty() ? new String[] {"--help"} : new String[] {command, "--help"}))
                .flatMap(help -> help.out().lines())
                .map(String::strip)
                .filter(line -> line.startsWith("p2psim "))
                .distinct();
    }

    @ParameterizedTest
    @MethodSource("examples")
    void anExampleOfTheHelpWorksAsPasted(String example, @TempDir Path folder) throws Exception {
        Path launcher = folder.resolve("p2psim");
        Files.writeString(
                launcher,
                "#!/bin/sh\nexec '%s' -cp '%s' org.p2psim.cli.Main \"$@\"\n"
                        .formatted(
                                Path.of(System.getProperty("java.home"), "bin", "java"),
                                System.getProperty("java.class.path")));
        assertThat(launcher.toFile().setExecutable(true)).isTrue();
        // What an example reads, an earlier command of the help has written.
        Files.writeString(folder.resolve("mine.yaml"), Library.text("gaudi-rdma"));
        // Examples are for the root of the sources.
        Path sources = Files.createSymbolicLink(
                folder.resolve("sim-runner"), Path.of("").toAbsolutePath());
        ProcessBuilder shell = new ProcessBuilder("sh", "-e", "-c", example).directory(folder.toFile());
        shell.environment().merge("PATH", folder.toString(), (path, first) -> first + ":" + path);
        shell.redirectErrorStream(true);
        Process process = shell.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        Files.delete(sources);
        assertThat(process.waitFor()).as(output).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "frobnicate",
                "schema exprot",
                "run",
                "run --frobnicate gaudi-rdma",
                "show nothing",
                "run nothing.yaml"
            })
    void wrongUsageEndsWith2AndAMessage(String line) {
        Result result = p2psim(line.isEmpty() ? new String[0] : line.split(" "));
        assertThat(result.code()).isEqualTo(2);
        assertThat(result.err()).isNotBlank().doesNotContain("Exception");
        assertThat(result.out()).isEmpty();
    }

    @Test
    void aFailedExpectationEndsWith1AndSaysWhatWasFound(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("wrong.yaml");
        Files.writeString(file, Library.text("gaudi-rdma").replace("errno: EPERM", "errno: EINVAL"));
        Result result = p2psim("run", file.toString());
        assertThat(result.code()).isEqualTo(1);
        assertThat(result.out()).contains("FAILED").contains("-EPERM");
    }

    @Test
    void badInputWritesNoReport(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("bad.yaml");
        Files.writeString(file, "p2psim: 1\ntitle: [\n");
        Path report = folder.resolve("report.html");
        assertThat(p2psim("compare", file.toString(), "--html", report.toString())
                        .code())
                .isEqualTo(2);
        assertThat(report).doesNotExist();
    }

    @Test
    void aReportIsWrittenWholeOrNotAtAll(@TempDir Path folder) throws Exception {
        Result nowhere = p2psim(
                "compare",
                "gaudi-rdma",
                "--html",
                folder.resolve("no/such/folder.html").toString());
        assertThat(nowhere.code()).isEqualTo(2);
        Path report = folder.resolve("report.html");
        assertThat(p2psim("compare", "gaudi-rdma", "--html", report.toString()).code())
                .isZero();
        try (Stream<Path> left = Files.list(folder)) {
            assertThat(left).containsExactly(report);
        }
    }

    @Test
    void aReportToALinkGoesWhereTheLinkLeads(@TempDir Path folder) throws Exception {
        Path file = Files.createFile(folder.resolve("file.html"));
        Path link = Files.createSymbolicLink(folder.resolve("link.html"), file);
        assertThat(p2psim("compare", "gaudi-rdma", "--html", link.toString()).code())
                .isZero();
        assertThat(link).isSymbolicLink();
        assertThat(file).isNotEmptyFile();
    }

    @Test
    void aReportFromAStoredOutcomeIsTheReportOfItsRun(@TempDir Path folder) throws Exception {
        Path outcome = folder.resolve("outcome.json");
        Files.writeString(outcome, p2psim("compare", "gaudi-rdma", "--json").out());
        Path direct = folder.resolve("direct.html");
        Path stored = folder.resolve("stored.html");
        assertThat(p2psim("compare", "gaudi-rdma", "--html", direct.toString()).code())
                .isZero();
        assertThat(p2psim("report", outcome.toString(), "--html", stored.toString())
                        .code())
                .isZero();
        assertThat(stored).hasSameTextualContentAs(direct);
    }

    @Test
    void aTraceIsWrittenWholeAndOfAStoredOutcomeToo(@TempDir Path folder) throws Exception {
        Path outcome = folder.resolve("outcome.json");
        Files.writeString(
                outcome,
                p2psim("run", "vfio-reset-under-four-importers", "--json").out());
        Path direct = folder.resolve("direct.json");
        Path stored = folder.resolve("stored.json");
        Result run = p2psim("run", "vfio-reset-under-four-importers", "--trace", direct.toString());
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(p2psim("report", outcome.toString(), "--trace", stored.toString())
                        .code())
                .isZero();
        assertThat(stored).hasSameTextualContentAs(direct);
        assertThat(direct).content().startsWith("{").endsWith("]}\n").contains("\"waited for\"");
        try (Stream<Path> left = Files.list(folder)) {
            assertThat(left).containsExactlyInAnyOrder(outcome, direct, stored);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"--html", "--junit", "--trace"})
    void noReportOverwritesWhatIsRead(String option, @TempDir Path folder) throws Exception {
        String text = p2psim("show", "two-sockets").out();
        Path scenario = Files.writeString(folder.resolve("mine.yaml"), text);
        Path link = Files.createSymbolicLink(folder.resolve("link.yaml"), scenario);
        for (Path output : List.of(scenario, link, folder.resolve("./mine.yaml"))) {
            Result result = p2psim("run", "vfio-reset", scenario.toString(), option, output.toString());
            assertThat(result.code()).isEqualTo(2);
            assertThat(result.out()).isEmpty();
            assertThat(result.err()).contains(option + " " + output + ": would overwrite the input " + scenario);
        }
        assertThat(p2psim("compare", scenario.toString(), option, scenario.toString())
                        .code())
                .isEqualTo(2);
        assertThat(scenario).hasContent(text);
    }

    @Test
    void noTwoReportsAreOneFile(@TempDir Path folder) throws Exception {
        Path other = Files.createSymbolicLink(folder.resolve("other"), folder);
        Result result = p2psim(
                "run",
                "vfio-reset",
                "--html",
                folder.resolve("report").toString(),
                "--trace",
                other.resolve("report").toString());
        assertThat(result.code()).isEqualTo(2);
        assertThat(result.err()).contains("the same file as of --html");
        assertThat(folder.resolve("report")).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(strings = {"--html", "--junit", "--trace"})
    void aReportIsAFileAndNeverStandardOutput(String option) {
        Result result = p2psim("run", "vfio-reset", option, "-");
        assertThat(result.code()).isEqualTo(2);
        assertThat(result.out()).isEmpty();
        assertThat(result.err()).contains(option + " -: not standard output");
        assertThat(Path.of("-")).doesNotExist();
    }

    @Test
    void anImportLeavesItsDumpAlone(@TempDir Path folder) throws Exception {
        Path dump = Files.writeString(folder.resolve("lspci.txt"), "00:00.0 0600: 8086:09a2\n");
        Result result = p2psim("import", "lspci:" + dump, "-o", dump.toString());
        assertThat(result.code()).isEqualTo(2);
        assertThat(result.err()).contains("would overwrite the input");
        assertThat(dump).hasContent("00:00.0 0600: 8086:09a2\n");
    }

    @Test
    void anExplorationHasNoTrace(@TempDir Path folder) {
        Path trace = folder.resolve("trace.json");
        Result result = p2psim("run", "vfio-reset", "--explore", "2", "--trace", trace.toString());
        assertThat(result.code()).isEqualTo(2);
        assertThat(trace).doesNotExist();
    }

    @Test
    void theMatrixOfAnotherKernelIsThatKernels() {
        assertThat(p2psim("matrix", "two-sockets", "--kernel", "5.5", "--json").out())
                .contains("\"kernel\" : \"5.5\"");
    }

    @Test
    void aMatrixAsAPageIsAFileAndNothingOnStandardOutput(@TempDir Path folder) throws Exception {
        Path page = folder.resolve("matrix.html");
        Result result = p2psim("matrix", "gaudi-rdma", "--html", page.toString());
        assertThat(result.code()).isZero();
        assertThat(result.out()).isEmpty();
        assertThat(page).content().startsWith("<!doctype html>").endsWith("</html>\n");
    }
}
