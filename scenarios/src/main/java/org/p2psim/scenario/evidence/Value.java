package org.p2psim.scenario.evidence;

import com.google.common.base.Ascii;
import com.google.common.collect.ImmutableList;
import java.math.BigInteger;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/** A value in a line of evidence, which knows where it stands. */
final class Value {
    private static final Pattern HEXADECIMAL = Pattern.compile("0[xX][0-9a-fA-F]{1,16}");
    private static final int SHOWN_LENGTH_MAX = 60;

    private final String line;
    private final String path;
    private final JsonNode node;

    /**
     * @param line file and number of the line
     * @param path where in the line it stands; empty for all of it
     */
    Value(String line, String path, JsonNode node) {
        this.line = line;
        this.path = path;
        this.node = node;
    }

    /** A field of an object; empty if it is not there or null. */
    Optional<Value> find(String field) {
        JsonNode child = node.path(field);
        return child.isMissingNode() || child.isNull()
                ? Optional.empty()
                : Optional.of(new Value(line, path.isEmpty() ? field : path + "." + field, child));
    }

    /** A field that has to be there. */
    Value get(String field) throws EvidenceException {
        Optional<Value> found = find(field);
        if (found.isEmpty()) {
            throw new EvidenceException(
                    "%s: %s is missing".formatted(line, path.isEmpty() ? field : path + "." + field));
        }
        return found.get();
    }

    ImmutableList<Value> elements() throws EvidenceException {
        if (!node.isArray()) {
            throw problem("a list in [ ]");
        }
        ImmutableList.Builder<Value> elements = ImmutableList.builder();
        for (int i = 0; i < node.size(); i++) {
            elements.add(new Value(line, "%s[%d]".formatted(path, i), node.get(i)));
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
        if (node.isString() && HEXADECIMAL.matcher(node.asString()).matches()) {
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
        return new EvidenceException(
                "%s: %s is %s, not %s".formatted(line, path.isEmpty() ? "the line" : path, shown, right));
    }

    /** What is wrong with this value and others together. */
    EvidenceException problemWith(String what) {
        return new EvidenceException("%s: %s: %s".formatted(line, path.isEmpty() ? "the line" : path, what));
    }
}
