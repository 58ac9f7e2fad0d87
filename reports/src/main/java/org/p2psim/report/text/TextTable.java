package org.p2psim.report.text;

import com.google.common.base.Strings;
import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Lines of cells under each other; the first cell is aligned left, the others as asked for. */
final class TextTable {
    private final List<ImmutableList<String>> rows = new ArrayList<>();

    void row(List<String> cells) {
        rows.add(ImmutableList.copyOf(cells));
    }

    void row(String... cells) {
        row(List.of(cells));
    }

    /** The table with every line indented by {@code indent} blanks. */
    String render(int indent) {
        int columns = rows.stream().mapToInt(List::size).max().orElse(0);
        int[] widths = new int[columns];
        for (List<String> row : rows) {
            for (int i = 0; i < row.size(); i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        StringBuilder text = new StringBuilder();
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder(" ".repeat(indent));
            for (int i = 0; i < row.size(); i++) {
                line.append(Strings.padEnd(row.get(i), widths[i] + 2, ' '));
            }
            text.append(line.toString().stripTrailing()).append('\n');
        }
        return text.toString();
    }

    static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
