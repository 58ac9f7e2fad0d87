package org.p2psim.scenario.yaml;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BiConsumer;

/** Where each value of a document came from, by JSON pointer. */
final class Marks {
    /**
     * The place of a value.
     *
     * @param key of its key; the value's own place for elements of a list
     */
    record Place(SourceText source, Span key, Span value) {
        String text() {
            return source.between(value);
        }
    }

    private final Map<String, Place> places;

    Marks() {
        this(Map.of());
    }

    private Marks(Map<String, Place> places) {
        this.places = new HashMap<>(places);
    }

    Marks copy() {
        return new Marks(places);
    }

    void put(String pointer, Place place) {
        places.put(pointer, place);
    }

    /** The value at {@code pointer} now is what stands at {@code origin} in {@code other}, with all below it. */
    void graft(String pointer, Marks other, String origin) {
        places.keySet().removeIf(known -> known.equals(pointer) || known.startsWith(pointer + "/"));
        Map<String, Place> grafted = new HashMap<>();
        BiConsumer<String, Place> move =
                (known, place) -> grafted.put(pointer + known.substring(origin.length()), place);
        other.places.forEach((known, place) -> {
            if (known.equals(origin) || known.startsWith(origin + "/")) {
                move.accept(known, place);
            }
        });
        places.putAll(grafted);
    }

    /** The place of a value, or of the nearest one around it. */
    Place nearest(String pointer) {
        return Objects.requireNonNull(places.get(known(pointer)));
    }

    /** The pointer, cut to what the document has. */
    String known(String pointer) {
        String at = pointer;
        while (!places.containsKey(at)) {
            at = at.substring(0, Math.max(0, at.lastIndexOf('/')));
        }
        return at;
    }

    Optional<Place> find(String pointer) {
        return Optional.ofNullable(places.get(pointer));
    }
}
