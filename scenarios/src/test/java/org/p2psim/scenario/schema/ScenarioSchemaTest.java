package org.p2psim.scenario.schema;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.google.common.base.CaseFormat;
import com.google.common.collect.ImmutableSet;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.p2psim.address.Bdf;
import org.p2psim.address.DeviceId;
import org.p2psim.dmabuf.importer.WorkCompletion;
import org.p2psim.invariant.Invariant;
import org.p2psim.platform.KernelRelease;
import org.p2psim.scenario.Device;
import org.p2psim.scenario.Expectation;
import org.p2psim.scenario.Operation;
import org.p2psim.scenario.Scenario;
import org.p2psim.topology.Link;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The schema and the records say the same, and the schema is a manual. */
class ScenarioSchemaTest {
    private static final Set<Class<?>> READ_FROM_TEXT = Set.of(
            Bdf.class,
            DeviceId.class,
            KernelRelease.class,
            Link.class,
            Expectation.LatencyLimit.class,
            Expectation.Amount.class,
            Expectation.LineName.class,
            Device.Timeout.class);

    private final JsonNode schema = JsonMapper.shared().readTree(ScenarioSchema.text());
    private final Set<Type> seen = new HashSet<>();

    /** p2psim schema WORD. */
    @Test
    void everyOperationAndExpectationIsDescribedWithItsKeysAndExamples() {
        Dictionary dictionary = ScenarioSchema.dictionary();
        JsonNode operations = schema.at("/definitions/operation/properties/do/enum");
        assertThat(operations.valueStream().map(each -> dictionary.find("do: " + each.asString())))
                .hasSizeGreaterThan(60)
                .allSatisfy(found -> assertThat(found).singleElement().satisfies(entry -> {
                    assertThat(entry.description()).isNotEmpty();
                    assertThat(entry.keys()).isNotEmpty();
                    assertThat(entry.examples()).isNotEmpty();
                }));
        assertThat(dictionary.find("device")).extracting(SchemaEntry::name).containsExactly("device", "expect: device");
        assertThat(dictionary.find("export").get(0).keys())
                .contains(
                        new SchemaEntry.Key("dma-buf", true, "name", "Name of the dma-buf."),
                        new SchemaEntry.Key("ranges[].offset", true, "size", "From the start of the region."));
    }

    @Test
    void everyRecordComponentIsAPropertyAndTheOtherWayRound() {
        compare(Scenario.class, schema, "scenario");
        assertThat(seen).hasSizeGreaterThan(40);
    }

    private JsonNode resolved(JsonNode node) {
        JsonNode at = node;
        while (true) {
            if (at.has("$ref")) {
                at = schema.at(JsonPointer.compile(at.get("$ref").asString().substring(1)));
            } else if (at.has("allOf")
                    && at.get("allOf").size() == 1
                    && at.get("allOf").get(0).has("$ref")) {
                at = at.get("allOf").get(0);
            } else {
                return at;
            }
        }
    }

    private void compare(Type type, JsonNode place, String where) {
        JsonNode node = resolved(place);
        if (type instanceof ParameterizedType generic) {
            Type[] arguments = generic.getActualTypeArguments();
            Type inner = arguments[arguments.length - 1];
            String raw = ((Class<?>) generic.getRawType()).getSimpleName();
            switch (raw) {
                case "List", "Set" -> compare(inner, node.path("items"), where + "[]");
                case "Map" -> compare(inner, node.path("additionalProperties"), where + ".*");
                default -> compare(inner, node, where);
            }
        } else if (type instanceof Class<?> raw && raw.isEnum()) {
            compareEnum(raw, node, where);
        } else if (type == Operation.class && seen.add(Operation.class)) {
            compareOperations(node);
        } else if (type == Expectation.class) {
            compareExpectations(node);
        } else if (type instanceof Class<?> raw && raw.isRecord() && !READ_FROM_TEXT.contains(raw) && seen.add(raw)) {
            compareRecord(raw, node, Set.of(), where);
        }
    }

    private void compareRecord(Class<?> record, JsonNode node, Set<String> more, String where) {
        seen.add(record);
        Set<String> names = new TreeSet<>(more);
        Map<String, Type> types = new HashMap<>();
        for (RecordComponent component : record.getRecordComponents()) {
            String name = name(record, component);
            names.add(name);
            types.put(name, component.getGenericType());
        }
        assertThat(new TreeSet<>(node.path("properties").propertyNames()))
                .as(where)
                .isEqualTo(names);
        types.forEach((name, type) -> compare(type, node.path("properties").path(name), where + "." + name));
    }

    private static String name(Class<?> record, RecordComponent component) {
        JsonProperty own = Arrays.stream(record.getDeclaredConstructors())
                .flatMap(constructor -> Arrays.stream(constructor.getParameters()))
                .filter(parameter -> parameter.getName().equals(component.getName()))
                .map(parameter -> parameter.getAnnotation(JsonProperty.class))
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
        return own == null ? CaseFormat.LOWER_CAMEL.to(CaseFormat.LOWER_HYPHEN, component.getName()) : own.value();
    }

