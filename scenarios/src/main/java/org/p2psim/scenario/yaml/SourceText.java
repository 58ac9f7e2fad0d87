package org.p2psim.scenario.yaml;

import com.google.common.base.CharMatcher;
import com.google.common.base.Splitter;
import java.util.List;

/** The text of a file, by line, or the value of a command-line option, which has no lines. */
final class SourceText {
    private final String file;
    private final String text;
    private final List<String> lines;

    private SourceText(String file, String text, List<String> lines) {
        this.file = file;
        this.text = text;
        this.lines = lines;
    }

    static SourceText ofFile(String file, String text) {
        return new SourceText(file, text, Splitter.onPattern("\r\n|\r|\n").splitToList(text));
    }

    /** @param name the option as typed, which problems are reported under */
    static SourceText ofOption(String name, String value) {
        return new SourceText(name, value, List.of());
    }

    String file() {
        return file;
    }

    String text() {
        return text;
    }

    /** What stands in a span, on one line. */
    String between(Span span) {
        int from = text.offsetByCodePoints(0, span.start());
        int to = text.offsetByCodePoints(from, span.end() - span.start());
        return CharMatcher.whitespace().trimAndCollapseFrom(text.substring(from, to), ' ');
    }

    Problem problem(Span span, String path, String message, String rule) {
        return problem(span.line(), span.column(), path, message, rule);
    }

    Problem problem(int line, int column, String path, String message, String rule) {
        if (lines.isEmpty()) {
            return new Problem(file, 0, 0, path, message, rule, "");
        }
        String snippet = line <= lines.size() ? lines.get(line - 1) : "";
        return new Problem(file, line, column, path, message, rule, snippet);
    }

    /** A problem of the whole file. */
    static Problem problem(String file, String message, String rule) {
        return new Problem(file, 0, 0, "", message, rule, "");
    }
}
