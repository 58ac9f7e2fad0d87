package org.p2psim.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The README shows what the commands print; a line of three dots stands for the rest. */
class ReadmeTest {
    private static final String PROMPT = "    $ sim-runner/bin/p2psim ";

    private record Example(String arguments, List<String> output, boolean cut) {
        @Override
        public String toString() {
            return arguments;
        }
    }

    static Stream<Example> examples() throws Exception {
        List<String> lines = Files.readAllLines(Path.of("..", "README.md"));
        List<Example> examples = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).startsWith(PROMPT)) {
                examples.add(example(lines, i));
            }
        }
        assertThat(examples).isNotEmpty();
        return examples.stream();
    }

    private static Example example(List<String> lines, int prompt) {
        List<String> output = new ArrayList<>();
        for (String line : lines.subList(prompt + 1, lines.size())) {
            if (!line.isEmpty() && !line.startsWith("    ")) {
                break;
            }
            output.add(line.isEmpty() ? "" : line.substring(4));
        }
        while (output.get(output.size() - 1).isEmpty()) {
            output.remove(output.size() - 1);
        }
        boolean cut = output.remove("...");
        return new Example(lines.get(prompt).substring(PROMPT.length()), output, cut);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("examples")
    void anExampleOfTheReadmeIsWhatTheCommandPrints(Example example) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Main.execute(
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8),
                fromHere(example.arguments()).split(" "));
        List<String> printed = out.toString(StandardCharsets.UTF_8)
                .lines()
                .map(line -> fromRoot(line).stripTrailing())
                .toList();
        if (example.cut()) {
            assertThat(printed).startsWith(example.output().toArray(String[]::new));
        } else {
            assertThat(printed).isEqualTo(example.output());
        }
    }

    /** The README's paths begin at the repository's root; tests run in this module. */
    private static String fromHere(String arguments) {
        return arguments.replace("sim-runner/src/", "src/");
    }

    private static String fromRoot(String line) {
        return line.replace("src/test/resources/", "sim-runner/src/test/resources/");
    }
}
