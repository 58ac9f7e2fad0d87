package org.p2psim.scenario.assembly;

import java.util.List;
import org.p2psim.outcome.GroupedNotes;
import org.p2psim.outcome.Note;

/** What was taken because the file doesn't say it: one note for each kind, with the parts that it was taken for. */
final class Assumptions {
    private final GroupedNotes notes = new GroupedNotes();

    void assume(String subject, String text) {
        notes.add(Note.Kind.ASSUMED, text, "", subject);
    }

    /** A default whose figure has a source. */
    void take(String subject, String text, String source) {
        notes.add(Note.Kind.SOURCE, text, source, subject);
    }

    /** Something that the file makes otherwise than any kernel of its release is. */
    void caution(String subject, String text, String source) {
        notes.add(Note.Kind.CAUTION, text, source, subject);
    }

    List<Note> notes() {
        return notes.notes();
    }
}
