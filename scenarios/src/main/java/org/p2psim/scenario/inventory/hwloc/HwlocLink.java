package org.p2psim.scenario.inventory.hwloc;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.p2psim.topology.Link;

/**
 * hwloc's one number for a link: GB/s in one direction, width times the rate of a lane after encoding (hwloc
 * pci-common.c). Many pairs of generation and width give the same number; gen3 x16 and gen4 x8 do.
 */
final class HwlocLink {
    private static final int[] WIDTHS = {1, 2, 4, 8, 16};
    /** GB/s of one lane by generation, from 1; the second one is of versions that did not know generation 6 yet. */
    private static final double[][] LANES = {
        {0.25}, {0.5}, {128.0 / 130}, {2 * 128.0 / 130}, {4 * 128.0 / 130}, {8 * 242.0 / 256, 8 * 128.0 / 130}
    };

    private static final double TOLERANCE = 1e-4;

    private HwlocLink() {}

    /** The only link that has this speed; empty if there are several or none. */
    static Optional<Link> of(double gigabytesPerSecond) {
        List<Link> links = new ArrayList<>();
        for (int generation = 1; generation <= LANES.length; generation++) {
            for (double lane : LANES[generation - 1]) {
                for (int width : WIDTHS) {
                    if (Math.abs(lane * width / gigabytesPerSecond - 1) < TOLERANCE) {
                        links.add(new Link(generation, width));
                    }
                }
            }
        }
        return links.size() == 1 ? Optional.of(links.get(0)) : Optional.empty();
    }
}
