package org.p2psim.report.text;

import com.google.common.base.Splitter;
import java.util.ArrayList;
import java.util.List;

/** Text that a terminal shows as it stands: names come from files, and a file may hold anything. */
final class Plain {
    private Plain() {}

    /** Without control and direction characters, which could rewrite the screen. */
    static String safe(String text) {
        StringBuilder safe = new StringBuilder();
        text.codePoints().forEach(c -> safe.appendCodePoint(shows(c) ? c : '?'));
        return safe.toString();
    }

    private static boolean shows(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }

    static int width(String text) {
        return text.codePointCount(0, text.length());
    }

    static String shortened(String text, int width) {
        String safe = safe(text);
        if (width(safe) <= width) {
            return safe;
        }
        return safe.substring(0, safe.offsetByCodePoints(0, width - 3)) + "...";
    }

    /** Cut at blanks into lines of at most {@code width}; the first begins with one text, the others with another. */
    static List<String> wrapped(String first, String others, String text, int width) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder(first);
        boolean empty = true;
        for (String word : Splitter.on(' ').omitEmptyStrings().split(safe(text))) {
            if (!empty && width(line.toString()) + 1 + width(word) > width) {
                lines.add(line.toString());
                line = new StringBuilder(others);
                empty = true;
            }
            line.append(empty ? "" : " ").append(word);
            empty = false;
        }
        lines.add(line.toString().stripTrailing());
        return lines;
    }
}
