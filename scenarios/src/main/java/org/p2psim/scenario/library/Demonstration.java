package org.p2psim.scenario.library;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.p2psim.dmabuf.Bug;
import org.p2psim.invariant.Invariant;

/**
 * Where a mistake can be seen: a shipped scenario that is right without it.
 *
 * @param scenario its name
 * @param settings overrides of it
 * @param broken the invariants that break, in the order of the catalogue; none if the mistake is only seen by an errno
 *     that the scenario does not expect
 * @param interleavings how many are enough to see all of them with the scenario's own seed; 0 if the file's order shows
 *     an errno
 */
public record Demonstration(
        Bug bug,
        String scenario,
        String variant,
        List<String> settings,
        List<Invariant> broken,
        int interleavings) {
    private static final ImmutableMap<Bug, Demonstration> ALL = ImmutableMap.<Bug, Demonstration>builder()
            .buildOrThrow();

    public Demonstration {
        settings = ImmutableList.copyOf(settings);
        broken = ImmutableList.copyOf(broken);
    }

    /** Where a mistake can be seen. */
    public static Demonstration of(Bug bug) {
        return Objects.requireNonNull(ALL.get(bug));
    }

    /** The words of the command that shows it. */
    public ImmutableList<String> command() {
        List<String> words = new ArrayList<>(List.of("p2psim", "run", scenario, "--variant", variant));
        settings.forEach(setting -> words.addAll(List.of("--set", setting)));
        words.addAll(List.of("--bugs", bug.word()));
        if (interleavings > 0) {
            words.addAll(List.of("--explore", Integer.toString(interleavings)));
        }
        return ImmutableList.copyOf(words);
    }
}
