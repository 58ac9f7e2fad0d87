package org.p2psim.report.svg;

import java.util.List;
import org.p2psim.outcome.LinkUse;

/** How busy each link was over time, one strip per link and direction. */
public final class HeatStrip {
    private HeatStrip() {}

    public static String render(String idPrefix, List<LinkUse> links, long end) {
        return "<svg xmlns=\"http://www.w3.org/2000/svg\"></svg>";
    }
}
