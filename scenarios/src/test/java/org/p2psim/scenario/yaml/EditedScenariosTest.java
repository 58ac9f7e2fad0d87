package org.p2psim.scenario.yaml;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever a user does to a scenario, the answer is plans or problems with a place. */
class EditedScenariosTest {
    private static final List<String> PIECES = List.of(
            "0",
            "-1",
            "99999999999999999999",
            "null",
            "true",
            "[]",
            "{}",
            "~",
            "*a",
            "&a ",
            "!!str ",
            "\"",
            "'",
            "|",
            "x",
            "16EiB",
            "0xffffffffffffffff",
            "gen6 x32",
            "dp0",
            "nic0",
            "gaudi0",
            "rc0",
            "s0",
            "00.0",
            "ff",
            "0B",
            "1ps",
            "\n",
            "- ",
            ": ",
            ", ",
            "?",
            "#",
            "\u0000",
            "\u202e",
            "all",
            "EPERM",
            "habanalabs",
            "rdma-nic",
            "7.3",
            "4.0");

    static LongStream seeds() {
        return LongStream.range(0, 1500);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void anyEditGivesPlansOrProblems(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        String text = Sketch.text();
        for (int edit = random.nextInt(1, 4); edit > 0; edit--) {
            text = random.nextBoolean() ? withAnotherWord(text, random) : withAPiece(text, random);
        }
        ScenarioFile file = Sketch.read(text);
        assertThat(file.problems().isEmpty()).isNotEqualTo(file.plans().isEmpty());
        assertThat(file.problems()).allSatisfy(problem -> {
            assertThat(problem.message()).isNotEmpty();
            assertThat(problem.line()).isPositive();
            assertThat(problem.render()).startsWith("file.yaml:");
        });
        assertThat(file.problems()).isSorted();
    }

    private static String withAnotherWord(String text, SplittableRandom random) {
        int start = random.nextInt(text.length());
        int end = start;
        while (end < text.length() && Character.isLetterOrDigit(text.charAt(end))) {
            end++;
        }
        return text.substring(0, start) + piece(random) + text.substring(end);
    }

    private static String withAPiece(String text, SplittableRandom random) {
        int start = random.nextInt(text.length());
        int end = Math.min(text.length(), start + random.nextInt(8));
        return text.substring(0, start) + piece(random) + text.substring(end);
    }

    private static String piece(SplittableRandom random) {
        return PIECES.get(random.nextInt(PIECES.size()));
    }
}
