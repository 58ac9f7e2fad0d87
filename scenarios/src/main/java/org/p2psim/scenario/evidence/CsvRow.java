package org.p2psim.scenario.evidence;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.p2psim.scenario.VisibleText;

/**
 * A row of comma-separated values (RFC 4180, without line ends in quotes), which knows where it stands.
 *
 * @param cells by the names of the columns
 */
record CsvRow(Place place, ImmutableMap<String, String> cells) {
    private static final int SHOWN_LENGTH_MAX = 60;
    private static final Pattern WHOLE = Pattern.compile("[0-9]{1,18}");
    private static final Pattern DECIMAL = Pattern.compile("[0-9]{1,18}(\\.[0-9]{1,30})?([eE][+-]?[0-9]{1,2})?");
    private static final String BYTE_ORDER_MARK = "\ufeff";

    static CsvRow of(EvidenceLines.Line line, List<String> columns) throws EvidenceException {
        ImmutableList<String> cells = cells(line);
        if (cells.size() != columns.size()) {
            throw line.place()
                    .wrong("%d cells, but the header names %d columns".formatted(cells.size(), columns.size()));
        }
        ImmutableMap.Builder<String, String> named = ImmutableMap.builder();
        for (int i = 0; i < columns.size(); i++) {
            named.put(columns.get(i), cells.get(i));
        }
        return new CsvRow(line.place(), named.buildOrThrow());
    }

    /** The cells of a line, without spaces around them. */
    static ImmutableList<String> cells(EvidenceLines.Line line) throws EvidenceException {
        String text = new String(line.bytes(), StandardCharsets.UTF_8).strip();
        if (text.startsWith(BYTE_ORDER_MARK)) {
            text = text.substring(BYTE_ORDER_MARK.length());
        }
        ImmutableList.Builder<String> cells = ImmutableList.builder();
        try (CSVParser parser = CSVParser.parse(text, CSVFormat.RFC4180)) {
            for (CSVRecord record : parser) {
                record.forEach(cell -> cells.add(cell.strip()));
            }
        } catch (IOException | UncheckedIOException e) {
            throw line.place()
                    .wrong("not comma-separated values: a quote does not end on this line, or text follows it");
        }
        return cells.build();
    }

    /** What is wrong with a cell. */
    EvidenceException problem(String column, String right) {
        return place.wrong(
                "%s is \"%s\", not %s".formatted(column, VisibleText.clipped(raw(column), SHOWN_LENGTH_MAX), right));
    }

    boolean has(String column) {
        return cells.containsKey(column);
    }

    private String raw(String column) {
        return cells.getOrDefault(column, "");
    }

    String text(String column) throws EvidenceException {
        if (raw(column).isEmpty()) {
            throw place.wrong("%s is empty".formatted(column));
        }
        return raw(column);
    }

    /** A whole number from 1 to {@code highest}. */
    long count(String column, long highest) throws EvidenceException {
        if (WHOLE.matcher(raw(column)).matches()) {
            long number = Long.parseLong(raw(column));
            if (number >= 1 && number <= highest) {
                return number;
            }
        }
        throw problem(column, "a whole number from 1 to " + highest);
    }

    /** A number that is not negative. */
    double decimal(String column) throws EvidenceException {
        return decimal(column, raw(column));
    }

    /** Numbers that are not negative, with {@code /} between them. */
    ImmutableList<Double> decimals(String column) throws EvidenceException {
        ImmutableList.Builder<Double> numbers = ImmutableList.builder();
        for (String number : raw(column).split("/", -1)) {
            numbers.add(decimal(column, number.strip()));
        }
        return numbers.build();
    }

    private double decimal(String column, String text) throws EvidenceException {
        if (!DECIMAL.matcher(text).matches()) {
            throw problem(column, "a number that is not negative");
        }
        return Double.parseDouble(text);
    }

    /** One of several words. */
    <T> T choice(String column, ImmutableMap<String, T> choices) throws EvidenceException {
        T choice = choices.get(raw(column));
        if (choice == null) {
            throw problem(column, "one of " + String.join(", ", choices.keySet()));
        }
        return choice;
    }

    /** A text in a form of its own, of which the parser tells what is wrong by an {@link IllegalArgumentException}. */
    <T> T parsed(String column, Function<String, T> parser) throws EvidenceException {
        String text = text(column);
        try {
            return parser.apply(text);
        } catch (IllegalArgumentException e) {
            throw place.wrong("%s: %s".formatted(column, e.getMessage()));
        }
    }
}
