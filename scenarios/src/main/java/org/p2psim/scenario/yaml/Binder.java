package org.p2psim.scenario.yaml;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import org.p2psim.address.Bdf;
import org.p2psim.address.DeviceId;
import org.p2psim.dmabuf.importer.WorkCompletion;
import org.p2psim.invariant.Invariant;
import org.p2psim.platform.KernelRelease;
import org.p2psim.scenario.Device;
import org.p2psim.scenario.DmaOperation.RequestSize;
import org.p2psim.scenario.Expectation.Amount;
import org.p2psim.scenario.Expectation.LatencyLimit;
import org.p2psim.scenario.Expectation.LineName;
import org.p2psim.scenario.Finding;
import org.p2psim.scenario.LinkSpec;
import org.p2psim.scenario.Scenario;
import org.p2psim.scenario.quantity.Quantities;
import org.p2psim.scenario.quantity.UnreadableText;
import org.p2psim.topology.Link;
import org.p2psim.transaction.Credits;
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
        module.addDeserializer(LinkSpec.class, new LinkReader());
        module.addDeserializer(Credits.class, new CreditsReader());
        module.addDeserializer(
                LatencyLimit.class,
                new TextReader<>(text -> new LatencyLimit(Quantities.time(text)), new LatencyLimit(0)));
        module.addDeserializer(Amount.class, new TextReader<>(text -> new Amount(Bytes.parse(text)), new Amount(0)));
        module.addDeserializer(LineName.class, new TextReader<>(LineName::parse, LineName.parse("0")));
        module.addDeserializer(
                Device.Timeout.class,
                new TextReader<>(Device.Timeout::parse, new Device.Timeout(OptionalLong.empty())));
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
            String pointer = String.valueOf(context.getAttribute(UnreadableText.PLACE));
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
                UnreadableText.handle(context, parser, standIn.getClass(), text, e);
                return standIn;
            }
        }
    }

    /** {@code gen4 x16}, or {@code {gen: 4, width: x16, efficiency: 93%}}. */
    private static final class LinkReader extends TextReader<LinkSpec> {
        LinkReader() {
            super(text -> LinkSpec.of(Link.parse(text)), LinkSpec.of(new Link(1, 1)));
        }

        @Override
        public LinkSpec deserialize(JsonParser parser, DeserializationContext context) {
            if (!parser.isExpectedStartObjectToken()) {
                return super.deserialize(parser, context);
            }
            String place = UnreadableText.pointer(parser);
            JsonNode said = parser.readValueAsTree();
            OptionalLong efficiency = quantity(said, "efficiency", Quantities::percentage, place, context);
            OptionalLong errorRate = quantity(said, "error-rate", Quantities::probability, place, context);
            return new LinkSpec(
                    said.has("gen") ? OptionalInt.of(said.path("gen").asInt()) : OptionalInt.empty(),
                    said.path("width").asStringOpt(),
                    efficiency.isPresent() ? OptionalInt.of((int) efficiency.getAsLong()) : OptionalInt.empty(),
                    errorRate);
        }

        private static OptionalLong quantity(
                JsonNode said, String key, ToLongFunction<String> parse, String place, DeserializationContext context) {
            JsonNode value = said.path(key);
            if (value.isMissingNode()) {
                return OptionalLong.empty();
            }
            try {
                return OptionalLong.of(parse.applyAsLong(value.asString()));
            } catch (IllegalArgumentException e) {
                UnreadableText.handle(context, place + Finding.step(key), Long.class, value.asString(), e);
                return OptionalLong.empty();
            }
        }
    }

    /** {@code infinite}, or what each pool has; completions are infinite if nothing is said of them. */
    private static final class CreditsReader extends ValueDeserializer<Credits> {
        @Override
        public Credits deserialize(JsonParser parser, DeserializationContext context) {
            JsonNode said = parser.readValueAsTree();
            return new Credits(
                    pool(said, "ph"),
                    pool(said, "pd"),
                    pool(said, "nph"),
                    pool(said, "npd"),
                    pool(said, "cplh"),
                    pool(said, "cpld"));
        }

        private static int pool(JsonNode said, String name) {
            JsonNode units = said.path(name);
            return units.isNumber() ? units.asInt() : Credits.INFINITE;
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
            return new TextReader<Object>(text -> constant(enumType, text), enumType.getEnumConstants()[0]);
        }

        @SuppressWarnings({"unchecked", "rawtypes"})
        private static Object constant(Class<? extends Enum> type, String text) {
            if (type == Invariant.class) {
                return Arrays.stream(Invariant.values())
                        .filter(invariant -> invariant.id().equals(text))
                        .findFirst()
                        .orElseThrow(() -> new IllegalArgumentException("no invariant " + text));
            }
            String prefix = type == WorkCompletion.Status.class ? WorkCompletion.Status.PREFIX : "";
            String name = text.substring(prefix.length());
            return Enum.valueOf(type, name.replace('-', '_').toUpperCase(Locale.ROOT));
        }
    }
}