    private static void compareEnum(Class<?> type, JsonNode node, String where) {
        List<String> spellings = node.path("enum")
                .valueStream()
                .map(value -> value.asString().replace('-', '_').toUpperCase(Locale.ROOT))
                .toList();
        List<String> names = Arrays.stream(type.getEnumConstants())
                .map(constant -> spelling((Enum<?>) constant))
                .toList();
        assertThat(spellings).as(where).containsExactlyInAnyOrderElementsOf(names);
    }

    /** As in the file, but in capitals and with underscores. */
    private static String spelling(Enum<?> constant) {
        if (constant instanceof Invariant invariant) {
            return invariant.id().replace('-', '_');
        }
        return constant instanceof WorkCompletion.Status ? "IBV_WC_" + constant.name() : constant.name();
    }

    private void compareOperations(JsonNode node) {
        JsonSubTypes subTypes = Operation.class.getAnnotation(JsonSubTypes.class);
        List<String> names = new ArrayList<>();
        for (JsonSubTypes.Type subType : subTypes.value()) {
            names.add(subType.name());
            JsonNode definition = schema.at("/definitions/do-" + subType.name());
            compareRecord(subType.value(), definition, Set.of("do"), subType.name());
        }
        assertThat(node.at("/properties/do/enum").valueStream().map(JsonNode::asString))
                .containsExactlyElementsOf(names);
        assertThat(names).hasSize(records(Operation.class));
    }

    private static int records(Class<?> type) {
        return type.isRecord()
                ? 1
                : Arrays.stream(type.getPermittedSubclasses())
                        .mapToInt(ScenarioSchemaTest::records)
                        .sum();
    }

    private void compareExpectations(JsonNode node) {
        JsonNode chain = node;
        JsonSubTypes subTypes = Expectation.class.getAnnotation(JsonSubTypes.class);
        for (JsonSubTypes.Type subType : subTypes.value()) {
            Class<?> kind = subType.value();
            compareRecord(kind, resolved(chain.path("then")), Set.of(), kind.getSimpleName());
            chain = chain.path("else");
        }
        assertThat(subTypes.value()).hasSize(records(Expectation.class));
        assertThat(chain.has("not")).isTrue();
    }

    @Test
    void everyExampleIsValid() {
        List<String> checked = new ArrayList<>();
        checkExamples(schema, "", checked);
        assertThat(checked).hasSizeGreaterThan(100);
    }

    private void checkExamples(JsonNode node, String pointer, List<String> checked) {
        if (node instanceof ObjectNode object) {
            if (object.path("examples").isArray()) {
                ObjectNode part = object.deepCopy();
                part.set("definitions", schema.get("definitions"));
                var validator = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_7)
                        .getSchema(part);
                for (JsonNode example : object.get("examples")) {
                    assertThat(validator.validate(example))
                            .as(pointer + " " + example)
                            .isEmpty();
                    checked.add(pointer);
                }
            }
            object.properties().forEach(entry -> {
                if (!entry.getKey().equals("examples") && !entry.getKey().equals("default")) {
                    checkExamples(entry.getValue(), pointer + "/" + entry.getKey(), checked);
                }
            });
        } else if (node.isArray()) {
            node.forEach(element -> checkExamples(element, pointer + "/-", checked));
        }
    }

    /** A number that no record holds is told as too large, in its place. */
    @Test
    void everyWholeNumberHasALargestValue() {
        assertThat(schema.findParents("type"))
                .filteredOn(ScenarioSchemaTest::mayBeAWholeNumber)
                .isNotEmpty()
                .allMatch(node -> node.has("maximum") || node.has("enum") || node.has("const"));
    }

    private static boolean mayBeAWholeNumber(JsonNode node) {
        JsonNode type = node.path("type");
        return Stream.concat(Stream.of(type), type.valueStream())
                .anyMatch(each -> each.asString("").equals("integer"));
    }

    @Test
    void everyPropertyHasATitleADescriptionAndAnExample() {
        List<String> checked = new ArrayList<>();
        checkWords(schema, "", checked);
        assertThat(checked).hasSizeGreaterThan(100);
    }

    private void checkWords(JsonNode node, String pointer, List<String> checked) {
        if (node instanceof ObjectNode object) {
            for (var property : object.path("properties").properties()) {
                JsonNode value = property.getValue();
                boolean constraint = value.has("const") || value.has("not") || value.isBoolean();
                if (!constraint) {
                    JsonNode words = value.has("$ref") ? resolved(value) : value;
                    String where = pointer + "/" + property.getKey();
                    assertThat(words.path("title").asString("")).as(where).isNotEmpty();
                    assertThat(words.path("description").asString("")).as(where).isNotEmpty();
                    assertThat(words.path("examples").size()).as(where).isPositive();
                    checked.add(where);
                }
            }
            object.properties().forEach(entry -> {
                if (!ImmutableSet.of("examples", "default").contains(entry.getKey())) {
                    checkWords(entry.getValue(), pointer + "/" + entry.getKey(), checked);
                }
            });
        } else if (node.isArray()) {
            node.forEach(element -> checkWords(element, pointer + "/-", checked));
        }
    }
}
