package org.p2psim.outcome;

import com.google.common.collect.ImmutableList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/** Collects notes: what holds for many parts becomes one note that lists them. */
public final class GroupedNotes {
    private static final int MOST_NAMES = 12;

    private final Map<Note, Set<String>> subjects = new LinkedHashMap<>();

    /** A note about everything; it may be added several times and stands once. */
    public void add(Note.Kind kind, String text, String source) {
        subjects.computeIfAbsent(new Note(kind, text, source), key -> new LinkedHashSet<>());
    }

    /** A note about one part, named by its text. */
    public void add(Note.Kind kind, String text, String source, Object subject) {
        subjects.computeIfAbsent(new Note(kind, text, source), key -> new LinkedHashSet<>())
                .add(subject.toString());
    }

    /** In the order in which each was added first. */
    public ImmutableList<Note> notes() {
        ImmutableList.Builder<Note> notes = ImmutableList.builder();
        subjects.forEach((note, names) -> notes.add(
                names.isEmpty() ? note : new Note(note.kind(), note.text() + " (" + list(names) + ")", note.source())));
        return notes.build();
    }

    private static String list(Set<String> names) {
        String first = String.join(", ", names.stream().limit(MOST_NAMES).toList());
        return names.size() <= MOST_NAMES ? first : "%s and %d more".formatted(first, names.size() - MOST_NAMES);
    }
}
