package org.p2psim.scenario.yaml;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.google.common.base.CaseFormat;
import com.google.common.collect.ImmutableSet;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.StringJoiner;
import java.util.regex.Pattern;
import org.p2psim.address.Bdf;
import org.p2psim.address.DeviceId;
import org.p2psim.dmabuf.importer.WorkCompletion;
import org.p2psim.invariant.Invariant;
import org.p2psim.p2p.MapType;
import org.p2psim.platform.Errno;
import org.p2psim.platform.KernelRelease;
import org.p2psim.scenario.AcsSpec;
import org.p2psim.scenario.Device.Timeout;
import org.p2psim.scenario.DeviceOperation;
import org.p2psim.scenario.Expectation;
import org.p2psim.scenario.FabricSpec.WindowSpec;
import org.p2psim.scenario.Operation;
import org.p2psim.scenario.quantity.Address;
import org.p2psim.scenario.quantity.BusNumber;
import org.p2psim.scenario.quantity.Percentage;
import org.p2psim.scenario.quantity.Probability;
import org.p2psim.scenario.quantity.Rate;
import org.p2psim.scenario.quantity.Size;
import org.p2psim.scenario.quantity.Spelling;
import org.p2psim.scenario.quantity.Time;
import org.p2psim.topology.AcsBit;
import org.p2psim.transaction.Credits;

/** The records of a scenario as flow mappings: what is absent, empty or false is left out. */
final class FlowText {
    private static final Pattern NAME = Pattern.compile("[A-Za-z][A-Za-z0-9_-]*");

    /** Plain scalars that some reader of YAML takes for something else. */
    private static final ImmutableSet<String> WORDS =
            ImmutableSet.of("y", "n", "yes", "no", "on", "off", "true", "false", "null");

    /** Records whose empty and false components the schema wants as well. */
    private static final ImmutableSet<Class<?>> WHOLE = ImmutableSet.of(WindowSpec.class, Expectation.Invariants.class);

    /** Enums that the file spells as the kernel does. */
    private static final ImmutableSet<Class<?>> AS_THE_KERNEL =
            ImmutableSet.of(MapType.class, Errno.class, AcsBit.class);

    /** Sizes that the file says in bytes, as lspci does. */
    private static final ImmutableSet<String> IN_BYTES =
            ImmutableSet.of("mps", "mrrs", "rcb", "mtu", "header", "maxPayload");

    private FlowText() {}

    /** Text of a value; empty if it says nothing. */
    static Optional<String> of(Object value) {
        return of(value, value.getClass());
    }

    private static Optional<String> of(Object value, AnnotatedElement annotated) {
        if (value instanceof Optional<?> optional) {
            return optional.flatMap(present -> stated(present, annotated));
        } else if (value instanceof OptionalLong number) {
            return number.isPresent() ? Optional.of(number(number.getAsLong(), annotated)) : Optional.empty();
        } else if (value instanceof OptionalInt number) {
            return number.isPresent() ? Optional.of(number(number.getAsInt(), annotated)) : Optional.empty();
        } else if (value instanceof Collection<?> list) {
            return list.isEmpty() ? Optional.empty() : Optional.of(list(list, annotated));
        } else if (value instanceof Map<?, ?> map) {
            return map.isEmpty() ? Optional.empty() : Optional.of(map(map));
        } else if (value instanceof Long || value instanceof Integer) {
            return Optional.of(number(((Number) value).longValue(), annotated));
        }
        return value.equals(false) ? Optional.empty() : Optional.of(scalarOrRecord(value));
    }

    /** What is there though it might be absent says something even if it is empty or false. */
    private static Optional<String> stated(Object value, AnnotatedElement annotated) {
        if (value instanceof Collection<?> list) {
            return Optional.of(list(list, annotated));
        }
        return value instanceof Boolean ? Optional.of(value.toString()) : of(value, annotated);
    }

    private static String scalarOrRecord(Object value) {
        if (value instanceof String text) {
            return name(text);
        } else if (value instanceof Enum<?> constant) {
            return constant(constant);
        } else if (value instanceof Bdf || value instanceof DeviceId) {
            return quoted(value.toString());
        } else if (value instanceof KernelRelease release) {
            return quoted(release.text());
        } else if (value instanceof Credits credits) {
            return credits(credits);
        } else if (value instanceof Timeout timeout) {
            return timeout.ticks().isPresent() ? Spelling.time(timeout.ticks().getAsLong()) : timeout.toString();
        } else if (value instanceof Expectation.LatencyLimit limit) {
            return Spelling.time(limit.ticks());
        } else if (value instanceof Expectation.Amount amount) {
            return Spelling.size(amount.bytes());
        } else if (value instanceof Expectation.LineName line) {
            return line.id().orElseGet(() -> Integer.toString(line.number().orElseThrow()));
        }
        return value instanceof Record each ? record(each) : value.toString();
    }

