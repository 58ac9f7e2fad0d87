package org.p2psim.scenario.yaml;

import com.google.common.io.Resources;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The sketch of the manual, as it is or with an edit. */
final class Sketch {
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
}
