package org.p2psim.scenario.schema;

import com.networknt.schema.Error;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.p2psim.address.DeviceId;
import org.p2psim.platform.KernelRelease;
import org.p2psim.scenario.Finding;
import org.p2psim.scenario.quantity.Quantities;
import org.p2psim.topology.Link;
import org.p2psim.unit.Bytes;
import org.p2psim.unit.Ticks;
import tools.jackson.databind.JsonNode;

/**
 * Sentences about a value that breaks the schema.
 *
 * @param schema the part of the schema that is broken
 * @param value what the document has there
 */
record Wording(JsonNode schema, JsonNode value) {
    private static final int LONGEST_QUOTE = 60;
    /** Of more names only the nearest is shown. */
    private static final int LONGEST_LIST = 30;

    String unknownKey(String key) {
        List<String> allowed = new ArrayList<>(schema.path("properties").propertyNames());
        return "unknown key; allowed here: %s%s".formatted(String.join(", ", allowed), Finding.nearest(key, allowed));
    }

    String missing(Error error) {
        JsonNode property = schema.path("properties").path(error.getProperty());
        String description = property.path("description").asString("");
        int end = description.indexOf(". ");
        String first = end < 0 ? description : description.substring(0, end + 1);
        return "missing key \"%s\"%s".formatted(error.getProperty(), first.isEmpty() ? "" : ": " + first);
    }

    String wrongType() {
        JsonNode types = schema.path("type");
        boolean text = types.isArray()
                ? types.valueStream().anyMatch(type -> type.asString().equals("string"))
                : types.asString().equals("string");
        if (value.isNumber() && text && schema.has("format")) {
            return "%s needs %s%s%s"
                    .formatted(
                            value, hasUnit() ? "a unit" : "another form", examples(" (write it as in ", ")"), orKeys());
        }
        String wanted = (types.isArray() ? types.valueStream() : Stream.of(types))
                .map(type -> inWords(type.asString()))
                .collect(Collectors.joining(" or "));
        return "must be %s, not %s%s"
                .formatted(wanted, kind(), text && value.isValueNode() && !value.isNull() ? "; put it in quotes" : "");
    }

    private boolean hasUnit() {
        return Stream.of("time-span", "byte-size", "byte-rate", "percentage")
                .anyMatch(format -> format.equals(schema.path("format").asString("")));
    }

    private static String inWords(String type) {
        return switch (type) {
            case "object" -> "keys with values";
            case "array" -> "a list";
            case "string" -> "text";
            case "integer" -> "a whole number";
            case "boolean" -> "true or false";
            default -> type;
        };
    }

    private String kind() {
        if (value.isNull()) {
            return "empty";
        }
        if (value.isContainer()) {
            return value.isArray() ? "a list" : "keys with values";
        }
        return value.isString() ? quoted() : value.toString();
    }

    String notListed() {
        List<String> allowed = schema.path("enum")
                .valueStream()
                .map(node -> node.isString() ? node.asString() : node.toString())
                .toList();
        if (allowed.size() == 1) {
            return "must be %s, not %s".formatted(allowed.get(0), quoted());
        }
        String nearest = Finding.nearest(text(), allowed);
        return allowed.size() > LONGEST_LIST && !nearest.isEmpty()
                ? "%s is none of %d known names%s".formatted(quoted(), allowed.size(), nearest)
                : "%s is not one of %s%s".formatted(quoted(), String.join(", ", allowed), nearest);
    }

