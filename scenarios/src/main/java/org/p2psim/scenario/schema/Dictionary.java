package org.p2psim.scenario.schema;

import com.google.common.base.CharMatcher;
import com.google.common.base.Joiner;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.p2psim.scenario.schema.SchemaEntry.Key;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The schema for people: what each operation, expectation and part of a scenario file takes. */
public final class Dictionary {
    private static final String DO = "do-";
    private static final String EXPECT = "expect-";
    private static final String REFERENCE = "#/definitions/";

    /** More words are counted, not listed. */
    private static final int LONGEST_LIST = 40;

    private final JsonNode schema;
    private final ImmutableMap<String, JsonNode> byName;

    Dictionary(JsonNode schema) {
        this.schema = schema;
        ImmutableMap.Builder<String, JsonNode> names = ImmutableMap.builder();
        schema.path("properties").properties().forEach(key -> {
            if (key.getValue().has("properties")) {
                names.put(key.getKey(), key.getValue());
            }
        });
        schema.path("definitions").properties().forEach(each -> names.put(title(each.getKey()), each.getValue()));
        this.byName = names.buildOrThrow();
    }

    private static String title(String definition) {
        if (definition.startsWith(DO)) {
            return "do: " + definition.substring(DO.length());
        }
        return definition.startsWith(EXPECT) ? "expect: " + definition.substring(EXPECT.length()) : definition;
    }

    /** Everything that has an entry, in the order of the schema. */
    public ImmutableList<SchemaEntry> entries() {
        return byName.keySet().stream().map(this::entry).collect(ImmutableList.toImmutableList());
    }

    /** The entries of a word: {@code device} is a part of the file, and something to expect things of. */
    public ImmutableList<SchemaEntry> find(String word) {
        return byName.keySet().stream()
                .filter(name -> word(name).equals(word) || name.equals(word))
                .map(this::entry)
                .collect(ImmutableList.toImmutableList());
    }

    /** The name of an entry without what it belongs to. */
    public static String word(String name) {
        return name.substring(name.indexOf(' ') + 1);
    }

    private SchemaEntry entry(String name) {
        JsonNode node = byName.getOrDefault(name, schema);
        List<Key> keys = new ArrayList<>();
        keys("", node, keys);
        return new SchemaEntry(
                name,
                keys.isEmpty() ? form(node) : "",
                node.path("description").asString(""),
                ImmutableList.copyOf(keys),
                node.path("examples").valueStream().map(Dictionary::yaml).collect(ImmutableList.toImmutableList()));
    }

    private static void keys(String around, JsonNode object, List<Key> keys) {
        List<String> required =
                object.path("required").valueStream().map(key -> key.asString()).toList();
        for (Map.Entry<String, JsonNode> property : object.path("properties").properties()) {
            JsonNode value = property.getValue();
            if (value.isBoolean()) {
                continue;
            }
            String name = around + property.getKey();
            keys.add(new Key(
                    name,
                    required.contains(property.getKey()),
                    form(value),
                    value.path("description").asString("")));
            keys(name + ".", value, keys);
            keys(name + "[].", value.path("items"), keys);
        }
    }

    /** What a value looks like, in few words. */
    private static String form(JsonNode value) {
        Optional<String> other = reference(value);
        String form = other.map(Dictionary::title).orElseGet(() -> ownForm(value));
        return value.has("default") ? "%s, %s if absent".formatted(form, yaml(value.path("default"))) : form;
    }

    private static Optional<String> reference(JsonNode value) {
        JsonNode here = value.has("$ref") ? value : value.path("allOf").path(0);
        return here.has("$ref")
                ? Optional.of(here.path("$ref").asString().substring(REFERENCE.length()))
                : Optional.empty();
    }

    private static String ownForm(JsonNode value) {
        if (value.has("enum")) {
            List<String> words = value.path("enum")
                    .valueStream()
                    .map(word -> word.asString())
                    .toList();
            return words.size() <= LONGEST_LIST
                    ? Joiner.on(" | ").join(words)
                    : "one of %d words".formatted(words.size());
        }
        JsonNode type = value.path("type");
        return (type.isArray() ? type.valueStream() : Stream.of(type))
                .map(each -> typeInWords(each.asString(""), value))
                .collect(Collectors.joining(" or "));
    }

    private static String typeInWords(String type, JsonNode value) {
        return switch (type) {
            case "array" -> "list of " + form(value.path("items"));
            case "object" ->
                value.path("additionalProperties").isObject()
                        ? "names, each with " + form(value.path("additionalProperties"))
                        : "keys";
            case "integer" -> value.has("minimum") && value.has("maximum") ? range(value) : "whole number";
            case "boolean" -> "true | false";
            default -> "text";
        };
    }

    private static String range(JsonNode value) {
        return "%s to %s"
                .formatted(
                        value.path("minimum").asString(), value.path("maximum").asString());
    }

    private static String yaml(JsonNode value) {
        Object plain = JsonMapper.shared().convertValue(value, Object.class);
        DumpSettings settings = DumpSettings.builder()
                .setDefaultFlowStyle(FlowStyle.FLOW)
                .setWidth(Integer.MAX_VALUE)
                .build();
        return CharMatcher.whitespace().trimFrom(new Dump(settings).dumpToString(plain));
    }
}
