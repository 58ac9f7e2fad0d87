package org.p2psim.scenario.yaml;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Files that are made to break a reader are refused like any other mistake. */
class HostileInputTest {
    private static Problem onlyProblem(String text) {
        ScenarioFile file = Sketch.read(text);
        assertThat(file.plans()).isEmpty();
        assertThat(file.problems()).hasSize(1);
        return file.problems().get(0);
    }

    @Test
    void aFileOfTwentyMegabytesIsRefusedByItsSize() {
        Problem problem = onlyProblem("#".repeat(20_000_000));
        assertThat(problem.render())
                .isEqualTo("file.yaml: larger than 16 MiB, the limit for a scenario file [too-large]");
    }

    @Test
    void aHundredThousandBracketsAreRefusedAtTheHundredAndFirst() {
        Problem problem = onlyProblem("[".repeat(100_000));
        assertThat(problem.column()).isEqualTo(101);
        assertThat(problem.message()).isEqualTo("nested deeper than 100");
    }

    @Test
    void aHundredThousandBracesAreRefused() {
        assertThat(onlyProblem("{a: ".repeat(100_000)).message()).isEqualTo("nested deeper than 100");
    }

    @Test
    void anAliasBombIsRefused() {
        StringBuilder bomb = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (int i = 1; i < 10; i++) {
            String alias = "*a" + (i - 1);
            bomb.append(
                    "a%d: &a%d [%s]\n".formatted(i, i, String.join(", ", java.util.Collections.nCopies(10, alias))));
        }
        assertThat(onlyProblem(bomb.toString()).message())
                .isEqualTo("more than 2000000 values once aliases are followed");
    }

    @Test
    void anAliasOfItselfIsRefusedWithItsLine() {
        Problem problem = onlyProblem("p2psim: 1\ndevices: &a\n  x: [*a]\n");
        assertThat(problem.message()).isEqualTo("contains itself through an alias");
        assertThat(problem.line()).isEqualTo(2);
    }

    @Test
    void aDeepChainOfAliasesIsRefused() {
        StringBuilder chain = new StringBuilder("a0: &a0 x\n");
        for (int i = 1; i < 5000; i++) {
            chain.append("a%d: &a%d [*a%d]\n".formatted(i, i, i - 1));
        }
        assertThat(onlyProblem(chain.toString()).message())
                .isEqualTo("nested deeper than 100 once aliases are followed");
    }

    @Test
    void bytesThatAreNotUtf8AreRefusedWithTheirLine() {
        byte[] content = "p2psim: 1\ntitle: caf\u00e9\n".getBytes(StandardCharsets.ISO_8859_1);
        Problem problem =
                ScenarioReader.read("file.yaml", content, List.of()).problems().get(0);
        assertThat(problem.line()).isEqualTo(2);
        assertThat(problem.message()).isEqualTo("not UTF-8: byte 0xe9 at offset 20");
    }

    @Test
    void aSecondDocumentIsRefused() {
        assertThat(onlyProblem(Sketch.text() + "---\np2psim: 1\n").message())
                .isEqualTo("one document only; a second one begins here");
    }

    @Test
    void emptyFilesAndOtherShapesAreRefused() {
        assertThat(onlyProblem("").message()).isEqualTo("the file is empty");
        assertThat(onlyProblem("# nothing\n").message()).isEqualTo("the file is empty");
        assertThat(onlyProblem("- 1\n").message()).startsWith("a scenario is keys with values");
        assertThat(onlyProblem("a: [1\n").message()).startsWith("not YAML: ");
        assertThat(onlyProblem("? [a]\n: 1\n").message()).isEqualTo("a key must be text");
        assertThat(onlyProblem("a: \"\u0007\"\n".replace("\"\u0007\"", "\u0007"))
                        .message())
                .isEqualTo("the character U+0007 is not allowed in YAML");
    }

    @Test
    void escapeSequencesDoNotReachTheTerminal() {
        String rendered = onlyProblem(Sketch.with("mode: off", "mode: \"\\e[31mred\\u202e\""))
                .render();
        assertThat(rendered)
                .contains("\"\\u{1b}[31mred\\u{202e}\" is not one of")
                .doesNotContain("\u001b", "\u202e");
    }

    @Test
    void aVeryLongLineIsCutAroundThePlace() {
        String rendered = onlyProblem(Sketch.with("mode: off", "mode: " + "x".repeat(1_000_000)))
                .render();
        assertThat(rendered.lines())
                .isNotEmpty()
                .allSatisfy(line -> assertThat(line).hasSizeLessThan(700));
    }

    @Test
    void markupInNamesIsRefusedByTheNameRule() {
        assertThat(onlyProblem(Sketch.with("id: dp1", "id: <script>")).message())
                .isEqualTo("\"<script>\" has the wrong form; write it as in gaudi0 or rp0");
    }
}
