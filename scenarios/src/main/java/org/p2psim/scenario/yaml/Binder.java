package org.p2psim.scenario.yaml;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.p2psim.address.Bdf;
import org.p2psim.address.DeviceId;
import org.p2psim.platform.KernelRelease;
import org.p2psim.scenario.Expectation.LatencyLimit;
import org.p2psim.scenario.Finding;
import org.p2psim.scenario.Operation.RequestSize;
import org.p2psim.scenario.Scenario;
import org.p2psim.scenario.quantity.Quantities;
import org.p2psim.topology.Link;
import org.p2psim.unit.Bytes;
import tools.jackson.core.JsonParser;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.BeanDescription;
import tools.jackson.databind.DatabindException;
import tools.jackson.databind.DeserializationConfig;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.cfg.MutableConfigOverride;
import tools.jackson.databind.deser.DeserializationProblemHandler;
import tools.jackson.databind.deser.ValueDeserializerModifier;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;

/** Turns a tree that the schema accepts into records. */
final class Binder {
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.KEBAB_CASE)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .disable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .withConfigOverride(List.class, Binder::emptyIfAbsent)
            .withConfigOverride(Set.class, Binder::emptyIfAbsent)
            .withConfigOverride(Map.class, Binder::emptyIfAbsent)
            .addModule(textForms())
            .addHandler(new Collector())
            .build();

    private static final String FINDINGS = "p2psim findings";

    private Binder() {}

    /** The records, or nothing and at least one finding. */
    static Optional<Scenario> bind(JsonNode tree, List<Finding> findings) {
        List<Finding> found = new ArrayList<>();
        try {
            Scenario scenario = MAPPER.readerFor(Scenario.class)
                    .withAttribute(FINDINGS, found)
                    .readValue(tree);
            findings.addAll(found);
            return found.isEmpty() ? Optional.of(scenario) : Optional.empty();
        } catch (DatabindException e) {
            StringBuilder pointer = new StringBuilder();
            e.getPath()
                    .forEach(step -> pointer.append(
                            step.getPropertyName() == null
                                    ? "/" + step.getIndex()
                                    : Finding.step(step.getPropertyName())));
            findings.addAll(found);
            findings.add(Finding.at(pointer.toString(), "value", e.getOriginalMessage()));
            return Optional.empty();
        }
    }

    private static void emptyIfAbsent(MutableConfigOverride config) {
        config.setNullHandling(JsonSetter.Value.forValueNulls(Nulls.AS_EMPTY));
    }

    private static SimpleModule textForms() {
        SimpleModule module = new SimpleModule();
        module.addDeserializer(DeviceId.class, new TextReader<>(DeviceId::parse, new DeviceId(0, 0)));
        module.addDeserializer(Bdf.class, new TextReader<>(Bdf::parse, new Bdf(0, 0, 0, 0)));
        module.addDeserializer(KernelRelease.class, new TextReader<>(KernelRelease::parse, KernelRelease.parse("0.0")));
        module.addDeserializer(Link.class, new LinkReader());
        module.addDeserializer(
                LatencyLimit.class,
                new TextReader<>(text -> new LatencyLimit(Quantities.time(text)), new LatencyLimit(0)));
        module.addDeserializer(RequestSize.class, new RequestSizeReader());
        module.setDeserializerModifier(new EnumsByFileSpelling());
        return module;
    }

    /** Remembers a text that cannot be read and goes on, so that all of them are found. */
    private static final class Collector extends DeserializationProblemHandler {
        @Override
        @SuppressWarnings("unchecked")
        public @Nullable Object handleWeirdStringValue(
                DeserializationContext context, Class<?> target, String value, String message) {
            Object findings = context.getAttribute(FINDINGS);
            if (!(findings instanceof List<?> list)) {
                return NOT_HANDLED;
            }
            String pointer =
                    context.getParser().streamReadContext().pathAsPointer().toString();
            ((List<Finding>) list).add(Finding.at(pointer, "value", message));
            return target == Long.class ? Long.valueOf(0) : null;
        }
    }

    /** Reads a value from its text form. */
    private static class TextReader<T> extends ValueDeserializer<T> {
        private final Function<String, T> parse;
        private final T standIn;

        /** @param standIn what to go on with after a text that cannot be read */
        TextReader(Function<String, T> parse, T standIn) {
            this.parse = parse;
            this.standIn = standIn;
        }

        @Override
        public T deserialize(JsonParser parser, DeserializationContext context) {
            String text = parser.getString();
            try {
                return parse.apply(text);
            } catch (IllegalArgumentException e) {
                context.handleWeirdStringValue(standIn.getClass(), text, "%s", e.getMessage());
                return standIn;
            }
        }
    }

    /** {@code gen4 x16}, or {@code {gen: 4, width: x16}}. */
    private static final class LinkReader extends TextReader<Link> {
        LinkReader() {
            super(Link::parse, new Link(1, 1));
        }

        @Override
        public Link deserialize(JsonParser parser, DeserializationContext context) {
            if (!parser.isExpectedStartObjectToken()) {
                return super.deserialize(parser, context);
            }
            JsonNode both = parser.readValueAsTree();
            return Link.parse("gen%s %s"
                    .formatted(both.path("gen").asString(), both.path("width").asString()));
        }
    }

    /** {@code 4KiB}, or {@code {min: 64B, max: 4KiB}}. */
    private static final class RequestSizeReader extends TextReader<RequestSize> {
        RequestSizeReader() {
            super(text -> new RequestSize(Bytes.parse(text), Bytes.parse(text)), new RequestSize(1, 1));
        }

        @Override
        public RequestSize deserialize(JsonParser parser, DeserializationContext context) {
            if (!parser.isExpectedStartObjectToken()) {
                return super.deserialize(parser, context);
            }
            JsonNode both = parser.readValueAsTree();
            return new RequestSize(
                    Bytes.parse(both.path("min").asString()),
                    Bytes.parse(both.path("max").asString()));
        }
    }

    /** Enums as the file spells them: {@code rdma-nic} or, where the kernel writes so, {@code BUS_ADDR}. */
    private static final class EnumsByFileSpelling extends ValueDeserializerModifier {
        @Override
        @SuppressWarnings({"unchecked", "rawtypes"})
        public ValueDeserializer<?> modifyEnumDeserializer(
                DeserializationConfig config,
                JavaType type,
                BeanDescription.Supplier description,
                ValueDeserializer<?> deserializer) {
            Class<? extends Enum> enumType = (Class<? extends Enum>) type.getRawClass();
            return new TextReader<Object>(
                    text -> Enum.valueOf(enumType, text.replace('-', '_').toUpperCase(Locale.ROOT)),
                    enumType.getEnumConstants()[0]);
        }
    }
}
