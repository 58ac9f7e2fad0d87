package org.p2psim.scenario.yaml;

import com.google.common.base.Splitter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.p2psim.scenario.Finding;
import org.p2psim.scenario.schema.ScenarioSchema;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Sets values in a document by dotted path. A path begins with a top-level key, the id of a part of the fabric, or the
 * name of a device; then come keys, and for lists an id or an index. A key that is not there yet is made: whether it
 * may be there is the schema's to say.
 */
final class Overrides {
    /** Each of these says the same thing another way, so setting one takes the other away. */
    private static final Map<String, String> ALTERNATIVES = Map.of(
            "ctl", "firmware",
            "firmware", "ctl",
            "cut-through", "store-and-forward",
            "store-and-forward", "cut-through");

    private final ObjectNode document;
    private final Marks marks;

    Overrides(ObjectNode document, Marks marks) {
        this.document = document;
        this.marks = marks;
    }

    /**
     * Sets a value that stands at {@code origin} of {@code source}.
     *
     * @return what is wrong with the path, if anything
     */
    Optional<String> set(String path, JsonNode value, Marks source, String origin) {
        List<String> steps = Splitter.on('.').splitToList(path);
        Map<String, List<String>> starts = starts();
        List<String> found = starts.getOrDefault(steps.get(0), List.of());
        if (found.isEmpty()) {
            return Optional.of("\"%s\" is no top-level key, no id in the fabric and no device%s"
                    .formatted(steps.get(0), Finding.nearest(steps.get(0), starts.keySet())));
        }
        if (found.size() > 1) {
            return Optional.of("\"%s\" is not unique: %s"
                    .formatted(
                            steps.get(0),
                            String.join(", ", found.stream().map(Paths::of).toList())));
        }
        return set(found.get(0), steps.subList(1, steps.size()), value.deepCopy(), source, origin);
    }

    private Optional<String> set(String start, List<String> steps, JsonNode value, Marks source, String origin) {
        String pointer = start;
        JsonNode at = document.at(JsonPointer.compile(pointer));
        for (int i = 0; i < steps.size() - 1; i++) {
            Optional<String> next = child(at, steps.get(i));
            if (next.isEmpty()) {
                return Optional.of(noSuch(pointer, at, steps.get(i)));
            }
            pointer += Finding.step(next.get());
            if (at instanceof ObjectNode object && !object.hasNonNull(next.get())) {
                object.set(next.get(), object.objectNode());
            }
            at = document.at(JsonPointer.compile(pointer));
        }
        if (steps.isEmpty()) {
            int cut = pointer.lastIndexOf('/');
            JsonNode parent = document.at(JsonPointer.compile(pointer.substring(0, cut)));
            return replace(parent, pointer.substring(0, cut), pointer.substring(cut + 1), value, source, origin);
        }
        String last = steps.get(steps.size() - 1);
        Optional<String> key = child(at, last);
        return key.isEmpty()
                ? Optional.of(noSuch(pointer, at, last))
                : replace(at, pointer, key.get(), value, source, origin);
    }

    private Optional<String> replace(
            JsonNode parent, String parentPointer, String key, JsonNode value, Marks source, String origin) {
        if (parent instanceof ArrayNode list) {
            list.set(Integer.parseInt(key), value);
        } else {
            ObjectNode object = (ObjectNode) parent;
            object.set(key, value);
            alternative(key).ifPresent(object::remove);
        }
        marks.graft(parentPointer + Finding.step(key), source, origin);
        return Optional.empty();
    }

    /** The key that says the same thing another way, if there is one. */
    static Optional<String> alternative(String key) {
        return Optional.ofNullable(ALTERNATIVES.get(key));
    }

    private static Optional<String> child(JsonNode at, String step) {
        if (at instanceof ArrayNode list) {
            for (int i = 0; i < list.size(); i++) {
                if (step.equals(String.valueOf(i))
                        || step.equals(list.get(i).path("id").asString(""))) {
                    return Optional.of(String.valueOf(i));
                }
            }
            return Optional.empty();
        }
        return at.isObject() && !step.isEmpty() ? Optional.of(step) : Optional.empty();
    }

    private static String noSuch(String pointer, JsonNode at, String step) {
        if (at instanceof ArrayNode list) {
            List<String> ids = new ArrayList<>();
            list.forEach(element -> ids.add(element.path("id").asString("")));
            return "%s has no element \"%s\", by id or index from 0 to %d%s"
                    .formatted(Paths.of(pointer), step, list.size() - 1, Finding.nearest(step, ids));
        }
        return "%s has no keys, so there is no \"%s\" in it".formatted(Paths.of(pointer), step);
    }

    /** Where paths may begin: pointers by name. */
    private Map<String, List<String>> starts() {
        Map<String, List<String>> starts = new TreeMap<>();
        collectIds(document.path("fabric"), "/fabric", starts);
        for (String device : document.path("devices").propertyNames()) {
            starts.computeIfAbsent(device, name -> new ArrayList<>()).add("/devices" + Finding.step(device));
        }
        for (String key : ScenarioSchema.topLevelKeys()) {
            starts.put(key, List.of(Finding.step(key)));
        }
        return starts;
    }

    private static void collectIds(JsonNode node, String pointer, Map<String, List<String>> starts) {
        if (node instanceof ObjectNode object) {
            // A host bridge's and a device's id is a PCI ID, which has a colon.
            String id = object.path("id").asString("");
            if (!id.isEmpty() && id.indexOf(':') < 0) {
                starts.computeIfAbsent(id, name -> new ArrayList<>()).add(pointer);
            }
            object.properties()
                    .forEach(entry -> collectIds(entry.getValue(), pointer + Finding.step(entry.getKey()), starts));
        } else if (node instanceof ArrayNode list) {
            for (int i = 0; i < list.size(); i++) {
                collectIds(list.get(i), pointer + "/" + i, starts);
            }
        }
    }
}
