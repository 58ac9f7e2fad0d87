package org.p2psim.scenario.evidence;

import com.google.common.base.Ascii;
import com.google.common.base.CharMatcher;
import com.google.common.collect.ImmutableList;
import java.math.BigInteger;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** A value in a line of evidence, which knows where it stands. */
final class Value {
    private static final CharMatcher HEXADECIMAL_DIGIT = CharMatcher.anyOf("0123456789abcdefABCDEF");
    private static final int SHOWN_LENGTH_MAX = 60;

    private final String line;
    private final @Nullable Value parent;
    private final String step;
    private final JsonNode node;

    private Value(String line, @Nullable Value parent, String step, JsonNode node) {
        this.line = line;
        this.parent = parent;
        this.step = step;
        this.node = node;
    }

    /** @param line file and number of the line that the value is all of */
    static Value ofLine(String line, JsonNode node) {
        return new Value(line, null, "", node);
    }

    /** Where in the line the value stands, {@code expect.entries[2].len}; put together only if it is asked for. */
    private String path() {
        if (parent == null) {
            return "the line";
        }
        return parent.parent == null ? step : parent.path() + (step.startsWith("[") ? step : "." + step);
    }

    /** A field of an object; empty if it is not there or null. */
    Optional<Value> find(String field) {
        JsonNode child = node.path(field);
        return child.isMissingNode() || child.isNull()
                ? Optional.empty()
                : Optional.of(new Value(line, this, field, child));
    }

    /** A field that has to be there. */
    Value get(String field) throws EvidenceException {
        Optional<Value> found = find(field);
        if (found.isEmpty()) {
            throw new EvidenceException("%s: %s is missing".formatted(line, new Value(line, this, field, node).path()));
        }
        return found.get();
    }

    ImmutableList<Value> elements() throws EvidenceException {
        if (!node.isArray()) {
            throw problem("a list in [ ]");
        }
        ImmutableList.Builder<Value> elements = ImmutableList.builder();
        for (int i = 0; i < node.size(); i++) {
            elements.add(new Value(line, this, "[" + i + "]", node.get(i)));
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

    /** An unsigned number of 64 bits: as a number, or as hexadecimal text. */
    long unsigned() throws EvidenceException {
        if (node.isString() && isHexadecimal(node.asString())) {
            return Long.parseUnsignedLong(node.asString().substring(2), 16);
        }
        if (node.canConvertToLong() && node.isIntegralNumber() && node.longValue() >= 0) {
            return node.longValue();
        }
        if (node.isIntegralNumber()) {
            BigInteger number = node.bigIntegerValue();
            if (number.signum() >= 0 && number.bitLength() <= Long.SIZE) {
                return number.longValue();
            }
        }
        throw problem("a whole number from 0 to 2^64 - 1, or such a number as text (\"0x1000\")");
    }

    private static boolean isHexadecimal(String text) {
        return text.startsWith("0x")
                && text.length() > 2
                && text.length() <= 2 + Long.BYTES * 2
                && HEXADECIMAL_DIGIT.matchesAllOf(text.substring(2));
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

    Optional<Boolean> truth(String field) throws EvidenceException {
        Optional<Value> found = find(field);
        if (found.isPresent() && !found.get().node.isBoolean()) {
            throw found.get().problem("true or false");
        }
        return found.map(value -> value.node.booleanValue());
    }

    String text() throws EvidenceException {
        if (!node.isString() || node.asString().isBlank()) {
            throw problem("text");
        }
        return node.asString();
    }

    /** What is wrong with this value. */
    EvidenceException problem(String right) {
        String shown = Ascii.truncate(node.toString(), SHOWN_LENGTH_MAX, "...");
        return new EvidenceException("%s: %s is %s, not %s".formatted(line, path(), shown, right));
    }

    /** What is wrong with this value and others together. */
    EvidenceException problemWith(String what) {
        return new EvidenceException("%s: %s: %s".formatted(line, path(), what));
    }
}
