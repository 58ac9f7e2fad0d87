package org.p2psim.report.html;

import java.util.List;
import org.p2psim.outcome.RunOutcome;

/** The report on the variants of one scenario, side by side, as one page. */
public final class HtmlReport {
    private HtmlReport() {}

    /**
     * The page.
     *
     * @throws IllegalArgumentException if there is no run
     */
    public static String render(List<RunOutcome> runs) {
        return Document.render("report.jte", new Page(runs));
    }
}
