package org.p2psim.scenario.inventory;

import com.google.common.collect.ImmutableList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.p2psim.outcome.Note;

/** Collects remarks about a dump: one note for each sentence, with the functions that it is about. */
public final class Remarks {
    private static final int MOST_SUBJECTS = 12;

    private record Remark(Note.Kind kind, String sentence) {}

    private final Map<Remark, Set<String>> subjects = new LinkedHashMap<>();

    /** A remark about the machine as a whole. */
    public void add(Note.Kind kind, String sentence) {
        subjects.computeIfAbsent(new Remark(kind, sentence), remark -> new LinkedHashSet<>());
    }

    /** A remark about a part of it. */
    public void add(Note.Kind kind, String sentence, Object subject) {
        subjects.computeIfAbsent(new Remark(kind, sentence), remark -> new LinkedHashSet<>())
                .add(subject.toString());
    }

    /** The notes, in the order of their first remark. */
    public List<Note> notes() {
        ImmutableList.Builder<Note> notes = ImmutableList.builder();
        subjects.forEach((remark, about) -> notes.add(new Note(remark.kind(), remark.sentence() + list(about), "")));
        return notes.build();
    }

    private static String list(Set<String> about) {
        if (about.isEmpty()) {
            return "";
        }
        String first = String.join(", ", about.stream().limit(MOST_SUBJECTS).toList());
        int more = about.size() - MOST_SUBJECTS;
        return more > 0 ? " (%s and %d more)".formatted(first, more) : " (%s)".formatted(first);
    }
}
