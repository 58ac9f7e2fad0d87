package org.p2psim.scenario.inventory.lspci;

import com.google.common.collect.ImmutableList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.p2psim.address.Bdf;
import org.p2psim.outcome.Note;

/** The notes of one dump: one for each thing to say, with the functions that it is said of. */
final class Remarks {
    private static final int MOST_ADDRESSES = 12;

    private final String dump;
    private final Map<Remark, Set<Bdf>> subjects = new LinkedHashMap<>();

    private record Remark(Note.Kind kind, String text, String source) {}

    /** @param dump as the user named it: the source of what is said without another one */
    Remarks(String dump) {
        this.dump = dump;
    }

    void about(Note.Kind kind, String text, Bdf address) {
        about(kind, text, dump, address);
    }

    /** @param source of the rule that the text applies */
    void about(Note.Kind kind, String text, String source, Bdf address) {
        subjects.computeIfAbsent(new Remark(kind, text, source), remark -> new LinkedHashSet<>())
                .add(address);
    }

    void add(Note.Kind kind, String text) {
        subjects.computeIfAbsent(new Remark(kind, text, dump), remark -> new LinkedHashSet<>());
    }

    List<Note> notes() {
        ImmutableList.Builder<Note> notes = ImmutableList.builder();
        subjects.forEach((remark, addresses) ->
                notes.add(new Note(remark.kind, sentence(remark.text) + addresses(addresses), remark.source)));
        return notes.build();
    }

    private static String sentence(String text) {
        return Character.toUpperCase(text.charAt(0)) + text.substring(1);
    }

    private static String addresses(Set<Bdf> addresses) {
        if (addresses.isEmpty()) {
            return "";
        }
        String first = String.join(
                ", ",
                addresses.stream().limit(MOST_ADDRESSES).map(Bdf::toString).toList());
        int more = addresses.size() - MOST_ADDRESSES;
        return more > 0 ? " (%s and %d more)".formatted(first, more) : " (%s)".formatted(first);
    }
}
