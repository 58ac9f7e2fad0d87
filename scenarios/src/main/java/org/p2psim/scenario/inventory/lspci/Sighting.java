package org.p2psim.scenario.inventory.lspci;

import java.util.Optional;
import org.p2psim.address.Bdf;

/**
 * Everything that a dump shows of one function.
 *
 * @param text from {@code lspci -v} and the like
 * @param config from {@code lspci -x} and the like
 * @param selected true if it was only printed by commands that chose devices
 */
record Sighting(Bdf address, Optional<Reading> text, Optional<Reading> config, boolean selected) {
    /** Configuration space wins where both speak. */
    Reading merged() {
        return config.orElse(Reading.NOTHING).or(text.orElse(Reading.NOTHING));
    }

    /** With a later listing of the same function: the later one wins. */
    Sighting then(Sighting later) {
        return new Sighting(
                address,
                later.text.map(reading -> text.map(reading::or).orElse(reading)).or(() -> text),
                later.config
                        .map(reading -> config.map(reading::or).orElse(reading))
                        .or(() -> config),
                selected && later.selected);
    }
}