    private static String constant(Enum<?> constant) {
        if (constant instanceof Invariant invariant) {
            return invariant.id();
        } else if (constant instanceof WorkCompletion.Status) {
            return WorkCompletion.Status.PREFIX + constant.name();
        }
        return AS_THE_KERNEL.contains(constant.getDeclaringClass()) ? constant.name() : spelled(constant);
    }

    private static String number(long number, AnnotatedElement of) {
        if (of.isAnnotationPresent(Size.class)) {
            boolean inBytes = of instanceof Method method && IN_BYTES.contains(method.getName());
            return inBytes ? number + "B" : Spelling.size(number);
        } else if (of.isAnnotationPresent(Time.class)) {
            return Spelling.time(number);
        } else if (of.isAnnotationPresent(Rate.class)) {
            return Spelling.rate(number);
        } else if (of.isAnnotationPresent(Percentage.class)) {
            return Spelling.percentage(number);
        } else if (of.isAnnotationPresent(Probability.class)) {
            return number == 0 ? "0" : quoted(Spelling.probability(number));
        } else if (of.isAnnotationPresent(Address.class)) {
            return quoted("0x%x".formatted(number));
        }
        return of.isAnnotationPresent(BusNumber.class) ? quoted("%02x".formatted(number)) : Long.toString(number);
    }

    private static String record(Record value) {
        Map<String, String> keys = new LinkedHashMap<>();
        if (value instanceof Operation) {
            JsonSubTypes names = Operation.class.getAnnotation(JsonSubTypes.class);
            Arrays.stream(names.value())
                    .filter(type -> type.value() == value.getClass())
                    .forEach(type -> keys.put("do", type.name()));
        }
        for (RecordComponent component : value.getClass().getRecordComponents()) {
            Object held = held(value, component);
            Optional<String> text = of(held, component.getAccessor());
            if (text.isEmpty() && isWanted(value, component)) {
                text = Optional.of(held instanceof Collection<?> ? "[]" : held.toString());
            }
            text.ifPresent(present -> keys.put(key(component), present));
        }
        return mapping(keys);
    }

    private static boolean isWanted(Record value, RecordComponent component) {
        return WHOLE.contains(value.getClass())
                || (value instanceof AcsSpec && component.getName().equals("cap"))
                || (value instanceof DeviceOperation && component.getType() == boolean.class);
    }

    private static Object held(Record value, RecordComponent component) {
        try {
            return component.getAccessor().invoke(value);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(component + " cannot be read", e);
        }
    }

    private static String key(RecordComponent component) {
        JsonProperty named = component.getAccessor().getAnnotation(JsonProperty.class);
        return named == null ? CaseFormat.LOWER_CAMEL.to(CaseFormat.LOWER_HYPHEN, component.getName()) : named.value();
    }

    private static String credits(Credits credits) {
        Map<String, String> pools = new LinkedHashMap<>();
        pools.put("ph", pool(credits.ph()));
        pools.put("pd", pool(credits.pd()));
        pools.put("nph", pool(credits.nph()));
        pools.put("npd", pool(credits.npd()));
        pools.put("cplh", pool(credits.cplh()));
        pools.put("cpld", pool(credits.cpld()));
        return mapping(pools);
    }

    private static String pool(int units) {
        return units == Credits.INFINITE ? "infinite" : Integer.toString(units);
    }

    private static String list(Collection<?> items, AnnotatedElement annotated) {
        StringJoiner list = new StringJoiner(", ", "[", "]");
        items.forEach(item -> of(item, annotated).ifPresent(list::add));
        return list.toString();
    }

    private static String map(Map<?, ?> map) {
        Map<String, String> keys = new LinkedHashMap<>();
        map.forEach((key, value) -> keys.put(
                key instanceof Integer ? key.toString() : name(key.toString()),
                of(value).orElse("false")));
        return mapping(keys);
    }

    static String mapping(Map<String, String> keys) {
        StringJoiner map = new StringJoiner(", ", "{ ", " }");
        keys.forEach((key, value) -> map.add(key + ": " + value));
        return keys.isEmpty() ? "{}" : map.toString();
    }

    /** Plain if every reader takes it for text, else quoted. */
    static String name(String text) {
        return NAME.matcher(text).matches() && !WORDS.contains(text.toLowerCase(Locale.ROOT)) ? text : quoted(text);
    }

    private static String spelled(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** A double-quoted scalar. */
    static String quoted(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        text.codePoints().forEach(c -> {
            if (c == '"' || c == '\\') {
                quoted.append('\\').appendCodePoint(c);
            } else if (c < 0x20 || c >= 0x7f && c < 0xa0) {
                quoted.append("\\x%02x".formatted(c));
            } else {
                quoted.appendCodePoint(c);
            }
        });
        return quoted.append('"').toString();
    }
}
