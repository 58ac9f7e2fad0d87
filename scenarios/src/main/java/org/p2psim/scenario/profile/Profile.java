package org.p2psim.scenario.profile;

import com.google.common.collect.ImmutableMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What is known of one part in one role.
 *
 * @param name by which scenarios call it
 * @param title what it is
 * @param values as a scenario would state them: dotted path below the part, and text
 * @param source who measured or published them, and how they follow from that
 * @param left how far off they may be, and what the part does that they do not show
 */
public record Profile(String name, Role role, String title, Map<String, String> values, String source, String left) {
    public Profile {
        values = ImmutableMap.copyOf(values);
    }

    /** {@code cut-through 105ns, link.efficiency 93%}. */
    public String valuesInWords() {
        return values.entrySet().stream()
                .map(value -> value.getKey() + " " + value.getValue())
                .collect(Collectors.joining(", "));
    }

    /** Which parts of a scenario a profile is for. */
    public enum Role {
        /** The upstream port of a switch; what is said of its link goes for all its ports. */
        SWITCH("switch"),
        ROOT_COMPLEX("root complex"),
        SOCKET("socket"),
        DEVICE("device");

        private final String words;

        Role(String words) {
            this.words = words;
        }

        public String words() {
            return words;
        }
    }
}
