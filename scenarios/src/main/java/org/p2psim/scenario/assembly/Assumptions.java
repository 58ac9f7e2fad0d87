package org.p2psim.scenario.assembly;

import com.google.common.collect.ImmutableList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.p2psim.outcome.Note;

/** What was taken because the file doesn't say it: one note for each kind, with the parts that it was taken for. */
final class Assumptions {
    private static final int MOST_NAMES = 12;

    private record Kind(Note.Kind kind, String text, String source) {}

    private final Map<Kind, Set<String>> subjects = new LinkedHashMap<>();

    void assume(String subject, String text) {
        add(new Kind(Note.Kind.ASSUMED, text, ""), subject);
    }

    /** A default whose figure has a source. */
    void take(String subject, String text, String source) {
        add(new Kind(Note.Kind.SOURCE, text, source), subject);
    }

    private void add(Kind kind, String subject) {
        subjects.computeIfAbsent(kind, key -> new LinkedHashSet<>()).add(subject);
    }

    List<Note> notes() {
        ImmutableList.Builder<Note> notes = ImmutableList.builder();
        subjects.forEach((kind, names) ->
                notes.add(new Note(kind.kind(), kind.text() + " (" + list(names) + ")", kind.source())));
        return notes.build();
    }

    private static String list(Set<String> names) {
        String first = String.join(", ", names.stream().limit(MOST_NAMES).toList());
        return names.size() <= MOST_NAMES ? first : "%s and %d more".formatted(first, names.size() - MOST_NAMES);
    }
}
