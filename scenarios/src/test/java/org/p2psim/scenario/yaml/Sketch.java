package org.p2psim.scenario.yaml;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.io.Resources;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.p2psim.scenario.Plan;

/** Scenarios to try the reader on: the sketch of the manual, as it is or with an edit, and a machine of one socket. */
final class Sketch {
    /** What comes before the root ports of a machine that has only those. */
    static final String ONE_ROOT_COMPLEX = """
            p2psim: 1
            title: One root complex
            kernel: { release: "6.19" }
            fabric:
              sockets: [ { id: s0, cpu: { vendor: GenuineIntel, family: 6, model: 85 } } ]
              root-complexes:
                - id: rc0
                  socket: s0
                  bus: "0000:16"
            """;

    private Sketch() {}

    static String text() {
        try {
            return Resources.toString(Resources.getResource(Sketch.class, "sketch.yaml"), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The sketch with one piece of text replaced, which must be there. */
    static String with(String old, String replacement) {
        String text = text();
        if (!text.contains(old)) {
            throw new IllegalArgumentException("the sketch has no " + old);
        }
        return text.replace(old, replacement);
    }

    static ScenarioFile read(String text, String... settings) {
        return ScenarioReader.read("file.yaml", text.getBytes(StandardCharsets.UTF_8), List.of(settings));
    }

    /** The first plan of a file without problems. */
    static Plan plan(String text) {
        ScenarioFile file = read(text);
        assertThat(file.problems().stream().map(Problem::render)).isEmpty();
        return file.plans().get(0);
    }

    /** Of a text in which {@code ^} stands where the problem is: this one is found there, and no other. */
    static void assertProblem(String marked, String problem) {
        String before = marked.substring(0, marked.indexOf('^'));
        long line = 1 + before.chars().filter(c -> c == '\n').count();
        int column = before.length() - before.lastIndexOf('\n');
        assertThat(read(marked.replace("^", "")).problems().stream()
                        .map(found -> found.render().lines().findFirst().orElse("")))
                .containsExactly("file.yaml:%d:%d: %s".formatted(line, column, problem));
    }
}
