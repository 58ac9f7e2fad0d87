package org.p2psim.scenario;

import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.p2psim.scenario.quantity.Percentage;
import org.p2psim.scenario.quantity.Probability;
import org.p2psim.topology.Link;

/**
 * One end of a link: what it can do, and how well it does it. What one end says of efficiency and errors goes for both
 * directions, unless the other end says its own.
 *
 * @param gen generation; with {@code width}, or neither
 * @param width {@code x16}
 * @param efficiency of the rate of the link, permille
 * @param errorRate TLPs of 10^9 that arrive damaged
 */
public record LinkSpec(
        OptionalInt gen,
        Optional<String> width,
        @Percentage OptionalInt efficiency,
        @Probability OptionalLong errorRate) {
    public static LinkSpec of(Link link) {
        return new LinkSpec(
                OptionalInt.of(link.generation()),
                Optional.of("x" + link.width()),
                OptionalInt.empty(),
                OptionalLong.empty());
    }

    /**
     * Generation and width, if they are stated.
     *
     * @throws IllegalArgumentException if there is no such link
     */
    public Optional<Link> link() {
        return width.map(lanes -> Link.parse("gen%d %s".formatted(gen.orElse(0), lanes)));
    }
}
