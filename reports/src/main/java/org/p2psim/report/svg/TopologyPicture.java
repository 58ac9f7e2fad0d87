package org.p2psim.report.svg;

import java.util.List;
import org.p2psim.outcome.Machine;
import org.p2psim.outcome.TransferOutcome;

/** The fabric of a machine as a tree, with the ways of the transfers drawn over its links. */
public final class TopologyPicture {
    private TopologyPicture() {}

    public static String render(String idPrefix, Machine machine, List<TransferOutcome> transfers) {
        return "<svg xmlns=\"http://www.w3.org/2000/svg\"></svg>";
    }
}
