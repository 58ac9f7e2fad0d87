package org.p2psim.cli;

import com.google.common.collect.ImmutableSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.p2psim.dmabuf.Bug;
import org.p2psim.scenario.Plan;
import picocli.CommandLine.Option;

/** Which mistakes the kernel makes, whatever the scenario says. */
final class BugOption {
    private static final String NONE = "none";

    @Option(
            names = "--bugs",
            paramLabel = "BUG,...",
            split = ",",
            description =
                    "Let the kernel make these mistakes (see list --bugs) and no others, whatever the scenario says"
                            + " and its drivers have; \"none\" for none at all.")
    private List<String> words = new ArrayList<>();

    /** Finds what is no mistake. */
    void check() {
        bugs();
    }

    /** The option as it was given. */
    List<String> words() {
        return words.isEmpty() ? List.of() : List.of("--bugs", String.join(",", words));
    }

    /** The plan with these mistakes, if any are said. */
    Plan applied(Plan plan) {
        return words.isEmpty() ? plan : plan.withBugs(bugs(), String.join(" ", words()));
    }

    private Set<Bug> bugs() {
        if (words.equals(List.of(NONE))) {
            return Set.of();
        }
        return words.stream().map(BugOption::bug).collect(ImmutableSet.toImmutableSet());
    }

    private static Bug bug(String word) {
        return Bug.named(word)
                .orElseThrow(() -> new InputException(
                        "--bugs %s: no such mistake; p2psim list --bugs names them, \"none\" is none".formatted(word)));
    }
}
