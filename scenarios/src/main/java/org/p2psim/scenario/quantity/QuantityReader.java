package org.p2psim.scenario.quantity;

import com.google.common.collect.ImmutableList;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.ToLongFunction;
import org.p2psim.unit.Bytes;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.BeanProperty;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.ValueDeserializer;

/**
 * Reads a quantity into whatever the component is: a whole number, an optional one, or a list of them. A text that is
 * none is handed to the context as a weird string, whose handler may go on with 0 to find more of them.
 */
class QuantityReader extends ValueDeserializer<Object> {
    private final ToLongFunction<String> parse;
    private final Class<?> target;

    private QuantityReader(ToLongFunction<String> parse, Class<?> target) {
        this.parse = parse;
        this.target = target;
    }

    @Override
    public ValueDeserializer<?> createContextual(DeserializationContext context, BeanProperty property) {
        JavaType type = property == null ? context.getContextualType() : property.getType();
        return new QuantityReader(parse, type.getRawClass());
    }

    @Override
    public Object deserialize(JsonParser parser, DeserializationContext context) {
        if (parser.currentToken() == JsonToken.START_ARRAY) {
            ImmutableList.Builder<Long> numbers = ImmutableList.builder();
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                numbers.add(number(parser, context));
            }
            return numbers.build();
        }
        return wrapped(number(parser, context));
    }

    private long number(JsonParser parser, DeserializationContext context) {
        String text = parser.getString();
        try {
            return parse.applyAsLong(text);
        } catch (IllegalArgumentException e) {
            return (Long) Objects.requireNonNull(UnreadableText.handle(context, parser, Long.class, text, e));
        }
    }

    private Object wrapped(long number) {
        if (target == OptionalLong.class) {
            return OptionalLong.of(number);
        }
        if (target == OptionalInt.class) {
            return OptionalInt.of((int) number);
        }
        if (target == int.class) {
            return (int) number;
        }
        return number;
    }

    @Override
    public Object getAbsentValue(DeserializationContext context) {
        if (target == OptionalLong.class) {
            return OptionalLong.empty();
        }
        if (target == OptionalInt.class) {
            return OptionalInt.empty();
        }
        return Iterable.class.isAssignableFrom(target) ? ImmutableList.of() : wrapped(0);
    }

    static final class OfTime extends QuantityReader {
        OfTime() {
            super(Quantities::time, long.class);
        }
    }

    static final class OfSize extends QuantityReader {
        OfSize() {
            super(Bytes::parse, long.class);
        }
    }

    static final class OfRate extends QuantityReader {
        OfRate() {
            super(Quantities::rate, long.class);
        }
    }

    static final class OfPercentage extends QuantityReader {
        OfPercentage() {
            super(Quantities::percentage, long.class);
        }
    }

    static final class OfProbability extends QuantityReader {
        OfProbability() {
            super(Quantities::probability, long.class);
        }
    }

    static final class OfAddress extends QuantityReader {
        OfAddress() {
            super(Quantities::address, long.class);
        }
    }

    static final class OfWholeNumber extends QuantityReader {
        OfWholeNumber() {
            super(Quantities::wholeNumber, long.class);
        }
    }

    static final class OfBusNumber extends QuantityReader {
        OfBusNumber() {
            super(Quantities::busNumber, long.class);
        }
    }
}
