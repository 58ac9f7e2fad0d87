package org.p2psim.scenario.profile;

import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableList;
import com.google.common.io.Resources;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.p2psim.scenario.Finding;
import org.p2psim.scenario.profile.Profile.Role;

/** The profiles that ship with p2psim, from {@code profiles.tsv}. */
public final class Profiles {
    private static final Splitter CELLS = Splitter.on('\t');
    private static final Splitter.MapSplitter VALUES = Splitter.on(' ').withKeyValueSeparator('=');
    private static final ImmutableList<Profile> ALL = load();

    private Profiles() {}

    /** All of them, by role. */
    public static ImmutableList<Profile> all() {
        return ALL;
    }

    public static Optional<Profile> find(Role role, String name) {
        return ALL.stream()
                .filter(profile -> profile.role() == role && profile.name().equals(name))
                .findFirst();
    }

    /** What is wrong with a name that {@link #find} does not find, and what would be right. */
    public static String unknown(Role role, String name) {
        List<String> names = ALL.stream()
                .filter(profile -> profile.role() == role)
                .map(Profile::name)
                .toList();
        Optional<Profile> elsewhere =
                ALL.stream().filter(profile -> profile.name().equals(name)).findFirst();
        return "no %s has the profile \"%s\"; there are %s%s"
                .formatted(
                        role.words(),
                        name,
                        String.join(", ", names),
                        elsewhere
                                .map(other -> "; \"%s\" is a %s"
                                        .formatted(name, other.role().words()))
                                .orElseGet(() -> Finding.nearest(name, names)));
    }

    private static ImmutableList<Profile> load() {
        try {
            return Resources.readLines(Resources.getResource(Profiles.class, "profiles.tsv"), StandardCharsets.UTF_8)
                    .stream()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .map(line -> profile(CELLS.splitToList(line)))
                    .collect(ImmutableList.toImmutableList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Profile profile(List<String> cells) {
        Role role = Role.valueOf(cells.get(1).toUpperCase(Locale.ROOT).replace('-', '_'));
        return new Profile(cells.get(0), role, cells.get(2), VALUES.split(cells.get(3)), cells.get(4), cells.get(5));
    }
}
