package org.p2psim.scenario.inventory.lspci;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.p2psim.scenario.inventory.FoundFunction;
import org.p2psim.scenario.inventory.InventoryException;
import org.p2psim.scenario.inventory.KernelRuns;

/** Whatever carried a dump here (mail, forum, editor), it reads like the original. */
class CarriedTextTest {
    private static final List<String> RUNS = List.of(
            "7.2.12-o22-nvme-sriov", "6.12.107-o13-switch-acs-vtd", "6.12.107-o01-i440fx-2ep", "7.2.12-o12-pxb-two");

    static Stream<String> runs() {
        return RUNS.stream();
    }

    private static List<FoundFunction> read(byte[] content) throws InventoryException {
        return LspciReader.read("dump", content).functions();
    }

    private static void readsTheSame(String run, UnaryOperator<String> carrier) throws InventoryException {
        for (String file : List.of("lspci-vvv.txt", "lspci-xxxx.txt")) {
            String original = KernelRuns.text(run, file);
            assertThat(read(carrier.apply(original).getBytes(StandardCharsets.UTF_8)))
                    .as(run + " " + file)
                    .isEqualTo(read(original.getBytes(StandardCharsets.UTF_8)));
        }
    }

    @ParameterizedTest
    @MethodSource("runs")
    void lineEndsOfOtherSystems(String run) throws InventoryException {
        readsTheSame(run, text -> text.replace("\n", "\r\n"));
        readsTheSame(run, text -> text.replace("\n", "\r"));
        readsTheSame(run, text -> text.replace("\n", "\n\n"));
    }

    @ParameterizedTest
    @MethodSource("runs")
    void byteOrderMarks(String run) throws InventoryException {
        readsTheSame(run, text -> "\ufeff" + text);
        for (String file : List.of("lspci-vvv.txt", "lspci-xxxx.txt")) {
            byte[] original = KernelRuns.bytes(run, file);
            byte[] wide = new String(original, StandardCharsets.UTF_8).getBytes(StandardCharsets.UTF_16);
            assertThat(read(wide)).isEqualTo(read(original));
        }
    }

    @ParameterizedTest
    @MethodSource("runs")
    void quotesAndIndentation(String run) throws InventoryException {
        readsTheSame(run, text -> "> " + text.replace("\n", "\n> "));
        readsTheSame(run, text -> ">> " + text.replace("\n", "\n>> "));
        readsTheSame(run, text -> "> > " + text.replace("\n", "\n> > "));
        readsTheSame(run, text -> "    " + text.replace("\n", "\n    "));
        readsTheSame(run, text -> text.replace("\t", "        "));
        readsTheSame(run, text -> text.replace("\t", "\u00a0\u00a0 "));
    }

    @ParameterizedTest
    @MethodSource("runs")
    void aMailProgramsLineBreaks(String run) throws InventoryException {
        for (int width = 60; width <= 90; width += 3) {
            int columns = width;
            String original = KernelRuns.text(run, "lspci-vvv.txt");
            for (String indentation : List.of("", "\t\t", " ")) {
                String broken = original.lines()
                        .map(line -> broken(line, columns, indentation))
                        .collect(Collectors.joining("\n", "", "\n"));
                assertThat(read(broken.getBytes(StandardCharsets.UTF_8)))
                        .as("%s at %d columns", run, columns)
                        .isEqualTo(read(original.getBytes(StandardCharsets.UTF_8)));
            }
        }
    }

    /** Breaks at the last blank before the margin, as mail programs do. */
    private static String broken(String line, int columns, String indentation) {
        if (line.length() <= columns) {
            return line;
        }
        int text = line.length() - line.stripLeading().length();
        int at = line.lastIndexOf(' ', columns);
        return at <= text
                ? line
                : line.substring(0, at + 1) + "\n" + broken(indentation + line.substring(at + 1), columns, indentation);
    }

    @ParameterizedTest
    @MethodSource("runs")
    void domainsMayBeShown(String run) throws InventoryException {
        readsTheSame(
                run,
                text -> text.lines()
                        .map(line -> line.matches("[0-9a-f]{2}:[0-9a-f]{2}\\.[0-7] .*") ? "0000:" + line : line)
                        .collect(Collectors.joining("\n", "", "\n")));
    }

    @ParameterizedTest
    @MethodSource("runs")
    void unknownLinesAreSkipped(String run) throws InventoryException {
        SplittableRandom random = new SplittableRandom(7);
        readsTheSame(
                run,
                text -> text.lines()
                        .map(line -> line.startsWith("\tCapabilities:") && random.nextBoolean()
                                ? "\tNovelty: Frobnicate+ Quux- <?>\n" + line
                                : line)
                        .collect(Collectors.joining("\n", "", "\n")));
    }

    @Test
    void bytesThatAreNotUtf8() throws InventoryException {
        String run = RUNS.get(0);
        byte[] original = KernelRuns.bytes(run, "lspci-vvv.txt");
        byte[] latin = KernelRuns.text(run, "lspci-vvv.txt")
                .replace("Intel Corporation", "Intel \u00ae Corporation")
                .getBytes(StandardCharsets.ISO_8859_1);
        assertThat(read(latin)).hasSameSizeAs(read(original));
        assertThat(read(latin).stream().map(FoundFunction::acs))
                .containsExactlyElementsOf(
                        read(original).stream().map(FoundFunction::acs).toList());
    }
}
