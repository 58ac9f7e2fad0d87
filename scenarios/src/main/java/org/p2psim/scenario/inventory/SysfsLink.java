package org.p2psim.scenario.inventory;

import com.google.common.collect.ImmutableMap;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.p2psim.topology.Link;

/**
 * A link in the words of sysfs' {@code current_link_speed} and {@code current_link_width}, which NCCL copies:
 * {@code 16.0 GT/s PCIe}, {@code 16 GT/s} before Linux 5.7, {@code Unknown}, {@code Unknown speed}; a width of 0 or
 * 255 where there is no link.
 */
public final class SysfsLink {
    private static final Pattern SPEED = Pattern.compile("([0-9]{1,3}(?:\\.5)?)(?:\\.0)? GT/s.*");
    private static final ImmutableMap<String, Integer> GENERATIONS =
            ImmutableMap.of("2.5", 1, "5", 2, "8", 3, "16", 4, "32", 5, "64", 6);

    private SysfsLink() {}

    /** The link; empty if one of the two is unknown or no such link exists. */
    public static Optional<Link> parse(String speed, String width) {
        Matcher m = SPEED.matcher(speed.strip());
        if (!m.matches()
                || !GENERATIONS.containsKey(m.group(1))
                || !width.strip().matches("[0-9]{1,3}")) {
            return Optional.empty();
        }
        return of(GENERATIONS.getOrDefault(m.group(1), 0), Integer.parseInt(width.strip()));
    }

    /** The link; empty if there is none of that generation or width, as in registers that read 0. */
    public static Optional<Link> of(int generation, int width) {
        try {
            return Optional.of(new Link(generation, width));
        } catch (IllegalArgumentException noSuchLink) {
            return Optional.empty();
        }
    }
}
