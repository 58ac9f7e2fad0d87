package org.p2psim.scenario.inventory.lspci;

import java.util.List;
import java.util.Optional;
import org.p2psim.topology.Link;

/** Links from what registers and text give: a speed and a width, either of which may be nonsense. */
final class Links {
    private static final List<String> SPEEDS = List.of("2.5GT/s", "5GT/s", "8GT/s", "16GT/s", "32GT/s", "64GT/s");

    private Links() {}

    /** @param speed as {@code lspci} prints it */
    static Optional<Link> link(String speed, int width) {
        return link(SPEEDS.indexOf(speed) + 1, width);
    }

    /**
     * Makes a link of a register's fields; a link that is not there has width 0.
     *
     * @param generation 1 for 2.5 GT/s, and so on
     */
    static Optional<Link> link(int generation, int width) {
        boolean exists = generation >= 1
                && generation <= SPEEDS.size()
                && ((Integer.bitCount(width) == 1 && width <= 32) || width == 12);
        return exists ? Optional.of(new Link(generation, width)) : Optional.empty();
    }
}
