package org.p2psim.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What {@code p2psim conformance} promises: exit codes, one line a source, all differences, one JSON document. */
class ConformanceCommandTest {
    private static final Path SHIPPED = Path.of("src", "test", "resources", "conformance");
    private static final Path CASES = SHIPPED.resolve("p2pdma-cases.jsonl");

    private record Result(int code, String out, String err) {}

    @TempDir
    private Path folder;

    private static Result conformance(Object... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        String[] words = new String[arguments.length + 1];
        words[0] = "conformance";
        Arrays.setAll(words, i -> i == 0 ? "conformance" : arguments[i - 1].toString());
        int code = Main.execute(
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                words);
        return new Result(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    /** The named cases, of which some have another distance than the kernel answered. */
    private Path wrongCases() throws Exception {
        return Files.writeString(
                folder.resolve("wrong.jsonl"), Files.readString(CASES).replace("\"distance\":4", "\"distance\":40"));
    }

    private static JsonNode json(String text) {
        return JsonMapper.builder()
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .build()
                .readTree(text);
    }

    @Test
    void agreementIsALineForEachSourceAndTheSum() {
        Result result = conformance(CASES, SHIPPED.resolve("sgtable-vectors.jsonl"));
        assertThat(result.out())
                .isEqualTo(CASES + ": 92 of 92 agree\n" + SHIPPED.resolve("sgtable-vectors.jsonl")
                        + ": 345 of 345 agree\n437 of 437 agree\n");
        assertThat(result.err()).isEmpty();
        assertThat(result.code()).isZero();
    }

    @Test
    void aWrongRecordedAnswerIsListedAndEndsWith1() throws Exception {
        Path file = wrongCases();
        Result result = conformance(file);
        assertThat(result.code()).isEqualTo(1);
        assertThat(result.out())
                .startsWith(file + ": ")
                .contains(
                        " of 92 agree\n\n" + file + "\n  case-03 query 1: provider 0000:03:00.0, clients 0000:04:00.0:")
                .contains("distance: recorded 40, model 4\n");
        assertThat(result.err()).isEmpty();
    }

    @Test
    void jsonIsOneDocumentWithAllDifferences() throws Exception {
        Path file = wrongCases();
        Result result = conformance(file, CASES, "--json");
        assertThat(result.code()).isEqualTo(1);
        JsonNode document = json(result.out());
        assertThat(document.get("p2psim-conformance").asInt()).isEqualTo(1);
        assertThat(document.get("cases").asInt()).isEqualTo(184);
        JsonNode wrong = document.get("sources").get(0);
        assertThat(wrong.get("source").asString()).isEqualTo(file.toString());
        assertThat(wrong.get("agreeing").asInt() + wrong.get("differences").size())
                .isEqualTo(92);
        assertThat(wrong.get("differences").get(0).get("id").asString()).isEqualTo("case-03 query 1");
        assertThat(document.get("sources").get(1).get("differences")).isEmpty();
        assertThat(json(conformance(CASES, "--json").out()).get("agreeing").asInt())
                .isEqualTo(92);
    }

    @Test
    void textListsTheFirst100DifferencesAndCountsTheRest() throws Exception {
        Path file = Files.writeString(
                folder.resolve("wrong.jsonl"),
                Files.readString(CASES)
                        .replace("\"distance\":4", "\"distance\":40")
                        .repeat(5));
        Result text = conformance(file, file);
        int differing = json(conformance(file, file, "--json").out())
                .get("sources")
                .valueStream()
                .mapToInt(source -> source.get("differences").size())
                .sum();
        assertThat(differing).isGreaterThan(200);
        assertThat(text.out().lines().filter(line -> line.startsWith("  case-")))
                .hasSize(100);
        assertThat(text.out()).endsWith("\nand %d more; --json lists all\n".formatted(differing - 100));
    }

    @Test
    void twoReplaysPrintTheSameBytes() throws Exception {
        Path file = wrongCases();
        assertThat(conformance(folder, SHIPPED.resolve("sgtable-vectors.jsonl"), file)
                        .out())
                .isEqualTo(conformance(folder, SHIPPED.resolve("sgtable-vectors.jsonl"), file)
                        .out());
    }

    private static void refused(Result result, String message) {
        assertThat(result.code()).isEqualTo(2);
        assertThat(result.err()).contains(message).doesNotContain("Exception").doesNotContain("\tat ");
        assertThat(result.out()).as("half a result").isEmpty();
    }

    @Test
    void aBadLineEndsWith2AndNoResult() throws Exception {
        Path bad = Files.writeString(folder.resolve("bad.jsonl"), Files.readString(CASES) + "{\"id\":\n");
        refused(conformance(CASES, bad), bad + ":67: not a JSON object");
        refused(conformance(bad, "--json"), bad + ":67: not a JSON object");
    }

    @Test
    void truncatedGzipABinaryFileAnEmptyFolderAndAMissingPathEndWith2() throws Exception {
        byte[] whole = Files.readAllBytes(SHIPPED.resolve("acs-vectors.jsonl.gz"));
        Path cut = Files.write(folder.resolve("cut.jsonl.gz"), Arrays.copyOf(whole, whole.length / 2));
        refused(conformance(cut), ": the gzip data ends in the middle: the file is not complete");
        Path binary = Files.write(folder.resolve("binary"), new byte[] {0x7f, 'E', 'L', 'F', 2, 1, 1, 0});
        refused(conformance(binary), binary + ":1: not a JSON object");
        Path empty = Files.createDirectory(folder.resolve("empty"));
        refused(conformance(empty), empty + ": no evidence in this folder");
        refused(conformance(folder.resolve("nothing")), "nothing: no such file or folder");
        refused(conformance(), "Missing required parameter: 'PATH'");
    }

    @Test
    void whatAFileSaysDoesNotReachTheTerminalAsControlCharacters() throws Exception {
        Path file = Files.writeString(
                folder.resolve("wrong.jsonl"),
                Files.readString(CASES)
                        .replace("\"distance\":4", "\"distance\":40")
                        .replace("\"case-03\"", "\"case\\u001b[2J\""));
        assertThat(conformance(file).out()).contains("case\\u{1b}[2J query 1").doesNotContain("\u001b");
    }
}
