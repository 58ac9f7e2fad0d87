package org.p2psim.report.html;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.p2psim.outcome.Note;

/** The notes of one kind of all that a page shows, each once. */
public record SharedNotes(Note.Kind kind, List<SharedNote> notes) {
    public SharedNotes {
        notes = ImmutableList.copyOf(notes);
    }

    /** A variant or a machine, and its notes. */
    record Part(String name, List<Note> notes) {}

    /**
     * A note of some or all parts.
     *
     * @param only those that have the note, if not all have it
     */
    public record SharedNote(Note note, Optional<String> only) {}

    /** The kinds of which there are notes, in the given order. */
    static ImmutableList<SharedNotes> of(List<Note.Kind> kinds, List<Part> parts) {
        return kinds.stream()
                .map(kind -> new SharedNotes(kind, notes(kind, parts)))
                .filter(shared -> !shared.notes().isEmpty())
                .collect(ImmutableList.toImmutableList());
    }

    private static List<SharedNote> notes(Note.Kind kind, List<Part> parts) {
        Map<Note, List<String>> byNote = new LinkedHashMap<>();
        for (Part part : parts) {
            part.notes().stream()
                    .filter(note -> note.kind() == kind)
                    .distinct()
                    .forEach(note ->
                            byNote.computeIfAbsent(note, n -> new ArrayList<>()).add(part.name()));
        }
        return byNote.entrySet().stream()
                .map(entry -> new SharedNote(
                        entry.getKey(),
                        entry.getValue().size() == parts.size()
                                ? Optional.empty()
                                : Optional.of(String.join(", ", entry.getValue()))))
                .toList();
    }
}
