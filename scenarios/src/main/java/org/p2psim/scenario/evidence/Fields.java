package org.p2psim.scenario.evidence;

import com.google.common.collect.ImmutableList;
import java.util.Optional;
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
 * The fields of a JSON object of an evidence file. What is missing or of another type is an error that names file,
 * line and field.
 *
 * @param path of the object in its line, empty for the whole line
 */
record Fields(Place place, String path, JsonNode node) {
    /** Four for each level of switches, so this is far above what PCI bus numbers allow to be of use. */
    private static final int NESTING_MAX = 200;

    private static final int VALUE_SHOWN_MAX = 60;

    private static final Pattern HEX = Pattern.compile("[0-9a-fA-F]{1,8}");

    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(NESTING_MAX)
                            .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    /** Parses a line that shall be a JSON object. */
    static Fields of(EvidenceLines.Line line) throws EvidenceException {
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
        return new Fields(line.place(), "", node);
    }

    EvidenceException wrong(String name, String message) {
        return place.wrong("%s: %s".formatted(pathOf(name), message));
    }

    private String pathOf(String name) {
        return path.isEmpty() ? name : path + "." + name;
    }

    private EvidenceException notA(String type, String name, JsonNode value) {
        return wrong(name, "%s is not %s".formatted(VisibleText.clipped(value.toString(), VALUE_SHOWN_MAX), type));
    }

    boolean has(String name) {
        return node.has(name);
    }

    /** The names of all fields, in the order of the line. */
    ImmutableList<String> names() {
        return ImmutableList.copyOf(node.propertyNames());
    }

    private JsonNode value(String name) throws EvidenceException {
        JsonNode value = node.get(name);
        if (value == null) {
            throw wrong(name, "missing");
        }
        return value;
    }

    boolean isNull(String name) throws EvidenceException {
        return value(name).isNull();
    }

    String text(String name) throws EvidenceException {
        JsonNode value = value(name);
        if (!value.isString()) {
            throw notA("text", name, value);
        }
        return value.asString();
    }

    /** A text, or nothing where the file says {@code null}. */
    Optional<String> optionalText(String name) throws EvidenceException {
        return isNull(name) ? Optional.empty() : Optional.of(text(name));
    }

    /** A text in a form of its own, of which the parser tells what is wrong by an {@link IllegalArgumentException}. */
    <T> T parsed(String name, Function<String, T> parser) throws EvidenceException {
        String text = text(name);
        try {
            return parser.apply(text);
        } catch (IllegalArgumentException e) {
            throw wrong(name, String.valueOf(e.getMessage()));
        }
    }

    /** A hexadecimal number without 0x, not above {@code highest}. */
    int hex(String name, int highest) throws EvidenceException {
        return parsed(name, text -> {
            boolean digits = HEX.matcher(text).matches();
            long number = digits ? Long.parseLong(text, 16) : -1;
            if (number < 0 || number > highest) {
                throw new IllegalArgumentException("\"%s\" is not a hexadecimal number up to %x, without 0x"
                        .formatted(VisibleText.clipped(text, VALUE_SHOWN_MAX), highest));
            }
            return (int) number;
        });
    }

    int wholeNumber(String name) throws EvidenceException {
        JsonNode value = value(name);
        if (!value.isIntegralNumber() || !value.canConvertToInt()) {
            throw notA("a whole number of 32 bits", name, value);
        }
        return value.asInt();
    }

    boolean flag(String name) throws EvidenceException {
        JsonNode value = value(name);
        if (!value.isBoolean()) {
            throw notA("true or false", name, value);
        }
        return value.asBoolean();
    }

    Fields object(String name) throws EvidenceException {
        return object(pathOf(name), value(name));
    }

    private Fields object(String at, JsonNode value) throws EvidenceException {
        if (!value.isObject()) {
            String shown = VisibleText.clipped(value.toString(), VALUE_SHOWN_MAX);
            throw place.wrong("%s: %s is not a JSON object".formatted(at, shown));
        }
        return new Fields(place, at, value);
    }

    ImmutableList<Fields> objects(String name) throws EvidenceException {
        ImmutableList.Builder<Fields> objects = ImmutableList.builder();
        int index = 0;
        for (JsonNode element : list(name)) {
            objects.add(object("%s[%d]".formatted(pathOf(name), index++), element));
        }
        return objects.build();
    }

    ImmutableList<String> texts(String name) throws EvidenceException {
        ImmutableList.Builder<String> texts = ImmutableList.builder();
        for (JsonNode element : list(name)) {
            if (!element.isString()) {
                throw notA("text", name, element);
            }
            texts.add(element.asString());
        }
        return texts.build();
    }

    private JsonNode list(String name) throws EvidenceException {
        JsonNode value = value(name);
        if (!value.isArray()) {
            throw notA("a list", name, value);
        }
        return value;
    }
}
