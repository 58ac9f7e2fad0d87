package org.p2psim.report.json;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.google.common.collect.ImmutableList;
import java.util.List;

/** The switches of what drivers did wrong, as one document: {@code {"p2psim-bugs": 1, "bugs": [...]}}. */
public final class BugListJson {
    private static final int FORMAT = 1;

    private BugListJson() {}

    /**
     * One switch.
     *
     * @param name as a scenario says it
     * @param effect what it does, in a sentence
     * @param source who had it, and who found it
     * @param drivers profiles that have it unless a scenario takes it away
     * @param breaks invariants that it breaks in the scenario below; none if it is seen by an errno only
     * @param scenario a shipped one that shows it
     * @param command that shows it there
     */
    public record Entry(
            String name,
            String effect,
            String source,
            List<String> drivers,
            List<String> breaks,
            String scenario,
            String command) {
        public Entry {
            drivers = ImmutableList.copyOf(drivers);
            breaks = ImmutableList.copyOf(breaks);
        }
    }

    public static String write(List<Entry> bugs) {
        return OutcomeJson.text(new Document(FORMAT, bugs));
    }

    /** The whole document. */
    record Document(@JsonProperty("p2psim-bugs") int version, List<Entry> bugs) {
        Document {
            bugs = ImmutableList.copyOf(bugs);
        }
    }
}
