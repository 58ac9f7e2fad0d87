package org.p2psim.report.svg;

import java.util.List;
import org.p2psim.outcome.TransferOutcome;

/** Latency over percentile, one line per transfer. */
public final class LatencyCurve {
    private LatencyCurve() {}

    public static String render(String idPrefix, List<TransferOutcome> transfers) {
        return "<svg xmlns=\"http://www.w3.org/2000/svg\"></svg>";
    }
}