    /** What the reader of the form has to say, or examples. */
    String wrongForm() {
        String format = schema.path("format").asString("");
        try {
            switch (format) {
                case "time-span" -> Ticks.parse(text());
                case "byte-size" -> Bytes.parse(text());
                case "byte-rate" -> Quantities.rate(text());
                case "percentage" -> Quantities.percentage(text());
                case "probability" -> Quantities.probability(text());
                case "hex-address" -> Quantities.address(text());
                case "pci-device-id" -> DeviceId.parse(text());
                case "pci-slot" -> Quantities.slot(text());
                case "pci-bus" -> Quantities.busNumber(text());
                case "number" -> Quantities.wholeNumber(text());
                case "kernel-release" -> KernelRelease.parse(text());
                case "pcie-link" -> Link.parse(text());
                default -> {}
            }
        } catch (IllegalArgumentException e) {
            String reason = String.valueOf(e.getMessage());
            String hint = format.equals("pcie-link") ? Finding.nearest(text(), links()) : "";
            return (reason.startsWith("\"") ? clipped(reason) : quoted() + ": " + reason)
                    + (hint.isEmpty() ? orKeys() : hint);
        }
        return "%s has the wrong form%s%s".formatted(quoted(), examples("; write it as in ", ""), orKeys());
    }

    /** What may stand there too, where a value may be text or keys with values. */
    private String orKeys() {
        return schema.path("examples")
                .valueStream()
                .filter(JsonNode::isObject)
                .findFirst()
                .map(example -> example.propertyStream()
                        .map(key ->
                                "%s: %s".formatted(key.getKey(), key.getValue().asString()))
                        .collect(Collectors.joining(", ", "; or write keys, as in {", "}")))
                .orElse("");
    }

    private static List<String> links() {
        return IntStream.of(6, 5, 4, 3, 2, 1)
                .boxed()
                .flatMap(gen ->
                        IntStream.of(16, 8, 4, 2, 1, 12, 32).mapToObj(width -> "gen%d x%d".formatted(gen, width)))
                .toList();
    }

    String outside(String keyword, Error error) {
        String limit = schema.path(keyword).toString();
        return switch (keyword) {
            case "minimum" -> outOfRange("%s is too small; %s at least%s", limit);
            case "maximum" -> outOfRange("%s is too large; %s at most%s", limit);
            case "minItems" -> "too few: %s at least".formatted(limit);
            case "maxItems", "maxProperties" -> "too many: %s at most".formatted(limit);
            case "minProperties" ->
                limit.equals("1")
                        ? "must not be empty"
                        : "too few keys: %s at least%s".formatted(limit, examples(", as in ", ""));
            case "uniqueItems" -> "the same twice in one list";
            case "minLength" -> "must not be empty";
            case "maxLength" -> "too long: %s characters at most".formatted(limit);
            case "propertyNames" ->
                "%s cannot be a key here%s".formatted(quote(error.getProperty()), examples(", only as in ", ""));
            default -> error.getMessage();
        };
    }

    /** Whole numbers are only some of the values of a form; their limit is not that of the form. */
    private String outOfRange(String sentence, String limit) {
        String format = schema.path("format").asString("");
        if (format.equals("hex-address")) {
            return "%s is not hexadecimal; write 0x and its digits%s".formatted(value, examples(", as in ", ""));
        }
        return format.equals("probability") ? wrongForm() : sentence.formatted(value, limit, examples(", as in ", ""));
    }

    private String examples(String before, String after) {
        String list = schema.path("examples")
                .valueStream()
                .filter(JsonNode::isValueNode)
                .map(node -> node.isString() ? node.asString() : node.toString())
                .collect(Collectors.joining(" or "));
        return list.isEmpty() ? "" : before + list + after;
    }

    private String text() {
        return value.isString() ? value.asString() : value.toString();
    }

    private String quoted() {
        return value.isString() ? quote(text()) : value.toString();
    }

    private static String quote(String text) {
        return '"' + (text.length() > LONGEST_QUOTE ? text.substring(0, LONGEST_QUOTE) + "..." : text) + '"';
    }

    /** A sentence that begins with the quoted value, which may be long. */
    private String clipped(String sentence) {
        String whole = '"' + text() + '"';
        return sentence.startsWith(whole) ? quoted() + sentence.substring(whole.length()) : sentence;
    }
}
