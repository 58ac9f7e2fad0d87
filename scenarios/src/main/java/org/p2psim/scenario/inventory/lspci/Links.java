package org.p2psim.scenario.inventory.lspci;

import java.util.List;
import java.util.Optional;
import org.p2psim.scenario.inventory.SysfsLink;
import org.p2psim.topology.Link;

/** Links in the words of {@code lspci}: a speed and a width, either of which may be nonsense. */
final class Links {
    private static final List<String> SPEEDS = List.of("2.5GT/s", "5GT/s", "8GT/s", "16GT/s", "32GT/s", "64GT/s");

    private Links() {}

    /** @param speed as {@code lspci} prints it */
    static Optional<Link> link(String speed, int width) {
        return SysfsLink.of(SPEEDS.indexOf(speed) + 1, width);
    }
}
