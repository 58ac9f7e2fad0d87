package org.p2psim.scenario;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** What all operations have in common, read from their records: a line for each new operation is not needed. */
public final class OperationParts {
    private static final ClassValue<Shape> SHAPES = new ClassValue<>() {
        @Override
        protected Shape computeValue(Class<?> type) {
            return Shape.of(type);
        }
    };

    private OperationParts() {}

    /** How to take a record apart and put it together again. */
    private record Shape(Constructor<?> constructor, ImmutableList<RecordComponent> components) {
        static Shape of(Class<?> type) {
            RecordComponent[] components = type.getRecordComponents();
            Class<?>[] types =
                    Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
            try {
                Constructor<?> constructor = type.getDeclaredConstructor(types);
                constructor.setAccessible(true);
                Arrays.stream(components).forEach(part -> part.getAccessor().setAccessible(true));
                return new Shape(constructor, ImmutableList.copyOf(components));
            } catch (NoSuchMethodException e) {
                throw new IllegalStateException(type + " is no record", e);
            }
        }
    }

    /** A component of a record, and what it has. */
    private record Part(String name, Object value) {}

    private static ImmutableList<Part> of(Record whole) {
        return SHAPES.get(whole.getClass()).components().stream()
                .map(component -> new Part(component.getName(), value(component, whole)))
                .collect(ImmutableList.toImmutableList());
    }

    private static Object value(RecordComponent component, Record whole) {
        try {
            return component.getAccessor().invoke(whole);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(component + " cannot be read", e);
        }
    }

    /**
     * The same operation at another time.
     *
     * @param time ticks
     */
    public static Operation at(Operation operation, long time) {
        return with(operation, part -> part.name().equals("at") ? time : part.value());
    }

    /** The same operation with other names: of itself, of what it makes, and of what it is done to. */
    public static Operation renamed(Operation operation, UnaryOperator<String> name) {
        return with(operation, part -> {
            if (part.value() instanceof String text) {
                return name.apply(text);
            } else if (part.value() instanceof Optional<?> optional
                    && optional.isPresent()
                    && optional.get() instanceof String text) {
                return Optional.of(name.apply(text));
            }
            return part.value();
        });
    }

    private static Operation with(Operation operation, Function<Part, Object> value) {
        Shape shape = SHAPES.get(operation.getClass());
        Object[] values = of((Record) operation).stream().map(value).toArray();
        try {
            return (Operation) shape.constructor().newInstance(values);
        } catch (InvocationTargetException | InstantiationException | IllegalAccessException e) {
            throw new IllegalStateException(operation + " cannot be changed", e);
        }
    }

    /** What an operation names: devices, and objects that this or an earlier one makes. */
    public static ImmutableSet<String> names(Operation operation) {
        return of((Record) operation).stream()
                .map(Part::value)
                .filter(String.class::isInstance)
                .map(String.class::cast)
                .collect(ImmutableSet.toImmutableSet());
    }
}
