package org.p2psim.scenario.assembly;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.function.Function;
import org.p2psim.outcome.Note;

/**
 * What a plan says about the file that it comes from.
 *
 * @param scenario the file's name without its ending
 * @param digest SHA-256 of the file, hexadecimal
 * @param settings overrides of the command line, as typed
 * @param written what the file says at a JSON pointer
 * @param notes what was noted when it was read
 */
public record Provision(
        String scenario, String digest, List<String> settings, Function<String, Written> written, List<Note> notes) {
    public Provision {
        settings = ImmutableList.copyOf(settings);
        notes = ImmutableList.copyOf(notes);
    }

    /** A piece of the file: on one line of text, and the line where it begins. */
    public record Written(String text, int line) {}
}
