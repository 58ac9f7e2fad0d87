package org.p2psim.scenario.evidence;

import com.google.common.collect.ImmutableList;
import java.math.BigInteger;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.p2psim.scenario.VisibleText;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A value in a line of evidence, which knows where it stands.
 *
 * @param parent what it is in; empty for the whole line
 * @param step from the parent to it: the name of a field, or {@code [2]}
 */
record Value(Place place, Optional<Value> parent, String step, JsonNode node) {
    /** A level of switches takes four, and there is no room for 40 levels on 256 buses. */
    private static final int NESTING_MAX = 200;

    private static final int SHOWN_LENGTH_MAX = 60;
    private static final Pattern UNSIGNED = Pattern.compile("0[xX][0-9a-fA-F]{1,16}");
    private static final Pattern HEXADECIMAL = Pattern.compile("[0-9a-fA-F]{1,8}");

    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(NESTING_MAX)
                            .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    /** Parses a line that shall be a JSON object. */
    static Value of(EvidenceLines.Line line) throws EvidenceException {
        JsonNode node;
        try {
            node = MAPPER.readTree(line.bytes());
        } catch (JacksonException e) {
            int column = e.getLocation() == null ? 0 : e.getLocation().getColumnNr();
            String sentence = e.getOriginalMessage().lines().findFirst().orElse("");
            throw line.place().wrong("not a JSON object: %s (column %d)".formatted(sentence, column));
        }
        if (!node.isObject()) {
            throw line.place().wrong("not a JSON object: evidence is JSON Lines, one case a line");
        }
        return new Value(line.place(), Optional.empty(), "", node);
    }

    /** What is wrong with this value. */
    EvidenceException problem(String right) {
        return place.wrong(
                "%s is %s, not %s".formatted(path(), VisibleText.clipped(node.toString(), SHOWN_LENGTH_MAX), right));
    }

    /** What is wrong with this value and others together. */
    EvidenceException problemWith(String what) {
        return place.wrong("%s: %s".formatted(path(), what));
    }

    /** Put together only for messages: there are millions of values. */
    private String path() {
        if (parent.isEmpty()) {
            return "the line";
        }
        boolean first = parent.get().parent.isEmpty();
        return first ? step : parent.get().path() + (step.startsWith("[") ? step : "." + step);
    }

    private Value child(String field, JsonNode child) {
        return new Value(place, Optional.of(this), field, child);
    }

    boolean has(String field) {
        return node.has(field);
    }

    /** The names of all fields, in the order of the line. */
    ImmutableList<String> names() {
        return ImmutableList.copyOf(node.propertyNames());
    }

    /** A field of an object; empty if it is not there or null. */
    Optional<Value> find(String field) {
        JsonNode child = node.path(field);
        return child.isMissingNode() || child.isNull() ? Optional.empty() : Optional.of(child(field, child));
    }

    /** A field that has to be there, and not null. */
    Value get(String field) throws EvidenceException {
        Optional<Value> found = find(field);
        if (found.isEmpty()) {
            throw place.wrong("%s is missing".formatted(child(field, node).path()));
        }
        return found.get();
    }

    /** A field that has to be there; empty if it is null. */
    Optional<Value> orNull(String field) throws EvidenceException {
        return node.path(field).isNull() ? Optional.empty() : Optional.of(get(field));
    }

    ImmutableList<Value> elements() throws EvidenceException {
        if (!node.isArray()) {
            throw problem("a list in [ ]");
        }
        ImmutableList.Builder<Value> elements = ImmutableList.builder();
        for (int i = 0; i < node.size(); i++) {
            elements.add(child("[" + i + "]", node.get(i)));
        }
        return elements.build();
    }

    /** A list of two, as addresses and lengths are often written. */
    ImmutableList<Value> pair() throws EvidenceException {
        ImmutableList<Value> elements = elements();
        if (elements.size() != 2) {
            throw problem("a list of an address and a length");
        }
        return elements;
    }

    /** An unsigned number of 64 bits: as a number, or as hexadecimal text with 0x. */
    long unsigned() throws EvidenceException {
        if (node.isString() && UNSIGNED.matcher(node.asString()).matches()) {
            return Long.parseUnsignedLong(node.asString().substring(2), 16);
        }
        if (node.isIntegralNumber()) {
            BigInteger number = node.bigIntegerValue();
            if (number.signum() >= 0 && number.bitLength() <= Long.SIZE) {
                return number.longValue();
            }
        }
        throw problem("a whole number from 0 to 2^64 - 1, or such a number as text (\"0x1000\")");
    }

    OptionalLong unsigned(String field) throws EvidenceException {
        Optional<Value> found = find(field);
        return found.isPresent() ? OptionalLong.of(found.get().unsigned()) : OptionalLong.empty();
    }

    /** A number that need not be there. */
    long unsigned(String field, long otherwise) throws EvidenceException {
        return unsigned(field).orElse(otherwise);
    }

    /** A signed number of 32 bits. */
    int signed() throws EvidenceException {
        if (!node.isIntegralNumber() || !node.canConvertToInt()) {
            throw problem("a whole number from -2^31 to 2^31 - 1");
        }
        return node.intValue();
    }

    /** A hexadecimal number as text without 0x, not above {@code highest}. */
    int hex(int highest) throws EvidenceException {
        if (node.isString() && HEXADECIMAL.matcher(node.asString()).matches()) {
            long number = Long.parseLong(node.asString(), 16);
            if (number <= highest) {
                return (int) number;
            }
        }
        throw problem("a hexadecimal number up to \"%x\", without 0x".formatted(highest));
    }

    boolean truth() throws EvidenceException {
        if (!node.isBoolean()) {
            throw problem("true or false");
        }
        return node.booleanValue();
    }

    Optional<Boolean> truth(String field) throws EvidenceException {
        Optional<Value> found = find(field);
        return found.isPresent() ? Optional.of(found.get().truth()) : Optional.empty();
    }

    String text() throws EvidenceException {
        if (!node.isString()) {
            throw problem("text");
        }
        return node.asString();
    }

    /** A text in a form of its own, of which the parser tells what is wrong by an {@link IllegalArgumentException}. */
    <T> T parsed(Function<String, T> parser) throws EvidenceException {
        String text = text();
        try {
            return parser.apply(text);
        } catch (IllegalArgumentException e) {
            throw problemWith(String.valueOf(e.getMessage()));
        }
    }
}
