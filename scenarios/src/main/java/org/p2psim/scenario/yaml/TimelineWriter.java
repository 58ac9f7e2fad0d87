package org.p2psim.scenario.yaml;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.google.common.base.CaseFormat;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.Collection;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.StringJoiner;
import java.util.regex.Pattern;
import org.p2psim.scenario.Operation;
import org.p2psim.scenario.OperationParts;
import org.p2psim.scenario.OperationParts.Part;
import org.p2psim.scenario.quantity.Address;
import org.p2psim.scenario.quantity.Rate;
import org.p2psim.scenario.quantity.Size;
import org.p2psim.scenario.quantity.Time;
import org.p2psim.unit.Ticks;

/** Writes operations as lines of a timeline, which read back as the same operations. */
public final class TimelineWriter {
    private static final Pattern PLAIN = Pattern.compile("[a-zA-Z_][a-zA-Z0-9_.-]*");
    /** Plain scalars that YAML takes for something else than text. */
    private static final Pattern WORD = Pattern.compile("(?i)true|false|yes|no|on|off|null|y|n");

    private static final ImmutableMap<Class<?>, String> NAMES = Arrays.stream(
                    Operation.class.getAnnotation(JsonSubTypes.class).value())
            .collect(ImmutableMap.toImmutableMap(JsonSubTypes.Type::value, JsonSubTypes.Type::name));

    /** Any other size is 0 unless a line says it. */
    private static final ImmutableSet<String> ALWAYS_SAID = ImmutableSet.of("size", "length");

    private TimelineWriter() {}

    /** One line without its end: {@code - { at: 10ns, do: close, dma-buf: buf }}. */
    public static String line(Operation operation) {
        StringJoiner line = new StringJoiner(", ", "- { ", " }");
        for (Part part : OperationParts.of((Record) operation)) {
            String value = value(part.value(), part);
            if (!value.isEmpty()) {
                line.add(key(part.name()) + ": " + value);
            }
            if (part.name().equals("at")) {
                line.add("do: " + NAMES.get(operation.getClass()));
            }
        }
        return line.toString();
    }

    private static String key(String component) {
        return CaseFormat.LOWER_CAMEL.to(CaseFormat.LOWER_HYPHEN, component);
    }

    /** Empty for what is absent, and for what a line leaves out. */
    private static String value(Object value, Part part) {
        if (value instanceof Optional<?> optional) {
            return optional.map(present -> value(present, part)).orElse("");
        } else if (value instanceof OptionalLong optional) {
            return optional.isPresent() ? number(optional.getAsLong(), part) : "";
        } else if (value instanceof OptionalInt optional) {
            return optional.isPresent() ? number(optional.getAsInt(), part) : "";
        } else if (value instanceof Long number) {
            return number(number, part);
        } else if (value instanceof Integer number) {
            return number(number, part);
        } else if (value instanceof Boolean flag) {
            return flag.toString();
        } else if (value instanceof Enum<?> constant) {
            return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
        } else if (value instanceof Collection<?> list) {
            return list.isEmpty() ? "" : list(list, part);
        } else if (value instanceof Record whole) {
            return whole(whole);
        }
        return text(value.toString());
    }

    private static String list(Collection<?> values, Part part) {
        StringJoiner list = new StringJoiner(", ", "[", "]");
        values.forEach(value -> list.add(value(value, part)));
        return list.toString();
    }

    private static String whole(Record whole) {
        StringJoiner map = new StringJoiner(", ", "{ ", " }");
        OperationParts.of(whole).forEach(part -> map.add(key(part.name()) + ": " + value(part.value(), part)));
        return map.toString();
    }

    private static String number(long number, Part part) {
        if (part.has(Time.class)) {
            return time(number);
        } else if (part.has(Size.class)) {
            return number == 0 && !ALWAYS_SAID.contains(part.name()) ? "" : ScenarioWriter.size(number);
        } else if (part.has(Address.class)) {
            return "0x%x".formatted(number);
        } else if (part.has(Rate.class)) {
            return Long.toUnsignedString(number) + "B/s";
        }
        return Long.toUnsignedString(number);
    }

    /** Exact, in nanoseconds. */
    private static String time(long ticks) {
        BigDecimal ns = BigDecimal.valueOf(ticks).divide(BigDecimal.valueOf(Ticks.PER_NANOSECOND));
        return (ns.signum() == 0 ? "0" : ns.stripTrailingZeros().toPlainString()) + "ns";
    }

    private static String text(String text) {
        return PLAIN.matcher(text).matches() && !WORD.matcher(text).matches() ? text : ScenarioWriter.quoted(text);
    }
}
