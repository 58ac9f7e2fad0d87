package org.p2psim.scenario.schema;

import com.google.common.collect.ImmutableList;
import com.google.common.io.Resources;
import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import com.networknt.schema.path.NodePath;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.p2psim.scenario.Finding;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The JSON Schema of the scenario file, draft 7. */
public final class ScenarioSchema {
    private static final String TEXT = load();
    private static final JsonNode TREE = JsonMapper.shared().readTree(TEXT);
    private static final Schema SCHEMA =
            SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_7).getSchema(TREE);

    private ScenarioSchema() {}

    /** The schema itself, as editors take it. */
    public static String text() {
        return TEXT;
    }

    /** The schema for people. */
    public static Dictionary dictionary() {
        return new Dictionary(TREE);
    }

    /** The keys that a scenario may have at its top. */
    public static ImmutableList<String> topLevelKeys() {
        return ImmutableList.copyOf(TREE.path("properties").propertyNames());
    }

    /** Everything in a document that the schema forbids; one finding for a place at most. */
    public static List<Finding> check(JsonNode document) {
        Map<String, Finding> byPlace = new LinkedHashMap<>();
        for (Error error : SCHEMA.validate(document)) {
            Finding finding = finding(error);
            byPlace.merge(finding.pointer(), finding, ScenarioSchema::moreBasic);
        }
        return new ArrayList<>(byPlace.values());
    }

    /** A value of the wrong type breaks other rules as well; the type is what to say. */
    private static Finding moreBasic(Finding a, Finding b) {
        return b.rule().equals("type") ? b : a;
    }

    private static Finding finding(Error error) {
        String pointer = pointer(error.getInstanceLocation());
        JsonNode place = parent(error);
        Wording wording = new Wording(place, error.getInstanceNode());
        String keyword = error.getKeyword();
        return switch (keyword) {
            case "additionalProperties" -> {
                String key = error.getProperty();
                yield new Finding(pointer + Finding.step(key), true, wording.unknownKey(key), "unknown-key");
            }
            case "required" ->
                // Two missing keys of one object are two places.
                new Finding(pointer + Finding.step(error.getProperty()), true, wording.missing(error), "missing-key");
            case "not" ->
                Finding.at(pointer, "not-allowed", place.path("description").asString("not allowed here"));
            case "type" -> Finding.at(pointer, keyword, wording.wrongType());
            case "enum" -> Finding.at(pointer, keyword, wording.notListed());
            case "pattern" -> Finding.at(pointer, keyword, wording.wrongForm());
            default -> Finding.at(pointer, keyword, wording.outside(keyword, error));
        };
    }

    /** The part of the schema whose keyword is broken. */
    private static JsonNode parent(Error error) {
        String keyword = pointer(error.getSchemaLocation().getFragment());
        return TREE.at(JsonPointer.compile(keyword).head());
    }

    private static String pointer(NodePath path) {
        StringBuilder pointer = new StringBuilder();
        for (int i = 0; i < path.getNameCount(); i++) {
            pointer.append(Finding.step(String.valueOf(path.getElement(i))));
        }
        return pointer.toString();
    }

    private static String load() {
        try {
            return Resources.toString(
                    Resources.getResource(ScenarioSchema.class, "scenario.schema.json"), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
