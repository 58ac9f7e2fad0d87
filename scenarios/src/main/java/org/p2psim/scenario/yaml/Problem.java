package org.p2psim.scenario.yaml;

import java.util.Comparator;
import org.p2psim.scenario.VisibleText;

/**
 * Something wrong with a scenario file.
 *
 * @param file as the user named it, or the option that brought the value
 * @param line counted from 1; 0 if the problem has no place in a file
 * @param column counted from 1, in characters
 * @param path of the value, as in {@code fabric.sockets[0].id}; may be empty
 * @param message one sentence
 * @param rule short name of the rule that is broken
 * @param snippet the line of the file; may be empty
 */
public record Problem(String file, int line, int column, String path, String message, String rule, String snippet)
        implements Comparable<Problem> {
    private static final int WIDEST_SNIPPET = 160;
    private static final int LONGEST_TEXT = 600;
    private static final Comparator<Problem> ORDER = Comparator.comparingInt(Problem::line)
            .thenComparingInt(Problem::column)
            .thenComparing(Problem::path)
            .thenComparing(Problem::message);

    @Override
    public int compareTo(Problem other) {
        return ORDER.compare(this, other);
    }

    /**
     * As compilers write it: {@code file:line:column: path: message [rule]}, then the line with a caret. Characters
     * that would move the cursor or change colours are shown as escapes, long lines are cut around the place.
     */
    public String render() {
        StringBuilder out = new StringBuilder(VisibleText.of(file));
        if (line > 0) {
            out.append(':').append(line).append(':').append(column);
        }
        out.append(": ");
        if (!path.isEmpty()) {
            out.append(VisibleText.clipped(path, LONGEST_TEXT)).append(": ");
        }
        out.append(VisibleText.clipped(message, LONGEST_TEXT))
                .append(" [")
                .append(rule)
                .append(']');
        if (line > 0 && !snippet.isBlank()) {
            out.append('\n').append(source());
        }
        return out.toString();
    }

    private String source() {
        int[] all = snippet.codePoints().toArray();
        int at = Math.min(column - 1, all.length);
        int from = all.length <= WIDEST_SNIPPET ? 0 : Math.max(0, at - WIDEST_SNIPPET / 2);
        int to = Math.min(all.length, from + WIDEST_SNIPPET);
        String before = (from > 0 ? "..." : "") + VisibleText.of(new String(all, from, at - from));
        String after = VisibleText.of(new String(all, at, to - at)) + (to < all.length ? "..." : "");
        String number = Integer.toString(line);
        String margin = " ".repeat(number.length());
        return "%s |\n%s | %s%s\n%s | %s^"
                .formatted(margin, number, before, after, margin, " ".repeat(before.length()));
    }
}
